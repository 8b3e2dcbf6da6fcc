import { TspError } from "./errors.js";
import { checkFormat, numberBlock, printed } from "./format.js";
import type { OutputFormat } from "./format.js";
import { numberOf, numberWithin, TspObject } from "./objects.js";
import type { Attribute } from "./objects.js";
import { Column, TspReadingBuffer } from "./reading-buffer.js";
import type { TspInstrument } from "./instrument.js";
import { isList, Wait } from "./values.js";
import type { LuaFunction, LuaValue } from "./values.js";

/** Longest time `delay` takes. */
const LONGEST_DELAY_S = 100_000;

/** The functions and objects that every TSP instrument has. */
export function installGlobals(instrument: TspInstrument): void {
  const { lua, format, errors, clock } = instrument;
  const functions: Record<string, LuaFunction> = {
    print: (...values) => {
      instrument.output(Buffer.from(`${values.map((value) => printed(value, format)).join("\t")}\n`, "latin1"));
    },
    printnumber: (...values) => instrument.output(numberBlock(values.map(numberOf), format)),
    printbuffer: (first, last, ...columns) => {
      instrument.output(numberBlock(bufferValues(numberOf(first), numberOf(last), columns), format));
    },
    delay: (time) => {
      const time_s = numberWithin(time, { min: 0, max: LONGEST_DELAY_S });
      return new Wait((resume) => clock.schedule(clock.now_s + time_s, () => resume()));
    },
    waitcomplete: () => (instrument.operations.pending ? whenIdle(instrument) : undefined),
    opc: () => instrument.noteComplete(),
    reset: () => instrument.reset(),
  };
  for (const [name, action] of Object.entries(functions)) lua.setGlobal(name, action);
  const queue = new TspObject("errorqueue", {
    next: () => {
      const { code, text, severity } = errors.next();
      return [code, text, severity, 1];
    },
    clear: () => errors.clear(),
    count: { read: () => errors.errorCount },
  });
  lua.setGlobal("errorqueue", queue);
  lua.setGlobal("format", formatObject(format));
  lua.setGlobal(
    "timer",
    timerObject(() => clock.now_s),
  );
}

function whenIdle({ operations }: TspInstrument): Wait {
  return new Wait((resume) => {
    const given = new AbortController();
    operations.idle(given.signal).then(
      () => resume(),
      () => given.abort(), // given up: nobody is to go on
    );
    return () => given.abort();
  });
}

function formatObject(format: OutputFormat): TspObject {
  const attribute = (key: keyof OutputFormat): Attribute => ({
    read: () => format[key],
    write: (value) => void (format[key] = checkFormat(key, numberOf(value))),
  });
  return new TspObject("format", {
    data: attribute("data"),
    byteorder: attribute("byteorder"),
    asciiprecision: attribute("asciiprecision"),
    ASCII: 1,
    SREAL: 2,
    REAL32: 2,
    REAL: 3,
    REAL64: 3,
    DREAL: 3,
    NORMAL: 0,
    NETWORK: 0,
    BIGENDIAN: 0,
    SWAPPED: 1,
    LITTLEENDIAN: 1,
  });
}

function timerObject(now_s: () => number): TspObject {
  let begin_s = 0;
  const measure = new TspObject("timer.measure", { t: () => [Number((now_s() - begin_s).toFixed(6))] });
  return new TspObject("timer", {
    measure,
    reset: () => {
      begin_s = now_s();
    },
  });
}

/** Point by point, the columns beside each other. @throws TspError 4900, 4901: a place that holds nothing; -104, -109 */
function bufferValues(first: number, last: number, columns: readonly LuaValue[]): number[] {
  if (columns.length === 0) throw new TspError(-109);
  if (!(Number.isInteger(first) && first >= 1)) throw new TspError(4900, `Reading buffer index ${first} is invalid`);
  const readers = columns.map(readerOf);
  const values: number[] = [];
  for (let index = first; index <= last; index++) {
    for (const read of readers) {
      const value = read(index);
      if (value === undefined) throw new TspError(4901, "The maximum index for this buffer is exceeded");
      values.push(value);
    }
  }
  return values;
}

function readerOf(column: LuaValue): (index: number) => number | undefined {
  if (isList(column)) return (index) => (index <= column.length ? numberOf(column[index - 1]) : undefined);
  const source = column instanceof TspReadingBuffer ? column.readings : column;
  if (!(source instanceof Column)) throw new TspError(source === undefined ? -109 : -104);
  return (index) => source.get(index) as number | undefined;
}
