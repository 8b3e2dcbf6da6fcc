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
import { digitalCommands, triggerEvents } from "./digital-commands.js";
import type { Smu } from "./smu.js";
import { listBlocks } from "./trigger-list.js";
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
  digitalCommands(scpi);
}

function loadCommands({ tree }: ScpiInstrument, model: TriggerModel): void {
  tree.command(
    ":TRIGger:LOAD",
    takes([name(), rest(raw())], ([template, parameters]) => {
      const number = (index: number, fallback: number) => {
        const given = parameters[index];
        return given === undefined ? fallback : numeric("").read(given);
      };
      const text = (index: number, fallback: string) => {
        const given = parameters[index];
        return given === undefined ? fallback : string().read(given);
      };
      const most = (count: number) => {
        if (parameters.length > count) throw new ScpiError(-108);
      };
      if (/^empty$/i.test(template)) {
        most(0);
        model.load([]);
        return;
      }
      most(3);
      const delay_s = number(1, 0);
      const buffer = text(2, "defbuffer1");
      if (!(delay_s >= 0 && delay_s <= 1e4)) throw new ScpiError(-222);
      if (/^simpleloop$/i.test(template)) {
        model.load(measureLoop(buffer, delay_s, { kind: "counter", passes: Math.round(number(0, 1)), target: 3 }));
      } else if (/^durationloop$/i.test(template)) {
        if (parameters.length === 0) throw new ScpiError(-109);
        const limit_s = number(0, 0);
        if (!(limit_s >= 0 && limit_s <= 1e5)) throw new ScpiError(-222);
        model.load(measureLoop(buffer, delay_s, { kind: "duration", limit_s, target: 3 }));
      } else {
        throw new ScpiError(-224);
      }
    }),
  );
}

/** Readings one after another, until the block behind the measurement has had enough. */
function measureLoop(buffer: string, delay_s: number, again: Block): Block[] {
  return [
    { kind: "clear", buffer },
    { kind: "output", on: true },
    { kind: "delay", duration_s: delay_s },
    { kind: "measure", buffer, count: 1 },
    again,
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
  // Only the command trigger and notifications ever come here; the others wait until they are aborted.
  tree.command(
    `${root}:WAIT`,
    takes([number, keyword(...triggerEvents), optional(keyword("ENTer", "NEVer"), "NEV")], ([at, event]) =>
      put(at, { kind: "wait", event }),
    ),
  );
  tree.query(
    `${root}:LIST`,
    takes([], () => listBlocks(model.listed)),
  );
  tree.command(
    `${root}:NOP`,
    takes([number], ([at]) => put(at, { kind: "nothing" })),
  );
  tree.command(
    `${root}:NOTify`,
    takes([number, integer({ min: 1, max: 8 })], ([at, notified]) => put(at, { kind: "notify", number: notified })),
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
  const root = ":SOURce<1-1>:CONFiguration:LIST";
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
