import type { DriverSettings } from "../../drivers/index.js";
import type { SourceMeasureUnit } from "../../src/capabilities/index.js";
import type { LinkKind } from "../../src/virtual/bench-plan.js";
import type { Session } from "../../src/visa/index.js";
import { virtualBench } from "../support/virtual-bench.js";

/** An SMU with a resistor between its terminals. */
export interface ResistorBench {
  readonly smu: SourceMeasureUnit;
  readonly resistance_ohm: number;
  /** Voltages that were on the device, one after another, as the lab saw them. Not the driver's word. */
  readonly seen_V: readonly number[];
  /** The same, with how long each lasted by the lab's clock. */
  readonly stays: readonly Stay[];
  /** Another connection to the same instrument. */
  readonly session: () => Promise<Session>;
  /** Ends what was begun for this test. */
  close(): Promise<void>;
}

export interface Stay {
  readonly voltage_V: number;
  duration_s: number;
}

export interface ResistorBenchOptions {
  /** Fast where left out. Held levels want real time: between two commands none passes else, and nobody sees a step. */
  readonly time?: "fast" | "real";
  readonly settings?: DriverSettings;
  /** In the two leads together; none where left out. */
  readonly leads_ohm?: number;
}

export type OpenResistorBench = (options?: ResistorBenchOptions) => Promise<ResistorBench>;

const RESISTANCE_OHM = 1000;

/**
 * The driver of a virtual SMU, over a real connection, on a resistor of 1 kΩ.
 *
 * @param channel that is wired; a suite that says nothing of channels, or channel 1, means this one
 */
export function resistorBench(driver: string, model: string, link: LinkKind, channel = 1): OpenResistorBench {
  return async ({ time = "fast", settings, leads_ohm = 0 } = {}) => {
    const prefix = channel === 1 ? "" : `${channel}.`;
    const through = leads_ohm === 0 ? {} : { through: { series_ohm: leads_ohm / 2 } };
    const wiring = [
      { instrument: "smu", terminal: `${prefix}high`, node: "dut.top", ...through },
      { instrument: "smu", terminal: `${prefix}low`, node: "dut.bottom", ...through },
    ] as const;
    const dut = { id: "R", model: "resistor", parameters: { R: RESISTANCE_OHM } };
    const bench = await virtualBench([{ label: "smu", driver, model }], wiring, dut, link, time);
    const seen_V: number[] = [0];
    const see = (voltage_V: number) => {
      if (voltage_V !== seen_V.at(-1)) seen_V.push(voltage_V);
    };
    const stays: Stay[] = [];
    bench.lab.watch(({ t0_s, t1_s, top0_V, bottom0_V, top1_V, bottom1_V }) => {
      see(top0_V - bottom0_V);
      see(top1_V - bottom1_V);
      const last = stays.at(-1);
      if (last?.voltage_V === top1_V - bottom1_V) last.duration_s += t1_s - t0_s;
      else stays.push({ voltage_V: top1_V - bottom1_V, duration_s: t1_s - t0_s });
    });
    return {
      smu: onChannel(await bench.open("smu", "smu", settings), channel),
      resistance_ohm: RESISTANCE_OHM,
      seen_V,
      stays,
      session: () => bench.session("smu"),
      close: () => bench.close(),
    };
  };
}

/** Another channel in the place of the first one. Channels that are not there stay what they are. */
function onChannel(smu: SourceMeasureUnit, channel: number): SourceMeasureUnit {
  if (channel === 1) return smu;
  const { label, identity, channels, ranges } = smu;
  const of = (asked = 1) => (asked === 1 ? channel : asked);
  return {
    label,
    identity,
    channels,
    ranges,
    sweep: (plan, signal) => smu.sweep({ ...plan, channel: of(plan.channel) }, signal),
    hold: (bias, signal) => smu.hold({ ...bias, channel: of(bias.channel) }, signal),
    measure: (asked, nplc) => smu.measure(of(asked), nplc),
    release: (asked) => smu.release(of(asked)),
    makeSafe: () => smu.makeSafe(),
    outputIsOn: () => smu.outputIsOn(),
    close: () => smu.close(),
  };
}

/** The largest step between two voltages that followed each other. */
export function largestStep_V(seen_V: readonly number[]): number {
  let largest_V = 0;
  for (let i = 1; i < seen_V.length; i++) {
    largest_V = Math.max(largest_V, Math.abs((seen_V[i] ?? NaN) - (seen_V[i - 1] ?? NaN)));
  }
  return largest_V;
}
