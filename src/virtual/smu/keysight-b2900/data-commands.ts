import {
  booleanSetting,
  either,
  integer,
  keyword,
  keywordSetting,
  NOT_A_NUMBER,
  numeric,
  optional,
  rest,
  ScpiError,
  takes,
} from "../../scpi/index.js";
import type { ParameterType, ResponseData } from "../../scpi/index.js";
import type { Channel } from "./channel.js";
import { channelNumber, channelOf, channelsIn } from "./parameters.js";
import { elements } from "./records.js";
import type { Element, Records } from "./records.js";
import { MOST_READINGS } from "./settings.js";
import { kept } from "./source-commands.js";
import type { Unit } from "./unit.js";

const words = ["VOLTage", "CURRent", "RESistance", "TIME", "STATus", "SOURce"] as const;

/** Values in the format that is set; a block is definite. */
function formatted({ format, byteOrder, scpi }: Unit, values: readonly number[]): ResponseData {
  if (format === "ASC") return values.map((value) => scpi.dialect.formatNumber(value)).join(",");
  const width = format === "REAL64" ? 8 : 4;
  const length = String(values.length * width);
  const head = Buffer.from(`#${length.length}${length}`);
  const bytes = Buffer.alloc(head.length + values.length * width);
  head.copy(bytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset + head.length);
  for (const [i, value] of values.entries()) {
    const written = value === NOT_A_NUMBER ? NaN : value;
    if (width === 8) view.setFloat64(8 * i, written, byteOrder === "SWAP");
    else view.setFloat32(4 * i, written, byteOrder === "SWAP");
  }
  return bytes;
}

/** Readings from `from` to `to` - 1 of all channels, step by step; a shorter channel is padded. */
function table(of: readonly Records[], wanted: readonly Element[], from: number, to: number): number[] {
  const values: number[] = [];
  for (let step = from; step < Math.max(to, from + 1); step++) {
    for (const records of of) for (const element of wanted) values.push(records.value(step, element) ?? NOT_A_NUMBER);
  }
  return values;
}

/** `:FORMat`, `:FETCh`, `:READ`, `:MEASure`, `:SENSe:DATA` and `:TRACe`: how readings come out. */
export function dataCommands(unit: Unit): void {
  formatCommands(unit);
  const chosen = () => elements.filter((element) => unit.elements.includes(element));
  const recordsOf = (numbers: readonly number[]) => numbers.map((number) => unit.channel(number).data);
  const longest = (of: readonly Records[]) => of.reduce((most, { count }) => Math.max(most, count), 0);
  const whole = (numbers: readonly number[], wanted: readonly Element[]) => {
    const records = recordsOf(numbers);
    return formatted(unit, table(records, wanted, 0, longest(records)));
  };
  const latest = (numbers: readonly number[], wanted: readonly Element[]) =>
    formatted(
      unit,
      recordsOf(numbers).flatMap((records) => table([records], wanted, records.count - 1, records.count)),
    );
  for (const [node, wanted] of [
    ["", undefined],
    ...words.map((word, i) => [`:${word}`, elements[i]] as const),
  ] as const) {
    const items = () => (wanted === undefined ? chosen() : [wanted]);
    for (const [root, begins] of [
      [":FETCh", false],
      [":READ", true],
    ] as const) {
      for (const [shape, give] of [
        [":ARRay", whole],
        ["[:SCALar]", latest],
      ] as const) {
        unit.scpi.tree.query(
          `${root}${shape}${node}`,
          takes([channelsIn(unit)], async ([numbers], call) => {
            if (begins) unit.init(numbers, ["transition", "acquire"]);
            await unit.idle(numbers, call.signal);
            return give(numbers, items());
          }),
        );
      }
    }
    if (node === "" || node === ":TIME" || node === ":STATus" || node === ":SOURce") continue;
    unit.scpi.tree.query(
      `:MEASure${node}`,
      takes([channelsIn(unit)], async ([numbers], call) => {
        for (const number of numbers) unit.channel(number).settings.functions.add(items()[0] ?? "VOLT");
        await unit.spot(numbers, call.signal);
        return latest(numbers, items());
      }),
    );
  }
  unit.scpi.tree.query(
    ":MEASure",
    takes([channelsIn(unit)], async ([numbers], call) => {
      await unit.spot(numbers, call.signal);
      return latest(numbers, chosen());
    }),
  );
  const offset = optional(either(integer({ min: 0, max: MOST_READINGS }), keyword("CURRent", "STARt")), 0);
  const size = optional(numeric("", { min: 1, max: MOST_READINGS }));
  const part = (records: Records, from: string | number, most: number | undefined) => {
    const first = from === "CURR" ? Math.max(0, records.count - 1) : from === "STAR" ? 0 : Number(from);
    return table([records], chosen(), first, Math.min(records.count, first + (most ?? Infinity)));
  };
  const last = unit.model.channels;
  unit.scpi.tree.query(
    `:SENSe<1-${last}>:DATA`,
    takes([offset, size], ([from, most], call) => formatted(unit, part(channelOf(unit, call).data, from, most))),
  );
  unit.scpi.tree.query(
    ":SENSe:DATA:LATest",
    takes([], () => latest([1], chosen())),
  );
  traceCommands(
    unit,
    `:TRACe<1-${last}>`,
    (channel, from, most) => {
      const values = part(channel.trace, from, most);
      const wanted = chosen();
      const column = wanted.indexOf("TIME");
      const begin_s = channel.trace.value(0, "TIME") ?? 0;
      if (column >= 0) {
        for (
          let at = column, step = from === "STAR" ? 0 : Number(from);
          at < values.length;
          at += wanted.length, step++
        ) {
          const before_s =
            channel.settings.trace.stamp === "ABS" ? begin_s : (channel.trace.value(step - 1, "TIME") ?? begin_s);
          values[at] = (values[at] ?? 0) === NOT_A_NUMBER ? NOT_A_NUMBER : (values[at] ?? 0) - before_s;
        }
      }
      return formatted(unit, values);
    },
    offset,
    size,
  );
}

type Offset = ParameterType<string | number>;
type Size = ParameterType<number | undefined>;

function traceCommands(
  unit: Unit,
  root: string,
  read: (channel: Channel, from: string | number, most: number | undefined) => ResponseData,
  offset: Offset,
  size: Size,
): void {
  const { tree } = unit.scpi;
  const trace = (channel: Channel) => channel.settings.trace;
  /** While it is being filled, its size and content are not to be changed. */
  const settable = (channel: Channel) => {
    if (trace(channel).control === "NEXT") throw new ScpiError(-221, channel.told("trace buffer is being filled"));
    return channel;
  };
  tree.command(
    `${root}:CLEar`,
    takes([], (_, call) => settable(channelOf(unit, call)).trace.clear()),
  );
  const points = () => ({ min: 1, max: MOST_READINGS, default: MOST_READINGS });
  const sizes = {
    get: (channel: Channel) => trace(channel).points,
    set: (channel: Channel, value: number) => void (trace(settable(channel)).points = value),
  };
  channelNumber(unit, `${root}:POINts`, "", points, sizes, true);
  tree.query(
    `${root}:POINts:ACTual`,
    takes([], (_, call) => String(channelOf(unit, call).trace.count)),
  );
  tree.query(
    `${root}:FREE`,
    takes([], (_, call) => {
      const channel = channelOf(unit, call);
      return `${trace(channel).points - channel.trace.count},${trace(channel).points}`;
    }),
  );
  keywordSetting(unit.scpi, `${root}:FEED`, ["SENSe", "MATH", "LIMit"], kept(unit, trace, "feed"));
  keywordSetting(unit.scpi, `${root}:FEED:CONTrol`, ["NEXT", "NEVer"], kept(unit, trace, "control"));
  keywordSetting(unit.scpi, `${root}:TSTamp:FORMat`, ["DELTa", "ABSolute"], kept(unit, trace, "stamp"));
  tree.query(
    `${root}:DATA`,
    takes([offset, size], ([from, most], call) => read(channelOf(unit, call), from, most)),
  );
  const statistics = ["MINimum", "MAXimum", "SDEViation", "PKPK", "MEAN"];
  keywordSetting(unit.scpi, `${root}:STATistic:FORMat`, statistics, kept(unit, trace, "statistic"));
  tree.query(
    `${root}:STATistic:DATA`,
    takes([], (_, call) => {
      const channel = channelOf(unit, call);
      const counted = elements.filter((each) => unit.elements.includes(each) && each !== "TIME" && each !== "STAT");
      return formatted(
        unit,
        counted.map((each) => statistic(channel.trace, each, trace(channel).statistic)),
      );
    }),
  );
}

function statistic(records: Records, element: Element, of: string): number {
  const values = Array.from({ length: records.count }, (_, i) => records.value(i, element) ?? NOT_A_NUMBER);
  if (values.length === 0 || values.includes(NOT_A_NUMBER)) return NOT_A_NUMBER;
  const least = values.reduce((a, b) => Math.min(a, b));
  const most = values.reduce((a, b) => Math.max(a, b));
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  if (of === "MIN") return least;
  if (of === "MAX") return most;
  if (of === "PKPK") return most - least;
  if (of === "MEAN") return mean;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, values.length - 1));
}

function formatCommands(unit: Unit): void {
  const { scpi } = unit;
  scpi.tree.command(
    ":FORMat[:DATA]",
    takes([keyword("ASCii", "REAL"), optional(numeric())], ([word, length = word === "REAL" ? 32 : 0]) => {
      if (word === "ASC") unit.format = "ASC";
      else if (length === 32 || length === 64) unit.format = `REAL${length}`;
      else throw new ScpiError(-224);
    }),
  );
  scpi.tree.query(
    ":FORMat[:DATA]",
    takes([], () => (unit.format === "ASC" ? "ASC,0" : unit.format.replace("REAL", "REAL,"))),
  );
  keywordSetting(scpi, ":FORMat:BORDer", ["NORMal", "SWAPped"], {
    get: () => unit.byteOrder,
    set: (order) => void (unit.byteOrder = order),
  });
  const element = keyword(...words);
  scpi.tree.command(
    ":FORMat:ELEMents:SENSe",
    takes([element, rest(element)], ([first, more]) => void (unit.elements = [first, ...more])),
  );
  scpi.tree.query(
    ":FORMat:ELEMents:SENSe",
    takes([], () => elements.filter((each) => unit.elements.includes(each)).join(",")),
  );
  scpi.tree.command(
    ":SYSTem:TIME:TIMer:COUNt:RESet[:IMMediate]",
    takes([], () => unit.restartStamp()),
  );
  booleanSetting(scpi, ":SYSTem:TIME:TIMer:COUNt:RESet:AUTO", {
    get: () => unit.stampResets,
    set: (on) => void (unit.stampResets = on),
  });
}
