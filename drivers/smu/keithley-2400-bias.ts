import type { SpotReading } from "../../src/capabilities/index.js";
import { MemrigError } from "../../src/errors.js";
import { sci } from "../../src/units.js";
import { joined } from "../support/messages.js";
import type { SetBias } from "./bias-holder.js";
import { HeldLevels } from "./held-levels.js";
import { holdSettings2400 } from "./keithley-2400-commands.js";
import { sourceRange2400 } from "./keithley-2400-plan.js";
import { parse2400 } from "./keithley-2400-readings.js";
import { parsed } from "./reading-rows.js";
import { scpiWords } from "./scpi-words.js";

/** A held level of the 2400 series, and single readings of it. */
export class Bias2400 extends HeldLevels {
  #onSince_s = 0;

  /** The first reading, at zero, is the zero of the time. */
  async outputOn(): Promise<void> {
    await this.smu.scpi.command(":OUTP ON");
    this.#onSince_s = (await this.#read()).time_s;
  }

  protected async setUp(bias: SetBias): Promise<void> {
    await this.smu.scpi.commands(joined(holdSettings2400(bias, this.settings)));
  }

  protected rangeFor({ drive, level }: SetBias): number {
    return sourceRange2400(scpiWords(drive), level);
  }

  protected rangeCommand({ drive }: SetBias, range: number): string {
    return `:SOUR:${scpiWords(drive).source}:RANG ${sci(range)}`;
  }

  protected limitCommand({ drive, compliance }: SetBias): string {
    return `:SENS:${scpiWords(drive).sense}:PROT ${sci(compliance)}`;
  }

  protected limitQuestion({ drive }: SetBias): string {
    return `:SENS:${scpiWords(drive).sense}:PROT?`;
  }

  protected levelCommand({ drive }: SetBias, level: number): string {
    return `:SOUR:${scpiWords(drive).source} ${sci(level)}`;
  }

  protected nplcCommand({ drive }: SetBias, nplc: number): string {
    return `:SENS:${scpiWords(drive).sense}:NPLC ${sci(nplc)}`;
  }

  protected async read(): Promise<SpotReading> {
    const reading = await this.#read();
    return { ...reading, time_s: reading.time_s - this.#onSince_s };
  }

  async #read(): Promise<SpotReading> {
    const reply = await this.smu.scpi.query(":READ?");
    return parsed(this.label, ":READ?", () => {
      const [reading] = parse2400(reply, 1, 0);
      if (!reading) throw new MemrigError("bad-reply", "no reading came.", { reply });
      const { voltage_V, current_A, time_s, inCompliance } = reading;
      return { voltage_V, current_A, time_s, inCompliance };
    });
  }
}
