import {
  integer,
  integerSetting,
  keyword,
  keywordSetting,
  numberSetting,
  property,
  rest,
  ScpiError,
  takes,
} from "../../scpi/index.js";
import type { Call, ResponseData, ScpiInstrument } from "../../scpi/index.js";
import type { SenseFunction } from "../reading-buffer.js";
import type { Smu } from "../smu.js";
import { formatSamples } from "./measuring.js";
import type { Sample } from "./measuring.js";
import type { Sequencer } from "./sequencer.js";
import { MOST_READINGS } from "./state.js";

/** `:INITiate`, `:ARM`, `:TRIGger`, `:READ?`, `:FETCh?`, `:MEASure?`, `:FORMat`, `:TRACe` and `:CALCulate3`. */
export function triggerCommands(scpi: ScpiInstrument, smu: Smu, sequencer: Sequencer): void {
  const { tree } = scpi;
  const { state } = sequencer;
  let zero_s = 0;
  let zeroesItself = false;
  tree.command(
    ":SYSTem:TIME:RESet",
    takes([], () => void (zero_s = smu.lab.now_s)),
  );
  tree.command(
    ":SYSTem:TIME:RESet:AUTO",
    takes([keyword("ON", "OFF", "1", "0")], ([word]) => void (zeroesItself = word === "ON" || word === "1")),
  );
  tree.query(
    ":SYSTem:TIME:RESet:AUTO",
    takes([], () => zeroesItself),
  );
  const init = () => {
    sequencer.init();
    if (zeroesItself) zero_s = smu.lab.now_s;
  };
  const shown = (samples: readonly Sample[]): ResponseData => {
    if (samples.length === 0) throw new ScpiError(-230);
    return formatSamples(samples, state, zero_s);
  };
  const read = async (call: Call): Promise<ResponseData> => {
    init();
    await scpi.operations.idle(call.signal);
    return shown(sequencer.samples);
  };
  tree.command(":INITiate[:IMMediate]", takes([], init));
  tree.command(
    ":ABORt",
    takes([], () => sequencer.abort()),
  );
  tree.query(
    ":READ",
    takes([], (_, call) => read(call)),
  );
  tree.query(
    ":FETCh",
    takes([], () => shown(sequencer.samples)),
  );
  tree.query(
    "[:SENSe<1-1>]:DATA[:LATest]",
    takes([], () => shown(sequencer.samples.slice(-1))),
  );
  for (const [of, notation] of [
    ["VOLT", "VOLTage[:DC]"],
    ["CURR", "CURRent[:DC]"],
    ["RES", "RESistance"],
  ] as const) {
    const configure = () => oneOf(sequencer, of);
    tree.command(`:CONFigure:${notation}`, takes([], configure));
    tree.query(
      `:MEASure:${notation}`,
      takes([], (_, call) => {
        configure();
        return read(call);
      }),
    );
  }
  tree.query(
    ":MEASure",
    takes([], (_, call) => read(call)),
  );
  layerCommands(scpi, sequencer);
  formatCommands(scpi, sequencer);
  storeCommands(scpi, sequencer, shown);
  statisticsCommands(scpi, sequencer);
}

/** `:CONFigure`: this function, measured once and at once. The source stays as it is. */
function oneOf({ state }: Sequencer, of: SenseFunction): void {
  if (!state.concurrent) state.functions.clear();
  state.functions.add(of);
  state.armCount = state.triggerCount = 1;
  state.armSource = state.triggerSource = "IMM";
  state.triggerDelay_s = 0;
}

function layerCommands(scpi: ScpiInstrument, sequencer: Sequencer): void {
  const { tree } = scpi;
  const { state } = sequencer;
  const counted = (mine: "armCount" | "triggerCount", other: "armCount" | "triggerCount") => ({
    get: () => state[mine],
    set: (count: number) => {
      if (count * state[other] > MOST_READINGS) throw new ScpiError(-221);
      state[mine] = count;
    },
  });
  const count = { min: 1, max: MOST_READINGS, default: 1 };
  integerSetting(scpi, ":ARM:COUNt", count, counted("armCount", "triggerCount"));
  integerSetting(scpi, ":TRIGger:COUNt", count, counted("triggerCount", "armCount"));
  const armSources = ["IMMediate", "TIMer", "MANual", "BUS", "TLINk", "NSTest", "PSTest", "BSTest"];
  keywordSetting(scpi, ":ARM:SOURce", armSources, property(state, "armSource"));
  keywordSetting(scpi, ":TRIGger:SOURce", ["IMMediate", "TLINk"], property(state, "triggerSource"));
  const timer = { min: 1e-3, max: 99999.99, default: 0.1 };
  numberSetting(scpi, ":ARM:TIMer", "", timer, property(state, "armTimer_s"));
  numberSetting(scpi, ":TRIGger:DELay", "", { min: 0, max: 999.9999, default: 0 }, property(state, "triggerDelay_s"));
  tree.command(
    ":TRIGger:CLEar",
    takes([], () => sequencer.abort()),
  );
  // Trigger lines lead nowhere.
  for (const [layer, outputs] of [
    ["ARM", ["NONE", "TENTer", "TEXit"]],
    ["TRIGger", ["NONE", "SOURce", "DELay", "SENSe"]],
  ] as const) {
    const lines = { input: 1, output: 2, direction: "ACC", when: "NONE" };
    integerSetting(scpi, `:${layer}:ILINe`, { min: 1, max: 4 }, property(lines, "input"));
    integerSetting(scpi, `:${layer}:OLINe`, { min: 1, max: 4 }, property(lines, "output"));
    keywordSetting(scpi, `:${layer}:DIRection`, ["ACCeptor", "SOURce"], property(lines, "direction"));
    keywordSetting(scpi, `:${layer}:OUTPut`, outputs, property(lines, "when"));
  }
}

function formatCommands(scpi: ScpiInstrument, { state }: Sequencer): void {
  const { tree } = scpi;
  const element = keyword("VOLTage", "CURRent", "RESistance", "TIME", "STATus");
  tree.command(
    ":FORMat:ELEMents[:SENSe<1-1>]",
    takes([element, rest(element)], ([first, more]) => void (state.elements = [first, ...more])),
  );
  tree.query(
    ":FORMat:ELEMents[:SENSe<1-1>]",
    takes([], () => state.elements.join(",")),
  );
  tree.command(
    ":FORMat[:DATA]",
    takes([keyword("ASCii", "REAL", "SREal"), rest(integer({ min: 32, max: 32 }))], ([format]) => {
      state.format = format;
    }),
  );
  tree.query(
    ":FORMat[:DATA]",
    takes([], () => (state.format === "ASC" ? "ASC" : "REAL,32")),
  );
  keywordSetting(scpi, ":FORMat:BORDer", ["NORMal", "SWAPped"], property(state, "byteOrder"));
}

function storeCommands(
  scpi: ScpiInstrument,
  sequencer: Sequencer,
  shown: (samples: readonly Sample[]) => ResponseData,
): void {
  const { tree } = scpi;
  const { store } = sequencer;
  const idle = () => {
    if (store.feeding) throw new ScpiError(800);
  };
  tree.command(
    ":TRACe:CLEar",
    takes([], () => {
      idle();
      sequencer.clearStore();
    }),
  );
  integerSetting(
    scpi,
    ":TRACe:POINts",
    { min: 1, max: MOST_READINGS, default: 100 },
    {
      get: () => store.size,
      set: (size) => {
        idle();
        sequencer.clearStore();
        store.size = size;
      },
    },
  );
  tree.query(
    ":TRACe:POINts:ACTual",
    takes([], () => String(store.samples.length)),
  );
  tree.query(
    ":TRACe:FREE",
    takes([], () => `${(MOST_READINGS - store.samples.length) * 20},${store.samples.length * 20}`),
  );
  keywordSetting(scpi, ":TRACe:FEED", ["SENSe", "SENSe1", "CALCulate1", "CALCulate2"], {
    get: () => store.feed,
    set: (feed) => {
      idle();
      store.feed = feed;
    },
  });
  tree.command(
    ":TRACe:FEED:CONTrol",
    takes([keyword("NEXT", "NEVer")], ([control]) => {
      store.feeding = control === "NEXT";
      if (store.feeding) sequencer.clearStore();
    }),
  );
  tree.query(
    ":TRACe:FEED:CONTrol",
    takes([], () => (store.feeding ? "NEXT" : "NEV")),
  );
  keywordSetting(scpi, ":TRACe:TSTamp:FORMat", ["ABSolute", "DELTa"], property(store, "timestamps"));
  tree.query(
    ":TRACe:DATA",
    takes([], () => shown(store.samples)),
  );
}

/** Statistics of the data store, one number for each element that is measured. */
function statisticsCommands(scpi: ScpiInstrument, { store, state }: Sequencer): void {
  const chosen = { format: "MEAN" };
  keywordSetting(
    scpi,
    ":CALCulate3:FORMat",
    ["MEAN", "SDEViation", "MAXimum", "MINimum", "PKPK"],
    property(chosen, "format"),
  );
  const columns: readonly (readonly [SenseFunction, (sample: Sample) => number])[] = [
    ["VOLT", ({ voltage_V }) => voltage_V],
    ["CURR", ({ current_A }) => current_A],
    ["RES", ({ resistance_ohm }) => resistance_ohm],
  ];
  const compute = (values: readonly number[]): number => {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const most = values.reduce((largest, value) => Math.max(largest, value), -Infinity);
    const least = values.reduce((smallest, value) => Math.min(smallest, value), Infinity);
    if (chosen.format === "MAX") return most;
    if (chosen.format === "MIN") return least;
    if (chosen.format === "PKPK") return most - least;
    if (chosen.format === "MEAN") return mean;
    return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, values.length - 1));
  };
  scpi.tree.query(
    ":CALCulate3:DATA",
    takes([], () => {
      if (store.samples.length === 0) throw new ScpiError(-230);
      const elements = columns.filter(([name]) => state.elements.includes(name));
      return elements.map(([, value]) => scpi.dialect.formatNumber(compute(store.samples.map(value)))).join(",");
    }),
  );
}
