import {
  boolean,
  integer,
  keyword,
  keywordSetting,
  name,
  numeric,
  optional,
  rest,
  ScpiError,
  string,
  raw,
  takes,
} from "../scpi/index.js";
import type { ScpiInstrument } from "../scpi/index.js";
import type { Smu } from "./smu.js";
import type { Block, SourceConfig, TriggerModel } from "./trigger-model.js";

/** `:INITiate`, `:ABORt`, `:TRIGger` and source configuration lists. */
export function triggerCommands(scpi: ScpiInstrument, smu: Smu, model: TriggerModel): void {
  const { tree } = scpi;
  tree.command(
    ":INITiate[:IMMediate]",
    takes([], () => model.init()),
  );
  tree.command(
    ":ABORt",
    takes([], () => model.abort()),
  );
  tree.query(
    ":TRIGger:STATe",
    takes([], () => model.status),
  );
  tree.command(
    ":TRIGger:PAUSe",
    takes([], () => {
      throw new ScpiError(-200, undefined, "Execution error, this simulated one can not pause");
    }),
  );
  keywordSetting(scpi, ":TRIGger:CONTinuous", ["OFF", "AUTO", "RESTart"], {
    get: () => smu.settings.continuous,
    set: (mode) => void (smu.settings.continuous = mode),
  });
  loadCommands(scpi, model);
  blockCommands(scpi, model);
  configCommands(scpi, smu, model);
}

function loadCommands({ tree }: ScpiInstrument, model: TriggerModel): void {
  tree.command(
    ":TRIGger:LOAD",
    takes([name(), rest(raw())], ([template, parameters]) => {
      const number = (index: number, fallback: number) => {
        const given = parameters[index];
        return given === undefined ? fallback : numeric("").read(given);
      };
      if (/^empty$/i.test(template)) {
        model.load([]);
      } else if (/^simpleloop$/i.test(template)) {
        const given = parameters[2];
        const buffer = given === undefined ? "defbuffer1" : string().read(given);
        model.load(simpleLoop(Math.round(number(0, 1)), number(1, 0), buffer));
      } else {
        throw new ScpiError(-224);
      }
    }),
  );
}

function simpleLoop(count: number, delay_s: number, buffer: string): Block[] {
  return [
    { kind: "clear", buffer },
    { kind: "output", on: true },
    { kind: "delay", duration_s: delay_s },
    { kind: "measure", buffer, count: 1 },
    { kind: "counter", passes: count, target: 3 },
    { kind: "output", on: false },
  ];
}

function blockCommands({ tree }: ScpiInstrument, model: TriggerModel): void {
  const number = integer({ min: 1, max: 63 });
  const root = ":TRIGger:BLOCk";
  const put = (at: number, block: Block) => model.setBlock(at, block);
  const buffer = optional(string(), "defbuffer1");
  tree.command(
    `${root}:CONFig:RECall`,
    takes([number, string(), optional(integer({ min: 1 }), 1)], ([at, list, index]) =>
      put(at, { kind: "recall", list, index }),
    ),
  );
  tree.command(
    `${root}:CONFig:NEXT`,
    takes([number, string()], ([at, list]) => put(at, { kind: "next", list })),
  );
  tree.command(
    `${root}:SOURce:STATe`,
    takes([number, boolean()], ([at, on]) => put(at, { kind: "output", on })),
  );
  tree.command(
    `${root}:MEASure`,
    takes([number, buffer, optional(integer({ min: 1 }), 1)], ([at, name, count]) =>
      put(at, { kind: "measure", buffer: name, count }),
    ),
  );
  tree.command(
    `${root}:BUFFer:CLEar`,
    takes([number, buffer], ([at, name]) => put(at, { kind: "clear", buffer: name })),
  );
  tree.command(
    `${root}:DELay:CONStant`,
    takes([number, numeric("", { min: 0, max: 1e4 })], ([at, duration_s]) => put(at, { kind: "delay", duration_s })),
  );
  tree.command(
    `${root}:WAIT`,
    takes([number, keyword("COMMand", "DISPlay")], ([at]) => put(at, { kind: "wait" })),
  );
  tree.command(
    `${root}:NOP`,
    takes([number], ([at]) => put(at, { kind: "nothing" })),
  );
  tree.command(
    `${root}:NOTify`,
    takes([number, integer({ min: 1, max: 8 })], ([at]) => put(at, { kind: "nothing" })),
  );
  tree.command(
    `${root}:BRANch:COUNter`,
    takes([number, integer({ min: 1 }), number], ([at, passes, target]) =>
      put(at, { kind: "counter", passes, target }),
    ),
  );
  tree.command(
    `${root}:BRANch:ALWays`,
    takes([number, number], ([at, target]) => put(at, { kind: "always", target })),
  );
}

function configCommands({ tree }: ScpiInstrument, smu: Smu, model: TriggerModel): void {
  const root = "[:SOURce<1-1>]:CONFiguration:LIST";
  const listNamed = (list: string): SourceConfig[] => {
    const found = model.lists.get(list);
    if (!found) throw new ScpiError(-292);
    return found;
  };
  tree.command(
    `${root}:CREate`,
    takes([string()], ([list]) => void model.lists.set(list, [])),
  );
  tree.command(
    `${root}:DELete`,
    takes([string()], ([list]) => {
      listNamed(list);
      model.lists.delete(list);
    }),
  );
  tree.command(
    `${root}:STORe`,
    takes([string(), optional(integer({ min: 1 }))], ([list, index]) => {
      const { sourceFunction, source } = smu.settings;
      const { level, range } = source[sourceFunction];
      const configs = listNamed(list);
      configs[Math.min(index ?? configs.length + 1, configs.length + 1) - 1] = { of: sourceFunction, level, range };
    }),
  );
  tree.command(
    `${root}:RECall`,
    takes([string(), optional(integer({ min: 1 }), 1)], ([list, index]) => {
      const config = listNamed(list)[index - 1];
      if (!config) throw new ScpiError(-222);
      smu.settings.sourceFunction = config.of;
      if (config.range !== "keep") smu.settings.source[config.of].range = config.range;
      smu.setLevel(config.of, config.level);
    }),
  );
  tree.query(
    `${root}:SIZE`,
    takes([string()], ([list]) => String(listNamed(list).length)),
  );
}
