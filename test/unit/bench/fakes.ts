import type {
  Bias,
  CapturePlan,
  CaptureScope,
  Identity,
  LoadedCycle,
  PulseCycle,
  PulseSource,
  SourceMeasureUnit,
  SweepPlan,
  SweepReading,
} from "../../../src/capabilities/index.js";

const identity: Identity = { maker: "fake", model: "fake", serial: "1", firmware: "1" };

const plain = (label: string) => ({
  label,
  identity,
  makeSafe: async () => undefined,
  outputIsOn: async () => false,
  close: async () => undefined,
});

/** Keeps what reaches it: what an instrument would have been told. */
export function fakeSmu(reached: SweepPlan[], held: Bias[] = []): SourceMeasureUnit {
  return {
    ...plain("smu"),
    channels: 2,
    hold: async (bias: Bias) => void held.push(structuredClone(bias)),
    measure: async () => ({ voltage_V: 0, current_A: 0, time_s: 0, inCompliance: false }),
    release: async () => undefined,
    ranges: { maxVoltage_V: 200, maxCurrent_A: 1, maxPower_W: 20, minDwell_s: 1e-3 },
    // eslint-disable-next-line require-yield -- it is about what arrives, not about what comes back
    async *sweep(plan: SweepPlan): AsyncGenerator<SweepReading[], void, undefined> {
      reached.push(structuredClone(plan));
    },
  };
}

export type SourceCall =
  | { readonly call: "load"; readonly channel: number; readonly cycle: PulseCycle; readonly cycles: number }
  | { readonly call: "outputOn" | "trigger"; readonly channel: number };

export function fakeSource(reached: SourceCall[], loadFails = false): PulseSource {
  return {
    ...plain("awg"),
    channels: 2,
    ranges: { maxLevel_V: 10, minSegment_s: 1e-8, maxSamples: 1e6, maxCycles: 1e6, sourceResistance_ohm: 50 },
    async load(channel: number, cycle: PulseCycle, cycles: number): Promise<LoadedCycle> {
      reached.push({ call: "load", channel, cycle: structuredClone(cycle), cycles });
      if (loadFails) throw new Error("refused");
      return { segments: cycle.segments, samples: 8, rate_Sa_per_s: 1 };
    },
    outputOn: async (channel: number) => void reached.push({ call: "outputOn", channel }),
    outputOff: async () => undefined,
    trigger: async (channel: number) => void reached.push({ call: "trigger", channel }),
  };
}

export function fakeScope(reached: CapturePlan[]): CaptureScope {
  return {
    ...plain("scope"),
    ranges: { channels: 4, maxSegments: 1000, maxPoints: 1e6, minStep_s: 1e-9 },
    arm: async (plan: CapturePlan) => void reached.push(plan),
    async *captures() {
      // nothing was recorded
    },
  };
}
