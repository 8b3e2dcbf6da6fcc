import type {
  Identity,
  TemperatureController,
  TemperaturePlan,
  TemperatureRanges,
  TemperatureReading,
} from "../../src/capabilities/index.js";
import { MemrigError } from "../../src/errors.js";
import { ScpiClient, noErrorQueue } from "../../src/scpi/index.js";
import { si } from "../../src/units.js";
import type { Session } from "../../src/visa/index.js";
import type { DriverEntry, SafeState } from "../entry.js";
import { identify } from "../support/identity.js";
import { anyOn, turnOff } from "../support/outputs.js";

const identifies = /^LSCI,MODEL33[56]\b/i;

/** Ethernet of the 336 (Lake Shore 336 manual, chapter 6). The 335 has USB and GPIB. */
const SOCKET_PORT = 7777;

/** Heaters off; set-points stay, and do nothing without a heater. */
function heaters(outputs: number): SafeState {
  const all = Array.from({ length: outputs }, (_, k) => k + 1);
  return { halt: [], ramps: [], off: all.map((n) => `RANGE ${n},0`), isOn: all.map((n) => `RANGE? ${n}`) };
}

export const lakeshore336 = {
  name: "lakeshore-336",
  kind: "thermal",
  title: "Lake Shore 335 and 336 temperature controllers",
  identifies,
  // Outputs 3 and 4 of the 336 too; a 335 ignores what it does not have, and is asked about two.
  safe: { ...heaters(4), isOn: heaters(2).isOn },
  safeOf: (identity) => heaters(/MODEL336/i.test(identity) ? 4 : 2),
  errors: noErrorQueue,
  defaultPort: SOCKET_PORT,
  session: { serial: { baud: 57_600, dataBits: 7, parity: "odd", termination: "\r\n", clear: "drain" } },
  open: (session, label) => Lakeshore336.open(session, label),
} satisfies DriverEntry;

const MODELS: Readonly<Record<string, TemperatureRanges>> = {
  MODEL335: { inputs: ["A", "B"], outputs: 2, maxSetpoint_K: 1500 },
  MODEL336: { inputs: ["A", "B", "C", "D"], outputs: 4, maxSetpoint_K: 1500 },
};

/** Bits of RDGST?: a reading with any of them is none. */
const READING_FAULTS: readonly (readonly [number, string])[] = [
  [1, "the reading is invalid"],
  [16, "the temperature is below the sensor's curve"],
  [32, "the temperature is above the sensor's curve"],
  [64, "the sensor reads zero: is it shorted?"],
  [128, "the sensor is over its range: is it open?"],
];
const CLOSED_LOOP_MODES = [1, 2];
/** Last field of INTYPE?. */
const UNITS_KELVIN = 1;
/** Rates the ramp takes (336 manual, RAMP). */
const RAMP_K_PER_MIN = { min: 0.1, max: 100 };
/** What a setting may differ by when read back: it is told with three decimals. */
const TOLERANCE_K = 2e-3;

/**
 * Lake Shore 335 and 336. They have no error queue and ignore what they do not understand, so every setting is read back;
 * an overload reads as +000.000, so a temperature is only believed beside its status.
 *
 * Connecting changes nothing. Loop mode, input and PID stay as they were set at the front panel.
 *
 * Sources: command tables of the 335 and 336 manuals as used by QCoDeS (`Lakeshore`), PyMeasure (`lakeshore3xx`) and SweepMe.
 */
export class Lakeshore336 implements TemperatureController {
  private constructor(
    private readonly scpi: ScpiClient,
    readonly label: string,
    readonly identity: Identity,
    readonly ranges: TemperatureRanges,
  ) {}

  /** @throws MemrigError `bad-reply`: another instrument */
  static async open(session: Session, label: string): Promise<Lakeshore336> {
    const scpi = new ScpiClient(session, label, noErrorQueue);
    const identity = await identify(scpi, identifies, "Lake Shore 335 and 336");
    const ranges = MODELS[identity.model.toUpperCase()];
    if (!ranges) throw new MemrigError("bad-reply", `${label} is a ${identity.model}, which is not known.`, {});
    return new Lakeshore336(scpi, label, identity, ranges);
  }

  async temperature_K(input: string): Promise<number> {
    if (!this.ranges.inputs.includes(input)) {
      throw this.#invalid(`input ${input} was asked for; it has ${this.ranges.inputs.join(", ")}`);
    }
    const status = await this.scpi.queryNumber(`RDGST? ${input}`);
    const faults = READING_FAULTS.filter(([bit]) => (status & bit) !== 0).map(([, text]) => text);
    if (faults.length > 0) {
      throw new MemrigError("bad-reply", `${this.label}, input ${input}: ${faults.join("; ")}. Nothing was changed.`, {
        input,
        status,
      });
    }
    return this.scpi.queryNumber(`KRDG? ${input}`);
  }

  async read(output: number): Promise<TemperatureReading> {
    const input = await this.#inputOf(output);
    const setpoint_K = await this.scpi.queryNumber(`SETP? ${output}`);
    const heater = (await this.scpi.queryNumber(`${output > 2 ? "AOUT?" : "HTR?"} ${output}`)) / 100;
    return { temperature_K: await this.temperature_K(input), setpoint_K, heater };
  }

  async regulate(plan: TemperaturePlan): Promise<void> {
    const { output, setpoint_K, ramp_K_per_min, limit_K, heaterRange } = plan;
    this.#check(plan);
    const input = await this.#inputOf(output);
    await this.scpi.send(`TLIMIT ${input},${limit_K.toFixed(3)}`);
    await this.#expect(
      `TLIMIT? ${input}`,
      output,
      (value) => Math.abs(value - limit_K) <= TOLERANCE_K,
      si(limit_K, "K"),
    );
    if (ramp_K_per_min === undefined) {
      await this.#ramp(output, false, RAMP_K_PER_MIN.min);
      await this.#setpoint(output, setpoint_K);
    } else {
      // A ramp begins at the set-point of before. While the heater is off that may be anywhere: it begins at the stage.
      const heats = (await this.scpi.queryNumber(`RANGE? ${output}`)) !== 0;
      if (!heats) {
        await this.#ramp(output, false, ramp_K_per_min);
        await this.#setpoint(output, await this.temperature_K(input));
      }
      await this.#ramp(output, true, ramp_K_per_min);
      await this.scpi.send(`SETP ${output},${setpoint_K.toFixed(3)}`);
    }
    await this.scpi.send(`RANGE ${output},${heaterRange}`);
    await this.#expect(`RANGE? ${output}`, output, (value) => value === heaterRange, `heater range ${heaterRange}`);
  }

  async heaterOff(output: number): Promise<void> {
    this.#checkOutput(output);
    await turnOff(this.scpi, { off: [`RANGE ${output},0`], isOn: [`RANGE? ${output}`] });
  }

  async makeSafe(): Promise<void> {
    await turnOff(this.scpi, heaters(this.ranges.outputs));
  }

  async outputIsOn(): Promise<boolean> {
    return (await anyOn(this.scpi, heaters(this.ranges.outputs))) !== undefined;
  }

  async close(): Promise<void> {
    await this.scpi.session.close();
  }

  /**
   * The input a loop regulates; only a closed loop has one. A set-point is in the units that its input prefers (INTYPE):
   * 300 in Celsius would heat to 573 K.
   */
  async #inputOf(output: number): Promise<string> {
    this.#checkOutput(output);
    const [mode = NaN, number = NaN] = await this.scpi.queryNumbers(`OUTMODE? ${output}`);
    const input = this.ranges.inputs[number - 1];
    if (CLOSED_LOOP_MODES.includes(mode) && input !== undefined) {
      const [, , , , units] = await this.scpi.queryNumbers(`INTYPE? ${input}`);
      if (units === UNITS_KELVIN) return input;
      throw this.#invalid(
        `the preferred units of input ${input} are not kelvin, and set-points of output ${output} are in them; choose kelvin at the front panel (Input Setup)`,
      );
    }
    throw this.#invalid(
      `output ${output} is in mode ${mode} with input ${number}, not a closed loop with a sensor; set it up at the front panel (Output Setup)`,
    );
  }

  async #ramp(output: number, on: boolean, rate: number): Promise<void> {
    await this.scpi.send(`RAMP ${output},${on ? 1 : 0},${rate.toFixed(1)}`);
    const [isOn = NaN, isRate = NaN] = await this.scpi.queryNumbers(`RAMP? ${output}`);
    if (isOn === (on ? 1 : 0) && (!on || Math.abs(isRate - rate) <= 0.06)) return;
    throw await this.#changed(output, `a ramp of ${rate} K/min`, `${isOn}, ${isRate}`);
  }

  async #setpoint(output: number, setpoint_K: number): Promise<void> {
    await this.scpi.send(`SETP ${output},${setpoint_K.toFixed(3)}`);
    await this.#expect(
      `SETP? ${output}`,
      output,
      (value) => Math.abs(value - setpoint_K) <= TOLERANCE_K,
      si(setpoint_K, "K"),
    );
  }

  async #expect(question: string, output: number, good: (value: number) => boolean, asked: string): Promise<void> {
    const value = await this.scpi.queryNumber(question);
    if (!good(value)) throw await this.#changed(output, asked, `${question} ${value}`);
  }

  /** Heater off first, then the error. */
  async #changed(output: number, asked: string, got: string): Promise<MemrigError> {
    await this.heaterOff(output);
    return new MemrigError(
      "instrument-refused",
      `${this.label}: ${asked} was set, and it reads back ${got}. The heater of output ${output} is off.`,
      { output, asked, got },
    );
  }

  #check({ output, setpoint_K, ramp_K_per_min, limit_K }: TemperaturePlan): void {
    this.#checkOutput(output);
    if (!(setpoint_K > 0 && setpoint_K <= this.ranges.maxSetpoint_K)) {
      throw this.#invalid(
        `a set-point of ${setpoint_K} K was asked for; up to ${this.ranges.maxSetpoint_K} K is possible`,
      );
    }
    if (!(limit_K > setpoint_K && Number.isFinite(limit_K))) {
      throw this.#invalid(
        `a set-point of ${setpoint_K} K was asked for with a limit of ${limit_K} K; the limit must be above it`,
      );
    }
    if (ramp_K_per_min === undefined) return;
    const { min, max } = RAMP_K_PER_MIN;
    if (!(ramp_K_per_min >= min && ramp_K_per_min <= max)) {
      throw this.#invalid(`a ramp of ${ramp_K_per_min} K/min was asked for; ${min} to ${max} K/min are possible`);
    }
  }

  #checkOutput(output: number): void {
    if (Number.isInteger(output) && output >= 1 && output <= this.ranges.outputs) return;
    throw this.#invalid(`output ${output} was asked for; it has 1 to ${this.ranges.outputs}`);
  }

  #invalid(why: string): MemrigError {
    return new MemrigError("invalid-request", `${this.label}: ${why}. Nothing was set.`, {});
  }
}
