import type {
  Bias,
  CapturePlan,
  CaptureScope,
  Identity,
  LoadedCycle,
  PulseCycle,
  PulseSource,
  SourceMeasureUnit,
  SwitchMatrix,
  SweepPlan,
  SweepReading,
  TemperatureController,
  TemperaturePlan,
  WaveformPlan,
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
export function fakeSmu(reached: SweepPlan[], held: Bias[] = [], channels = 1): SourceMeasureUnit {
  return {
    ...plain("smu"),
    channels,
    ranges: { maxVoltage_V: 200, maxCurrent_A: 1, maxPower_W: 20, minDwell_s: 1e-3 },
    // eslint-disable-next-line require-yield -- it is about what arrives, not about what comes back
    async *sweep(plan: SweepPlan): AsyncGenerator<SweepReading[], void, undefined> {
      reached.push(structuredClone(plan));
    },
    hold: async (bias: Bias) => void held.push(structuredClone(bias)),
    measure: async () => ({ voltage_V: 0, current_A: 0, time_s: 0, inCompliance: false }),
    release: async () => undefined,
  };
}

export type SourceCall =
  | { readonly call: "load"; readonly channel: number; readonly cycle: PulseCycle; readonly cycles: number }
  | { readonly call: "setWaveform"; readonly channel: number; readonly plan: WaveformPlan }
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
    async setWaveform(channel: number, plan: WaveformPlan) {
      reached.push({ call: "setWaveform", channel, plan: structuredClone(plan) });
      return { low_V: plan.low_V, high_V: plan.high_V };
    },
    outputOn: async (channel: number) => void reached.push({ call: "outputOn", channel }),
    outputOff: async () => undefined,
    trigger: async (channel: number) => void reached.push({ call: "trigger", channel }),
  };
}

export function fakeThermal(reached: TemperaturePlan[]): TemperatureController {
  return {
    ...plain("stage"),
    ranges: { inputs: ["A", "B"], outputs: 2, maxSetpoint_K: 1000 },
    temperature_K: async () => 295,
    read: async () => ({ temperature_K: 295, setpoint_K: 0, heater: 0 }),
    regulate: async (plan: TemperaturePlan) => void reached.push(structuredClone(plan)),
    heaterOff: async () => undefined,
  };
}

/** @param moving told when relays begin to move, and waited for */
export function fakeSwitch(
  reached: (readonly string[])[],
  moving: () => Promise<void> = async () => undefined,
): SwitchMatrix {
  return {
    ...plain("matrix"),
    ranges: { channels: ["1A01", "1A02"], settle_s: 1e-3 },
    closed: async () => reached.at(-1) ?? [],
    async closeOnly(channels: readonly string[]) {
      reached.push([...channels]);
      await moving();
    },
    openAll: async () => void reached.push([]),
  };
}

export function fakeScope(reached: CapturePlan[]): CaptureScope {
  return {
    ...plain("scope"),
    ranges: { channels: 4, maxSegments: 1000, maxPoints: 1e6, minStep_s: 1e-9, maxAverage: 1, external: true },
    arm: async (plan: CapturePlan) => void reached.push(plan),
    async *captures() {
      // nothing was recorded
    },
  };
}
