import type { SpotReading } from "../../src/capabilities/index.js";
import { sci } from "../../src/units.js";
import { joined } from "../support/messages.js";
import type { SetBias } from "./bias-holder.js";
import { HeldLevels } from "./held-levels.js";
import { BUFFER, holdCommands } from "./keithley-2450-commands.js";
import { sourceRangeFor, wiresOf, wordsOf } from "./keithley-2450-plan.js";
import { parseSpot, SPOT_ELEMENTS, timeBetween_s } from "./keithley-2450-readings.js";
import type { ClockReading } from "./keithley-2450-readings.js";
import { parsed } from "./reading-rows.js";

/** A held level of the 2450 family, and single readings of it. */
export class Bias2450 extends HeldLevels {
  #onSince: ClockReading = { whole_s: NaN, fraction_s: NaN };

  /** The first reading, at zero, is the zero of the time. */
  async outputOn({ drive }: SetBias): Promise<void> {
    await this.smu.scpi.command(":OUTP ON");
    this.#onSince = (await this.#read(drive)).clock;
  }

  protected async setUp(bias: SetBias): Promise<void> {
    const { scpi } = this.smu;
    wiresOf(this.label, bias.wires, this.settings);
    await scpi.send(`:TRAC:DEL ${BUFFER}`);
    await scpi.errors(); // there may have been none of that name
    await scpi.commands(joined(holdCommands(bias, this.settings)));
  }

  protected rangeFor({ drive, level }: SetBias): number {
    return sourceRangeFor(drive, level);
  }

  protected rangeCommand({ drive }: SetBias, range: number): string {
    return `:SOUR:${wordsOf(drive).source}:RANG ${sci(range)}`;
  }

  protected limitCommand({ drive, compliance }: SetBias): string {
    const { source, limit } = wordsOf(drive);
    return `:SOUR:${source}:${limit} ${sci(compliance)}`;
  }

  protected limitQuestion({ drive }: SetBias): string {
    const { source, limit } = wordsOf(drive);
    return `:SOUR:${source}:${limit}?`;
  }

  protected levelCommand({ drive }: SetBias, level: number): string {
    return `:SOUR:${wordsOf(drive).source} ${sci(level)}`;
  }

  protected nplcCommand({ drive }: SetBias, nplc: number): string {
    return `:SENS:${wordsOf(drive).sense}:NPLC ${sci(nplc)}`;
  }

  protected async read({ drive }: SetBias): Promise<SpotReading> {
    const { clock, ...reading } = await this.#read(drive);
    return { ...reading, time_s: timeBetween_s(this.#onSince, clock) };
  }

  async #read(drive: "voltage" | "current") {
    const question = `:READ? ${BUFFER}, ${SPOT_ELEMENTS.join(", ")}`;
    const reply = await this.smu.scpi.query(question);
    return parsed(this.label, question, () => parseSpot(reply, drive));
  }
}
