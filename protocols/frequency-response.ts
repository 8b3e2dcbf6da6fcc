import { type AcRecord, type Figure, type Impedance, impedanceAt, metricOf, numbersOf } from "../src/analysis/index.js";
import type { CapturePlan, PulseStation } from "../src/capabilities/index.js";
import type { Protocol, RunContext } from "../src/engine/protocol.js";
import type { Columns, Metrics, RowBatch, TableSpec } from "../src/store/shapes.js";
import { type ChirpBurst, chirpBurst, triggerShare } from "./frequency-response-chirp.js";
import { frequenciesOf, frequencyResponseParameters, type FrequencyResponsePlan } from "./frequency-response-plan.js";

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
    {
      name: "vBias_V",
      type: "f64",
      unit: "V",
      description: "across the device, before the chirp or in the mean of the sine",
    },
    { name: "iBias_A", type: "f64", unit: "A", description: "through the device, then" },
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

/** A stimulus at the generator and the record it is seen in. */
interface Stimulus {
  readonly frequency_Hz: number;
  readonly window_s: number;
  readonly pretrigger_s: number;
  readonly points: number;
  readonly trigger_V: number;
  readonly slope: "rising" | "falling";
  /** The chirp's own, where it is one: how the record is cut. */
  readonly rest_s?: ChirpBurst["rest_s"];
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
  const [low_V, high_V] = [Math.min(0, plan.bias - plan.amplitude), Math.max(0, plan.bias + plan.amplitude)];
  const levels = { low_V, high_V, limit: { low_V, high_V } };
  const frequencies = frequenciesOf(plan);
  const share = shareOfShunt(station);
  if (plan.method === "chirp") {
    const chirp = chirpBurst(plan, share);
    const { volts, rate_Sa_per_s } = chirp;
    const burst = { cycles: 1, trigger: "bus" } as const;
    await source.setWaveform(channel, { waveform: { shape: "samples", volts, rate_Sa_per_s }, ...levels, burst });
    await source.outputOn(channel);
    const points = Math.ceil(chirp.window_s * rate_Sa_per_s);
    const stimulus = { frequency_Hz: plan.from, points, start: () => source.trigger(channel), ...chirp };
    const records = await recordsOf(station, stimulus, plan, context);
    for (const [k, record] of records.entries()) yield waveformRows(record, stimulus, k + 1);
    await source.outputOff(channel);
    const cut = records.map((record) => fromRest(record, chirp.rest_s));
    const bias = meansOf(cut.map(({ rest }) => rest));
    const rows = frequencies.map((f) => ({ ...impedanceAt(cut, f, "transient"), ...bias }));
    yield { table: response.name, rows };
    await context.between(1);
    return;
  }
  const [trigger_V, slope] = [triggerShare * plan.amplitude * share, "rising"] as const;
  for (let done = context.completed; done < frequencies.length; done++) {
    const frequency_Hz = frequencies[done] ?? Number.NaN;
    const loaded = await source.setWaveform(channel, { waveform: { shape: "sine", frequency_Hz }, ...levels });
    await source.outputOn(channel);
    const played_Hz = loaded.frequency_Hz ?? frequency_Hz;
    const window_s = plan.periods / played_Hz;
    const points = plan.periods * samplesPerPeriod;
    const sine = { frequency_Hz: played_Hz, window_s, pretrigger_s: window_s / 2, points, trigger_V, slope };
    const records = await recordsOf(station, sine, plan, context);
    await source.outputOff(channel);
    for (const [k, record] of records.entries()) yield waveformRows(record, sine, k + 1);
    yield { table: response.name, rows: [{ ...impedanceAt(records, played_Hz, "sine"), ...meansOf(records) }] };
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
  { amplitude, bias, repeats }: FrequencyResponsePlan,
  context: RunContext,
): Promise<AcRecord[]> {
  const worst_V = 2 * headroom * (Math.abs(bias) + amplitude);
  const all = { range_V: worst_V, offset_V: 0 };
  const short = { range_V: worst_V * shareOfShunt(station), offset_V: 0 };
  const first = await record(station, stimulus, { top: all, shunt: short }, context);
  // A chirp on a high plateau is looked at without the way up to it; the trigger is on that way, and stays on the screen.
  const [from, high] = [firstSample(first.device, stimulus.rest_s?.from), Math.abs(bias) > 2 * amplitude];
  const [top, shunt] = [first.top, first.shunt].map((volts) => screenFor(high ? volts.subarray(from) : volts, high));
  if (top === undefined || shunt === undefined) throw new TypeError("two channels were recorded");
  const edge_V = top.offset_V - Math.sign(bias) * 0.4 * top.range_V;
  const trigger_V = high && Math.abs(edge_V) > Math.abs(stimulus.trigger_V) ? edge_V : stimulus.trigger_V;
  const records: AcRecord[] = [];
  for (let k = 0; k < repeats; k++)
    records.push((await record(station, { ...stimulus, trigger_V }, { top, shunt }, context)).device);
  return records;
}

/** Narrowest range, V: every scope has it. */
const narrowest_V = 0.02;

/** What a scope's channel shows. */
interface Screen {
  readonly range_V: number;
  readonly offset_V: number;
}

/** Room for what was seen, about 0 V or about its middle, but no less than a scope can show. */
function screenFor(volts: Float64Array, aboutMiddle: boolean): Screen {
  const [least, most] = volts.reduce(
    ([low, high], one) => [Math.min(low, one), Math.max(high, one)],
    [Infinity, -Infinity],
  );
  const offset_V = aboutMiddle ? (least + most) / 2 : 0;
  const half_V = Math.max(most - offset_V, offset_V - least);
  return { range_V: headroom * Math.max(narrowest_V, 2 * half_V), offset_V };
}

function firstSample({ step_s }: AcRecord, from_s = 0): number {
  return Math.max(0, Math.floor(from_s / step_s));
}

/** A chirp's record from where it is at rest, and that rest; what is there in the mean is taken off, not one noisy sample. */
function fromRest(record: AcRecord, { from, to }: ChirpBurst["rest_s"]): AcRecord & { readonly rest: AcRecord } {
  const { step_s, voltage_V, current_A } = record;
  const [first, last] = [firstSample(record, from), firstSample(record, to)];
  const part = (values: ArrayLike<number>, end?: number) => Array.prototype.slice.call(values, first, end) as number[];
  const rest = { step_s, voltage_V: part(voltage_V, last), current_A: part(current_A, last) };
  const { vBias_V, iBias_A } = meansOf([rest]);
  // the first sample is what `impedanceAt` takes off
  return { step_s, voltage_V: [vBias_V, ...part(voltage_V)], current_A: [iBias_A, ...part(current_A)], rest };
}

/** Mean voltage and current over all samples of the records. */
function meansOf(records: readonly AcRecord[]): { readonly vBias_V: number; readonly iBias_A: number } {
  const mean = (of: (record: AcRecord) => ArrayLike<number>): number => {
    const values = records.flatMap((record) => Array.from(of(record)));
    return values.reduce((sum, value) => sum + value, 0) / values.length;
  };
  return { vBias_V: mean(({ voltage_V }) => voltage_V), iBias_A: mean(({ current_A }) => current_A) };
}

async function record(
  station: PulseStation,
  { window_s, pretrigger_s, points, trigger_V, slope, start }: Stimulus,
  screens: { readonly top: Screen; readonly shunt: Screen },
  context: RunContext,
): Promise<{ device: AcRecord; top: Float64Array; shunt: Float64Array }> {
  const { scope, top, current } = station;
  const [probe] = current;
  if (probe === undefined) throw new TypeError("a pulse station has at least one current probe");
  const plan: CapturePlan = {
    channels: [
      { channel: top.channel, ...screens.top },
      { channel: probe.channel, ...screens.shunt, impedance: probe.impedance },
    ],
    window_s,
    pretrigger_s,
    trigger: { channel: top.channel, level_V: trigger_V, slope },
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
  const of = (name: keyof Impedance | "vBias_V" | "iBias_A") => Array.from(numbersOf(table, name));
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
    vBias_V: metricOf(of("vBias_V").slice(0, 1)),
    iBias_A: metricOf(of("iBias_A").slice(0, 1)),
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
    "The generator plays small sines one after another, or one chirp through the whole range, about 0 V or a bias; the scope records voltage and current of the device. " +
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
        ? chirpBurst(plan, 1).window_s
        : rows.reduce((sum, frequency_Hz) => sum + plan.periods / frequency_Hz, 0);
    return { rows: rows.length, duration_s: records * once_s };
  },
  extremes: (plan) => ({ voltage_V: Math.abs(plan.bias) + plan.amplitude }),
  run: driveAndRecord,
  analyse: (tables) => responseMetrics(tables[response.name]),
  figures: (tables) => responseFigures(tables[response.name]),
};
