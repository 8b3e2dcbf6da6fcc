import type { SpotReading } from "../../src/capabilities/index.js";
import type { SetBias } from "./bias-holder.js";
import { HeldLevels } from "./held-levels.js";
import type { SmuOutput } from "./held-levels.js";
import { holdStatements, lua, messagesOf } from "./keithley-2600-commands.js";
import type { Model2600 } from "./keithley-2600-models.js";
import { checkArea, checkOffState, lettersOf } from "./keithley-2600-plan.js";
import { parseSpot } from "./keithley-2600-readings.js";
import { parsed } from "./reading-rows.js";

/** Held levels of the two channels, and single readings of them. */
export class Bias2600 extends HeldLevels {
  constructor(
    smu: SmuOutput,
    private readonly model: Model2600,
  ) {
    super(smu);
  }

  async outputOn({ drive, channel }: SetBias): Promise<void> {
    const { smu, own } = lettersOf(drive, channel);
    await this.smu.scpi.command(`${own}.b=timer.measure.t() ${smu}.source.output=${smu}.OUTPUT_ON`);
  }

  protected async setUp(bias: SetBias): Promise<void> {
    checkOffState(this.label, this.settings);
    await this.smu.scpi.commands(messagesOf(holdStatements(bias, this.settings)));
  }

  protected rangeFor({ drive, level, compliance }: SetBias): number {
    checkArea(this.label, this.model, drive, Math.abs(level), compliance);
    return Math.abs(level);
  }

  protected rangeCommand({ drive, channel }: SetBias, range: number): string {
    const { smu, source } = lettersOf(drive, channel);
    return `${smu}.source.range${source}=${lua(range)}`;
  }

  protected limitCommand({ drive, channel, compliance }: SetBias): string {
    const { smu, limit } = lettersOf(drive, channel);
    return `${smu}.source.limit${limit}=${lua(compliance)}`;
  }

  protected limitQuestion({ drive, channel }: SetBias): string {
    const { smu, limit } = lettersOf(drive, channel);
    return `print(${smu}.source.limit${limit})`;
  }

  protected levelCommand({ drive, channel }: SetBias, level: number): string {
    const { smu, source } = lettersOf(drive, channel);
    return `${smu}.source.level${source}=${lua(level)}`;
  }

  protected nplcCommand({ drive, channel }: SetBias, nplc: number): string {
    return `${lettersOf(drive, channel).smu}.measure.nplc=${lua(nplc)}`;
  }

  protected async read({ drive, channel }: SetBias): Promise<SpotReading> {
    const { smu, own } = lettersOf(drive, channel);
    const question = `local t=timer.measure.t()-${own}.b local i,v=${smu}.measure.iv() print(v,i,t,${smu}.source.compliance)`;
    const reply = await this.smu.scpi.query(question);
    return parsed(this.label, question, () => parseSpot(reply));
  }
}
