import {
  boolean,
  integer,
  keyword,
  keywordSetting,
  integerSetting,
  name,
  nr3,
  optional,
  rest,
  ScpiError,
  string,
  takes,
} from "../scpi/index.js";
import type { Call, ScpiInstrument } from "../scpi/index.js";
import type { Buffers } from "./buffers.js";
import { element, formatReadings } from "./elements.js";
import { oneReading } from "./one-reading.js";
import { emptyReading, FIRST_OF_GROUP } from "./reading-buffer.js";
import type { ReadingBuffer } from "./reading-buffer.js";
import { chooseSense } from "./sense-commands.js";
import type { Smu } from "./smu.js";
import type { TriggerModel } from "./trigger-model.js";

/** `:READ?`, `:MEASure?`, `:FETCh?`, `:TRACe` and `:FORMat`: single readings and the buffers they go to. */
export function readingCommands(
  scpi: ScpiInstrument,
  smu: Smu,
  model: TriggerModel,
  buffers: Buffers,
  epoch_ms: number,
): void {
  const { tree } = scpi;
  const bufferName = optional(string(), "defbuffer1");
  const elements = rest(element);
  const last = (buffer: ReadingBuffer, asked: readonly string[]) => {
    if (buffer.actual === 0) throw new ScpiError(-230);
    return formatReadings(buffer, buffer.last, buffer.last, asked, smu.settings, epoch_ms);
  };
  const take = async (called: string, call: Call) => {
    if (model.running) throw new ScpiError(-213);
    const buffer = buffers.get(called);
    for (let made = 0; made < smu.settings.senseCount; made++) {
      const reading = await oneReading(smu, call.signal);
      if (made === 0) reading.status |= FIRST_OF_GROUP;
      buffer.append(reading);
    }
    return buffer;
  };
  tree.query(
    ":READ",
    takes([bufferName, elements], async ([called, asked], call) => last(await take(called, call), asked)),
  );
  tree.query(
    ":MEASure",
    takes([bufferName, elements], async ([called, asked], call) => last(await take(called, call), asked)),
  );
  for (const [of, notation] of [
    ["VOLT", "VOLTage"],
    ["CURR", "CURRent"],
    ["RES", "RESistance"],
  ] as const) {
    tree.query(
      `:MEASure:${notation}[:DC]`,
      takes([bufferName, elements], async ([called, asked], call) => {
        chooseSense(smu, of);
        return last(await take(called, call), asked);
      }),
    );
  }
  tree.query(
    ":FETCh",
    takes([bufferName, elements], ([called, asked]) => last(buffers.get(called), asked)),
  );
  tree.command(
    ":TRACe:TRIGger",
    takes([bufferName], async ([called], call) => void (await take(called, call))),
  );
  tree.query(
    ":TRACe:DATA",
    takes([integer({ min: 1 }), integer({ min: 1 }), bufferName, elements], ([from, to, called, asked]) => {
      const buffer = buffers.get(called);
      if (from > to || to > buffer.actual) throw new ScpiError(-222);
      return formatReadings(buffer, from, to, asked, smu.settings, epoch_ms);
    }),
  );
  bufferCommands(scpi, buffers);
  statisticsCommands(scpi, buffers);
  formatCommands(scpi, smu);
}

function bufferCommands({ tree }: ScpiInstrument, buffers: Buffers): void {
  const called = optional(string(), "defbuffer1");
  const size = integer({ min: 10 });
  const style = optional(keyword("STANdard", "COMPact", "FULL", "WRITable", "FULLWRITable"), "STAN");
  tree.command(
    ":TRACe:MAKE",
    takes([name(), size, style], ([made, room, as]) => buffers.make(made, room, as)),
  );
  tree.command(
    ":TRACe:DELete",
    takes([name()], ([gone]) => buffers.delete(gone)),
  );
  tree.command(
    ":TRACe:CLEar",
    takes([called], ([buffer]) => buffers.get(buffer).clear()),
  );
  tree.command(
    ":TRACe:POINts",
    takes([size, called], ([room, buffer]) => buffers.resize(buffer, room)),
  );
  tree.query(
    ":TRACe:POINts",
    takes([called], ([buffer]) => String(buffers.get(buffer).size)),
  );
  tree.query(
    ":TRACe:ACTual",
    takes([called], ([buffer]) => String(buffers.get(buffer).actual)),
  );
  tree.query(
    ":TRACe:ACTual:STARt",
    takes([called], ([buffer]) => String(buffers.get(buffer).first)),
  );
  tree.query(
    ":TRACe:ACTual:END",
    takes([called], ([buffer]) => String(buffers.get(buffer).last)),
  );
  tree.command(
    ":TRACe:FILL:MODE",
    takes([keyword("CONTinuous", "ONCE"), called], ([mode, buffer]) => {
      buffers.get(buffer).continuous = mode === "CONT";
    }),
  );
  tree.query(
    ":TRACe:FILL:MODE",
    takes([called], ([buffer]) => (buffers.get(buffer).continuous ? "CONT" : "ONCE")),
  );
  tree.command(
    ":TRACe:LOG:STATe",
    takes([boolean(), called], () => undefined),
  );
}

function statisticsCommands({ tree }: ScpiInstrument, buffers: Buffers): void {
  const called = optional(string(), "defbuffer1");
  const values = (buffer: ReadingBuffer) => {
    if (buffer.actual === 0) throw new ScpiError(-230);
    const reading = emptyReading();
    return Float64Array.from({ length: buffer.actual }, (_, k) => buffer.read(k + 1, reading).value);
  };
  const mean = (of: Float64Array) => of.reduce((sum, value) => sum + value, 0) / of.length;
  const most = (of: Float64Array) => of.reduce((largest, value) => Math.max(largest, value), -Infinity);
  const least = (of: Float64Array) => of.reduce((smallest, value) => Math.min(smallest, value), Infinity);
  const spread = (of: Float64Array) => {
    const middle = mean(of);
    return Math.sqrt(of.reduce((sum, value) => sum + (value - middle) ** 2, 0) / Math.max(1, of.length - 1));
  };
  const kinds: readonly (readonly [string, (of: Float64Array) => number])[] = [
    ["AVERage", mean],
    ["MAXimum", most],
    ["MINimum", least],
    ["STDDev", spread],
    ["PK2Pk", (of) => most(of) - least(of)],
  ];
  for (const [kind, compute] of kinds) {
    tree.query(
      `:TRACe:STATistics:${kind}`,
      takes([called], ([buffer]) => nr3(compute(values(buffers.get(buffer))), 6)),
    );
  }
  tree.command(
    ":TRACe:STATistics:CLEar",
    takes([called], () => undefined),
  );
}

function formatCommands(scpi: ScpiInstrument, smu: Smu): void {
  // An instrument of the older kind also took a length, as in REAL,32.
  const length = optional(integer({ min: 32, max: 64 }));
  scpi.tree.command(
    ":FORMat[:DATA]",
    takes([keyword("ASCii", "REAL", "SREal"), length], ([format]) => {
      smu.settings.format = format;
    }),
  );
  scpi.tree.query(
    ":FORMat[:DATA]",
    takes([], () => smu.settings.format),
  );
  keywordSetting(scpi, ":FORMat:BORDer", ["SWAPped", "NORMal"], {
    get: () => smu.settings.byteOrder,
    set: (order) => void (smu.settings.byteOrder = order),
  });
  integerSetting(
    scpi,
    ":FORMat:ASCii:PRECision",
    { min: 0, max: 16, default: 0 },
    {
      get: () => smu.settings.precision,
      set: (digits) => void (smu.settings.precision = digits),
    },
  );
}
