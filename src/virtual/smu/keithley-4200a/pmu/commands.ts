import { nr3 } from "../../../scpi/index.js";
import { KxciFault, numberAt, wholeAt, withinAt } from "../arguments.js";
import type { KxciDevice } from "../device.js";
import { ranges_A } from "./card.js";
import type { PulseCard, PulseChannel } from "./card.js";
import type { Point } from "./digitiser.js";
import type { Row } from "./records.js";
import { levelsBetween } from "./standard-pulses.js";
import type { Levels } from "./standard-pulses.js";
import { arrays } from "./sequence.js";

const mostValues = 128;
const mostSegments = 2048;
const mostPoints = 2048;
const readers: Readonly<Record<string, (point: Point) => string>> = {
  V: ({ volt }) => nr3(volt, 6, true),
  I: ({ ampere }) => nr3(ampere, 6, true),
  T: ({ time_s }) => nr3(time_s, 9, true),
  S: () => "0",
};

/** A field of a row: `V`, and `VH` or `VL` of the means of pulses. @throws KxciFault there is no such field, or not here */
function fieldOf(name: string, { high, low }: Row): string {
  const [, quantity = "", of] = /^([VITS])([HL]?)$/.exec(name) ?? [];
  const point = of === "L" ? low : of === "H" ? high : (high ?? low);
  const read = readers[quantity];
  if (read && point) return read(point);
  throw new KxciFault(`"${name}" is no field`, true);
}

/** The `:PMU:` tree. While a test runs only questions, the abort and outputs off are executed. */
export function pulseCommands(device: KxciDevice, card: PulseCard): void {
  const channelAt = (given: readonly string[], at: number): PulseChannel => {
    const found = card.channels.get(wholeAt(given, at, 1, 8));
    if (found) return found;
    throw new KxciFault(`Pulse channel ${given[at] ?? ""} is not there`);
  };
  const set = (head: string, run: (given: readonly string[]) => void): void => {
    device.on(`:PMU:${head}`, [], (given) => {
      if (card.running) throw new KxciFault("A pulse test is running");
      run(given);
    });
  };
  set("INIT", (given) => card.init(wholeAt(given, 0, 0, 1) === 1));
  set("RPM:CONFIGURE", (given) => {
    const number = [...card.channels.keys()].find((one) => given[0]?.toUpperCase() === `PMU1-${one}`);
    const channel = number === undefined ? undefined : card.channels.get(number);
    if (!channel) throw new KxciFault(`${given[0] ?? "nothing"} is no RPM`);
    channel.off(); // its relays open first
    channel.route = wholeAt(given, 1, 0, 3);
  });
  set("SOURCE:RANGE", (given) => {
    const range_V = wholeAt(given, 1, 10, 40);
    if (range_V !== 10 && range_V !== 40) throw new KxciFault(`A range of ${range_V} V is not there`);
    channelAt(given, 0).range_V = range_V;
  });
  set("MEASURE:RANGE", (given) => {
    const channel = channelAt(given, 0);
    const form = wholeAt(given, 1, 0, 2);
    if (form !== 2) {
      channel.range_A = undefined;
      channel.leastRange_A = form === 1 ? numberAt(given, 2) : 0;
      return;
    }
    const range_A = numberAt(given, 2);
    const known: readonly number[] = ranges_A[channel.range_V === 40 ? 40 : 10];
    const found = known.find((one) => Math.abs(one - range_A) < 1e-3 * one);
    if (found === undefined) throw new KxciFault(`A range of ${range_A} A is not there at ${channel.range_V} V`);
    channel.range_A = found;
  });
  set("LOAD", (given) => void (channelAt(given, 0).load_ohm = withinAt(given, 1, 1, 1e7)));
  set("LLEC:CONFIGURE", (given) => void (channelAt(given, 0).levelled = wholeAt(given, 1, 0, 1) === 1));
  set("RETAIN:CONFIG", (given) => void (channelAt(given, 0).retains = wholeAt(given, 1, 0, 1) === 1));
  set("CONNECTION:COMP", (given) => void [channelAt(given, 0), wholeAt(given, 1, 0, 1), wholeAt(given, 2, 0, 1)]);
  set("SAMPLE:RATE", (given) => void (card.sampleRate_Sa_per_s = withinAt(given, 0, 1e3, 200e6)));
  standardPulses(card, set, channelAt);
  for (const name of arrays) {
    for (const more of [false, true]) {
      set(`SARB:SEQ:${name}${more ? ":ADD" : ""}`, (given) => {
        const channel = channelAt(given, 0);
        const number = wholeAt(given, 1, 1, 512);
        const values = given.slice(2).map((_, k) => valueAt(name, given, 2 + k));
        if (values.length < 1 || values.length > mostValues)
          throw new KxciFault(`${values.length} values, 1 to ${mostValues} fit`);
        const sequence = channel.sequences.get(number) ?? {};
        const all = [...(more ? (sequence[name] ?? []) : []), ...values];
        if (all.length > mostSegments) throw new KxciFault(`${all.length} segments, ${mostSegments} fit`);
        channel.sequences.set(number, { ...sequence, [name]: all });
      });
    }
  }
  set("SARB:WFM:SEQ:LIST", (given) => {
    const channel = channelAt(given, 0);
    if (given.length < 3 || given.length % 2 === 0) throw new KxciFault("Sequences and loops come in pairs", true);
    channel.list = Array.from({ length: (given.length - 1) / 2 }, (_, k) => {
      return { sequence: wholeAt(given, 1 + 2 * k, 1, 512), loops: wholeAt(given, 2 + 2 * k, 1, 1e12) };
    });
  });
  device.on(":PMU:OUTPUT:STATE", [], (given) => {
    const channel = channelAt(given, 0);
    const on = wholeAt(given, 1, 0, 1) === 1;
    if (on && card.running) throw new KxciFault("A pulse test is running");
    // On takes effect with the next test, off at once.
    if (on) channel.on = true;
    else channel.off();
  });
  set("EXECUTE", () => card.execute());
  device.on(":PMU:ABORT", [], () => card.abort());
  device.on(":PMU:TEST:STATUS?", [], () => (card.running ? "1" : "0"));
  device.on(":PMU:DATA:COUNT?", [], (given) => String(channelAt(given, 0).data.length));
  device.on(":PMU:DATA:GET", [], (given) => {
    const { data, fields } = channelAt(given, 0);
    const from = wholeAt(given, 1, 0, 1e6, 0);
    const count = wholeAt(given, 2, 1, mostPoints, mostPoints);
    const names = given.length > 3 ? given.slice(3).map((name) => name.toUpperCase()) : fields;
    return data
      .slice(from, from + count)
      .map((row) => names.map((name) => fieldOf(name, row)).join(","))
      .join(";");
  });
}

function valueAt(name: (typeof arrays)[number], given: readonly string[], at: number): number {
  switch (name) {
    case "TIME":
    case "MEAS:START":
    case "MEAS:STOP":
      return withinAt(given, at, 0, 1);
    case "STARTV":
    case "STOPV":
      return withinAt(given, at, -40, 40);
    case "MEAS:TYPE": {
      const type = wholeAt(given, at, 0, 4);
      if (type > 2) throw new KxciFault("Averages over loops are not simulated");
      return type;
    }
    default:
      return wholeAt(given, at, 0, 1);
  }
}

/** The commands of standard pulses (`:PMU:INIT 0`). */
function standardPulses(
  card: PulseCard,
  set: (head: string, run: (given: readonly string[]) => void) => void,
  channelAt: (given: readonly string[], at: number) => PulseChannel,
): void {
  const volts = (given: readonly string[], at: number) => withinAt(given, at, -40, 40);
  const levels = (given: readonly string[], found: Levels) => void (channelAt(given, 0).pulses.levels = found);
  set("PULSE:TRAIN", (given) => {
    levels(given, { kind: "train", varies: "amplitude", values_V: [volts(given, 2)], other_V: volts(given, 1) });
  });
  for (const kind of ["sweep", "step"] as const) {
    for (const [name, varies] of [
      ["PULSE:AMPLITUDE", "amplitude"],
      ["PULSE:BASE", "base"],
      ["DC", "dc"],
    ] as const) {
      set(`${kind.toUpperCase()}:${name}`, (given) => {
        const next = varies === "dc" ? 4 : 5;
        const back = kind === "sweep" && wholeAt(given, next, 0, 1, 0) === 1;
        const values_V = levelsBetween(volts(given, 1), volts(given, 2), numberAt(given, 3), back);
        levels(given, { kind, varies, values_V, other_V: varies === "dc" ? 0 : volts(given, 4) });
      });
    }
  }
  set("PULSE:TIMES", (given) => {
    const [width_s, rise_s, fall_s, delay_s] = [2, 3, 4, 5].map((at) =>
      withinAt(given, at, 0, 1, at === 5 ? 0 : undefined),
    );
    const times = { width_s: width_s ?? 0, rise_s: rise_s ?? 0, fall_s: fall_s ?? 0, delay_s: delay_s ?? 0 };
    channelAt(given, 0).pulses.times = times;
    card.period_s = withinAt(given, 1, 0, 1); // the last one told is everybody's
  });
  set("PULSE:BURST:COUNT", (given) => void (card.burst = wholeAt(given, 0, 1, 10_000)));
  set("MEASURE:MODE", (given) => void (card.mode = wholeAt(given, 0, 0, 4)));
  set("MEASURE:PIV", (given) => {
    const { pulses } = channelAt(given, 0);
    const [high, low] = [wholeAt(given, 1, 0, 1) === 1, wholeAt(given, 2, 0, 1) === 1];
    [pulses.high, pulses.low] = high || low ? [high, low] : [true, true];
    if (!high && !low) throw new KxciFault("Neither the top nor the base of pulses is measured: both are");
  });
  set("TIMES:PIV", (given) => {
    const [from, to] = [withinAt(given, 1, 0, 1), withinAt(given, 2, 0, 1)];
    if (from >= to) throw new KxciFault(`A mean from ${from} to ${to}`);
    channelAt(given, 0).pulses.mean = [from, to];
  });
  set("TIMES:WAVEFORM", (given) => {
    channelAt(given, 0).pulses.around = [withinAt(given, 1, 0, 1), withinAt(given, 2, 0, 1)];
  });
}
