import { nr3 } from "../../../scpi/index.js";
import { KxciFault, numberAt, wholeAt, withinAt } from "../arguments.js";
import type { KxciDevice } from "../device.js";
import type { PulseCard, PulseChannel } from "./card.js";
import type { Point } from "./digitiser.js";
import { arrays } from "./sequence.js";

const mostValues = 128;
const mostSegments = 2048;
const mostPoints = 2048;
/** Fixed current ranges: with an RPM on the 10 V range, and on the 40 V range. */
const ranges_A = { 10: [1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 0.01, 0.2], 40: [1e-4, 0.01, 0.8] } as const;
const fields: Readonly<Record<string, (point: Point) => string>> = {
  V: ({ volt }) => nr3(volt, 6, true),
  I: ({ ampere }) => nr3(ampere, 6, true),
  T: ({ time_s }) => nr3(time_s, 9, true),
  S: () => "0",
};

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
    if (wholeAt(given, 1, 0, 2) !== 2) {
      channel.range_A = undefined;
      return;
    }
    const range_A = numberAt(given, 2);
    const known: readonly number[] = ranges_A[channel.range_V === 40 ? 40 : 10];
    const found = known.find((one) => Math.abs(one - range_A) < 1e-3 * one);
    if (found === undefined) throw new KxciFault(`A range of ${range_A} A is not there at ${channel.range_V} V`);
    channel.range_A = found;
  });
  set("LOAD", (given) => void (channelAt(given, 0).load_ohm = withinAt(given, 1, 1, 1e7)));
  set("LLEC:CONFIGURE", (given) => {
    channelAt(given, 0);
    if (wholeAt(given, 1, 0, 1) === 1) throw new KxciFault("Load-line effect compensation is not simulated");
  });
  set("CONNECTION:COMP", (given) => void [channelAt(given, 0), wholeAt(given, 1, 0, 1), wholeAt(given, 2, 0, 1)]);
  set("SAMPLE:RATE", (given) => void (card.sampleRate_Sa_per_s = withinAt(given, 0, 1e3, 200e6)));
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
    const { data } = channelAt(given, 0);
    const from = wholeAt(given, 1, 0, 1e6, 0);
    const count = wholeAt(given, 2, 1, mostPoints, mostPoints);
    // High, low or a waveform: what there is of it.
    const names = given.length > 3 ? given.slice(3).map((name) => name.toUpperCase().charAt(0)) : ["V", "I", "T", "S"];
    const wanted = names.map((name) => fields[name] ?? unknownField(name));
    return data
      .slice(from, from + count)
      .map((point) => wanted.map((field) => field(point)).join(","))
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

function unknownField(name: string): never {
  throw new KxciFault(`"${name}" is no field`, true);
}
