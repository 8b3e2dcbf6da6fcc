import {
  type AcRecord,
  chirpOf,
  type Figure,
  type Impedance,
  impedanceAt,
  metricOf,
  numbersOf,
} from "../src/analysis/index.js";
import type { CapturePlan, PulseStation } from "../src/capabilities/index.js";
import type { Protocol, RunContext } from "../src/engine/protocol.js";
import type { Columns, Metrics, RowBatch, TableSpec } from "../src/store/shapes.js";
import {
  chirpRate_per_s,
  chirpTime_s,
  frequenciesOf,
  frequencyResponseParameters,
  type FrequencyResponsePlan,
} from "./frequency-response-plan.js";

const response: TableSpec = {
  name: "response",
  columns: [
    { name: "frequency_Hz", type: "f64", unit: "Hz", description: "frequency" },
    { name: "magnitude_ohm", type: "f64", unit: "ohm", description: "magnitude of the impedance" },
    {
      name: "phase_deg",
      type: "f64",
      unit: "°",
      description: "of the voltage against the current: −90 for a capacitor",
    },
    { name: "conductance_S", type: "f64", unit: "S", description: "real part of the admittance" },
    { name: "susceptance_S", type: "f64", unit: "S", description: "imaginary part of the admittance" },
    {
      name: "voltage_V",
      type: "f64",
      unit: "V",
      description: "amplitude across the device; of a chirp its Fourier integral, V s",
    },
    {
      name: "current_A",
      type: "f64",
      unit: "A",
      description: "amplitude through the device; of a chirp its Fourier integral, A s",
    },
    { name: "coherence", type: "f64", unit: "", description: "share of the current that follows the voltage linearly" },
  ],
};

const waveforms: TableSpec = {
  name: "waveforms",
  columns: [
    { name: "frequency_Hz", type: "f64", unit: "Hz", description: "of the sine; of a chirp its lowest" },
    { name: "repeat", type: "i32", unit: "", description: "number of the record, from 1" },
    { name: "time_s", type: "f64", unit: "s", description: "since the trigger" },
    { name: "voltage_V", type: "f64", unit: "V", description: "across the device" },
    { name: "current_A", type: "f64", unit: "A", description: "through the device" },
  ],
};

/** Samples in a record of a sine: enough for any phase, few enough to keep. */
const samplesPerPeriod = 40;
/** Room in a range above what the last record had. */
const headroom = 1.5;
/** What generator and scope may need on top of the record. */
const patience_s = 10;
/** A chirp's record is so much longer than the chirp: the device comes to rest in it. */
const tail = 0.25;
/** The first samples of a chirp's record are rest. */
const lead = 0.02;
/** Share of the amplitude at which the scope triggers, also where the device is a short: low, and clear of the noise about 0. */
const triggerShare = 0.1;

/** A stimulus at the generator and the record it is seen in. */
interface Stimulus {
  readonly frequency_Hz: number;
  readonly window_s: number;
  readonly pretrigger_s: number;
  readonly points: number;
  readonly trigger_V: number;
  /** Starts it anew for each record; left out: it plays on. */
  readonly start?: () => Promise<void>;
}

/** Sines one after another, or one chirp: the scope sees voltage and current of the device, the lock-in is arithmetic. */
async function* driveAndRecord(
  station: PulseStation,
  plan: FrequencyResponsePlan,
  context: RunContext,
): AsyncGenerator<RowBatch, void, undefined> {
  const { source, sourceChannel: channel, scope } = station;
  context.atEnd(() => scope.makeSafe());
  context.atEnd(() => source.makeSafe()); // last registered, first done
  const [low_V, high_V] = [-plan.amplitude, plan.amplitude];
  const levels = { low_V, high_V, limit: { low_V, high_V } };
  const frequencies = frequenciesOf(plan);
  const trigger_V = triggerShare * plan.amplitude * shareOfShunt(station);
  if (plan.method === "chirp") {
    const [duration_s, rate_Sa_per_s] = [chirpTime_s(plan), chirpRate_per_s(plan)];
    const volts = chirpOf(plan.from, plan.to, duration_s, rate_Sa_per_s).map((one) => one * plan.amplitude);
    const burst = { cycles: 1, trigger: "bus" } as const;
    await source.setWaveform(channel, { waveform: { shape: "samples", volts, rate_Sa_per_s }, ...levels, burst });
    await source.outputOn(channel);
    const window_s = duration_s * (1 + lead + tail);
    const points = Math.ceil(window_s * rate_Sa_per_s);
    const chirp = { frequency_Hz: plan.from, window_s, pretrigger_s: lead * duration_s, points, trigger_V };
    const records = await recordsOf(station, { ...chirp, start: () => source.trigger(channel) }, plan, context);
    for (const [k, record] of records.entries()) yield waveformRows(record, chirp, k + 1);
    await source.outputOff(channel);
    yield { table: response.name, rows: frequencies.map((f) => ({ ...impedanceAt(records, f, "transient") })) };
    await context.between(1);
    return;
  }
  for (let done = context.completed; done < frequencies.length; done++) {
    const frequency_Hz = frequencies[done] ?? Number.NaN;
    const loaded = await source.setWaveform(channel, { waveform: { shape: "sine", frequency_Hz }, ...levels });
    await source.outputOn(channel);
    const played_Hz = loaded.frequency_Hz ?? frequency_Hz;
    const window_s = plan.periods / played_Hz;
    const points = plan.periods * samplesPerPeriod;
    const sine = { frequency_Hz: played_Hz, window_s, pretrigger_s: window_s / 2, points, trigger_V };
    const records = await recordsOf(station, sine, plan, context);
    await source.outputOff(channel);
    for (const [k, record] of records.entries()) yield waveformRows(record, sine, k + 1);
    yield { table: response.name, rows: [{ ...impedanceAt(records, played_Hz, "sine") }] };
    await context.between(done + 1);
  }
}

/** What a shorted device leaves of the generator's voltage at its top. */
function shareOfShunt({ current, source }: PulseStation): number {
  const shunt_ohm = current[0]?.resistance_ohm ?? 0;
  return shunt_ohm / (shunt_ohm + source.ranges.sourceResistance_ohm);
}

/** One record at the ranges a short would need, to see how large it is, and the others at ranges that fit. */
async function recordsOf(
  station: PulseStation,
  stimulus: Stimulus,
  { amplitude, repeats }: FrequencyResponsePlan,
  context: RunContext,
): Promise<AcRecord[]> {
  const worst = { top_V: 2 * headroom * amplitude, shunt_V: 2 * headroom * amplitude * shareOfShunt(station) };
  const first = await record(station, stimulus, worst, context);
  const ranges = { top_V: spanOf(first.top) * headroom, shunt_V: spanOf(first.shunt) * headroom };
  const records: AcRecord[] = [];
  for (let k = 0; k < repeats; k++) records.push((await record(station, stimulus, ranges, context)).device);
  return records;
}

/** Narrowest range, V: every scope has it. */
const narrowest_V = 0.02;

/** Twice the largest magnitude, but no less than a scope can show. */
function spanOf(volts: Float64Array): number {
  return Math.max(narrowest_V, 2 * volts.reduce((most, one) => Math.max(most, Math.abs(one)), 0));
}

async function record(
  station: PulseStation,
  { window_s, pretrigger_s, points, trigger_V, start }: Stimulus,
  ranges: { top_V: number; shunt_V: number },
  context: RunContext,
): Promise<{ device: AcRecord; top: Float64Array; shunt: Float64Array }> {
  const { scope, top, current } = station;
  const [probe] = current;
  if (probe === undefined) throw new TypeError("a pulse station has at least one current probe");
  const plan: CapturePlan = {
    channels: [
      { channel: top.channel, range_V: ranges.top_V, offset_V: 0 },
      { channel: probe.channel, range_V: ranges.shunt_V, offset_V: 0, impedance: probe.impedance },
    ],
    window_s,
    pretrigger_s,
    trigger: { channel: top.channel, level_V: trigger_V, slope: "rising" },
    segments: 1,
    points,
  };
  await scope.arm(plan, context.signal);
  await start?.();
  for await (const capture of scope.captures(window_s + patience_s, context.signal)) {
    const seen = (channel: number) => Float64Array.from(capture.volts.get(channel) ?? []);
    const [topVolts, shuntVolts] = [seen(top.channel), seen(probe.channel)];
    const device = {
      step_s: capture.step_s,
      voltage_V: topVolts.map((volt, k) => volt - (shuntVolts[k] ?? NaN)),
      current_A: shuntVolts.map((volt) => volt / probe.resistance_ohm),
    };
    return { device, top: topVolts, shunt: shuntVolts };
  }
  throw new TypeError("a scope gives the record it was armed for, or throws");
}

function waveformRows(
  { step_s, voltage_V, current_A }: AcRecord,
  { frequency_Hz, pretrigger_s }: Stimulus,
  repeat: number,
): RowBatch {
  const length = voltage_V.length;
  const columns = {
    frequency_Hz: new Float64Array(length).fill(frequency_Hz),
    repeat: new Int32Array(length).fill(repeat),
    time_s: Float64Array.from({ length }, (_, k) => k * step_s - pretrigger_s),
    voltage_V: Float64Array.from(voltage_V),
    current_A: Float64Array.from(current_A),
  };
  return { table: waveforms.name, columns: { length, columns } };
}

/** A response this coherent is one of a linear device, noise aside. */
const linear = 0.95;

/** At the lowest frequency resistance and phase, the capacitance that the susceptance amounts to, and the least coherence. */
function responseMetrics(table: Columns | undefined): Metrics {
  const of = (name: keyof Impedance) => Array.from(numbersOf(table, name));
  const [frequency, coherence, b] = [of("frequency_Hz"), of("coherence"), of("susceptance_S")];
  const capacitances = b.map((one, k) =>
    (coherence[k] ?? 0) < linear ? NaN : one / (2 * Math.PI * (frequency[k] ?? NaN)),
  );
  return {
    magnitude_ohm: metricOf(of("magnitude_ohm").slice(0, 1)),
    phase_deg: metricOf(of("phase_deg").slice(0, 1)),
    // at the highest frequency the susceptance is largest against the noise
    capacitance_F: metricOf(capacitances.slice(-1)),
    coherence: metricOf(coherence),
  };
}

function responseFigures(table: Columns | undefined): readonly Figure[] {
  const x = { label: "Frequency", unit: "Hz", scale: "log" } as const;
  const figure = (
    name: keyof Impedance,
    title: string,
    label: string,
    unit: string,
    scale: "linear" | "log",
  ): Figure => ({
    name: name.replace(/_.*/, ""),
    title,
    x,
    y: { label, unit, scale },
    series: [
      { name: label.toLowerCase(), x: numbersOf(table, "frequency_Hz"), y: numbersOf(table, name), style: "line" },
    ],
  });
  return [
    figure("magnitude_ohm", "Magnitude of the impedance", "Impedance", "ohm", "log"),
    figure("phase_deg", "Phase of the impedance", "Phase (degrees)", "", "linear"),
    figure("coherence", "Coherence of current and voltage", "Coherence", "", "linear"),
  ];
}

/** Impedance against frequency. */
export const frequencyResponse: Protocol<FrequencyResponsePlan, "pulse-station"> = {
  name: "frequency-response",
  title: "Impedance against frequency, by sines or by a chirp",
  description:
    "The generator plays small sines one after another, or one chirp through the whole range, about 0 V; the scope records voltage and current of the device. " +
    "Magnitude and phase follow by lock-in, and the coherence tells where the device is no linear one: where it switches, or where there is nothing but noise.",
  source:
    "usual practice; Bendat and Piersol, Random Data, for the estimate; a chirp (ZAP) is what Yi et al. 2018, Suppl. Fig. 25, drive their neuron with",
  parameters: frequencyResponseParameters,
  needs: "pulse-station",
  tables: [response, waveforms],
  mainTable: response.name,
  cost(plan) {
    const rows = frequenciesOf(plan);
    const records = plan.repeats + 1;
    const once_s =
      plan.method === "chirp"
        ? chirpTime_s(plan) * (1 + lead + tail)
        : rows.reduce((sum, frequency_Hz) => sum + plan.periods / frequency_Hz, 0);
    return { rows: rows.length, duration_s: records * once_s };
  },
  extremes: (plan) => ({ voltage_V: plan.amplitude }),
  run: driveAndRecord,
  analyse: (tables) => responseMetrics(tables[response.name]),
  figures: (tables) => responseFigures(tables[response.name]),
};
