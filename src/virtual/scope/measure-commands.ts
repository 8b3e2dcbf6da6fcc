import { ScpiError, keyword, nr3, numeric, optional, raw, rest, takes } from "../scpi/index.js";
import type { RawParameter } from "../scpi/index.js";
import { type Measurement, type Thresholds, standardThresholds } from "./measure.js";
import type { Scope } from "./scope.js";
import { Gathered, type Question, measureHeld } from "./screen-measure.js";
import type { ChannelSettings } from "./settings.js";

interface Notation {
  readonly word: string;
  readonly kind: Question["kind"];
  /** In the table of results. */
  readonly label: string;
  /** What the word CYCLe makes of it. */
  readonly cycles?: Measurement;
}

const notations: readonly Notation[] = [
  { word: "VPP", kind: "VPP", label: "Pk-Pk" },
  { word: "VMAX", kind: "VMAX", label: "Maximum" },
  { word: "VMIN", kind: "VMIN", label: "Minimum" },
  { word: "VAVerage", kind: "VAV", label: "Average", cycles: "CAV" },
  { word: "VRMS", kind: "VRMS", label: "RMS", cycles: "CRMS" },
  { word: "SDEViation", kind: "STD", label: "Std Dev", cycles: "CSTD" },
  { word: "VTOP", kind: "VTOP", label: "Top" },
  { word: "VBASe", kind: "VBAS", label: "Base" },
  { word: "VAMPlitude", kind: "VAMP", label: "Amplitude" },
  { word: "FREQuency", kind: "FREQ", label: "Frequency" },
  { word: "COUNter", kind: "FREQ", label: "Counter" },
  { word: "PERiod", kind: "PER", label: "Period" },
  { word: "RISetime", kind: "RIS", label: "Rise Time" },
  { word: "FALLtime", kind: "FALL", label: "Fall Time" },
  { word: "PWIDth", kind: "PWID", label: "+Width" },
  { word: "NWIDth", kind: "NWID", label: "-Width" },
  { word: "BWIDth", kind: "BWID", label: "Burst Width" },
  { word: "DUTYcycle", kind: "DUTY", label: "Duty Cycle" },
  { word: "NDUTy", kind: "NDUT", label: "-Duty Cycle" },
  { word: "OVERshoot", kind: "OVER", label: "Overshoot" },
  { word: "PREShoot", kind: "PRES", label: "Preshoot" },
  { word: "AREa", kind: "AREA", label: "Area", cycles: "CARE" },
  { word: "XMAX", kind: "XMAX", label: "X at Max Y" },
  { word: "XMIN", kind: "XMIN", label: "X at Min Y" },
  { word: "PEDGes", kind: "PEDG", label: "Rising Edges" },
  { word: "NEDGes", kind: "NEDG", label: "Falling Edges" },
  { word: "PPULses", kind: "PPUL", label: "+Pulses" },
  { word: "NPULses", kind: "NPUL", label: "-Pulses" },
  { word: "DELay", kind: "DELAY", label: "Delay" },
  { word: "PHASe", kind: "PHASE", label: "Phase" },
];
/** What can not be measured is answered so. */
const invalid = 9.9e37;
const shown = (value: number | undefined) => nr3(value ?? invalid, 5, true);
/** Measurements that fit on the screen: one more drops the oldest. */
const most = 4;

/** What the measurements have in common: which channels, and between which thresholds. */
interface Common {
  sources: readonly [first: number, second: number];
  thresholds: Thresholds;
  rising: readonly [boolean, boolean];
}

/**
 * Measurements on the screen: `:MEASure:VPP? [CHAN1]`, `:MEASure:VRMS? [DISPlay|CYCLe],[AC|DC],[CHAN1]`,
 * `:MEASure:DELay? CHAN1,CHAN2`; as commands they are gathered in the table of results with its statistics.
 */
export function measureCommands(scope: Scope): void {
  const { tree } = scope.scpi;
  const common: Common = { sources: [1, 2], thresholds: standardThresholds, rising: [true, true] };
  const table: { readonly label: string; readonly gathered: Gathered<ChannelSettings> }[] = [];
  scope.scpi.onReset(() => {
    Object.assign(common, { sources: [1, 2], thresholds: standardThresholds, rising: [true, true] });
    table.length = 0;
  });
  for (const { word, kind, label, cycles } of notations) {
    const question = (given: readonly RawParameter[]): Question => {
      const words = given.map(({ text }) => text.toUpperCase());
      const [channel = common.sources[0], second = common.sources[1]] = channelsIn(scope, words);
      const { thresholds, rising } = common;
      const whole = cycles !== undefined && words.some((one) => one.startsWith("CYCL"));
      return { kind: whole ? cycles : kind, channel, second, thresholds, rising, acOnly: words.includes("AC") };
    };
    tree.query(
      `:MEASure:${word}`,
      takes([rest(raw())], async ([given], call) => {
        const asked = question(given);
        const held = await scope.fresh(call.signal);
        const { mode, index } = scope.settings.acquire;
        return shown(measureHeld(scope, held, asked, mode === "SEGM" ? index - 1 : 0));
      }),
    );
    tree.command(
      `:MEASure:${word}`,
      takes([rest(raw())], ([given]) => {
        const asked = question(given);
        table.push({ label: `${label}(${asked.channel})`, gathered: new Gathered(scope, asked) });
        if (table.length > most) table.shift();
      }),
    );
  }
  tree.command(
    ":MEASure:SOURce",
    takes([rest(raw())], ([given]) => {
      const [first = common.sources[0], second = common.sources[1]] = channelsIn(
        scope,
        given.map(({ text }) => text.toUpperCase()),
      );
      common.sources = [first, second];
    }),
  );
  tree.query(
    ":MEASure:SOURce",
    takes([], () => common.sources.map((number) => `CHAN${number}`).join(",")),
  );
  defineCommands(scope, common);
  tableCommands(scope, table);
}

/** The table of results: its values, and those of every record that was looked at. */
function tableCommands(
  scope: Scope,
  table: { readonly label: string; readonly gathered: Gathered<ChannelSettings> }[],
): void {
  const { tree } = scope.scpi;
  scope.kept.words({ ":MEASure:STATistics": "ON CURRent MINimum MAXimum MEAN STDDev COUNt" });
  scope.kept.flags({ ":MEASure:STATistics:DISPlay": true });
  tree.query(
    ":MEASure:RESults",
    takes([], async (_, { signal }) => {
      const wanted = scope.kept.word(":MEASure:STATistics");
      const rows: string[] = [];
      for (const { label, gathered } of table) {
        const { actual, min, max, mean, deviation, count } = await gathered.look(signal);
        const all = { CURR: actual, MIN: min, MAX: max, MEAN: mean, STDD: deviation, COUN: count };
        if (wanted === "ON") rows.push(label, ...Object.values(all).map(shown));
        else rows.push(shown(all[wanted as keyof typeof all]));
      }
      return rows.join(",");
    }),
  );
  tree.command(
    ":MEASure:STATistics:RESet",
    takes([], () => {
      for (const { gathered } of table) gathered.statistics.reset();
    }),
  );
  tree.command(
    ":MEASure:CLEar",
    takes([], () => void (table.length = 0)),
  );
}

/** `:MEASure:DEFine THResholds,PERCent,<upper>,<middle>,<lower>` and `DELay,<edge>,<edge>`. */
function defineCommands({ scpi: { tree } }: Scope, common: Common): void {
  const value = optional(numeric("", {}));
  tree.command(
    ":MEASure:DEFine",
    takes(
      [keyword("THResholds", "DELay"), optional(raw()), value, value, value],
      ([what, form, upper, middle, lower]) => {
        if (form?.kind !== "plain") throw new ScpiError(-109);
        if (what === "DEL") {
          const edges = [Number(form.text), upper ?? 1];
          if (!edges.every((edge) => Math.abs(edge) === 1)) throw new ScpiError(-222); // the first edge of each is simulated
          common.rising = [edges[0] === 1, edges[1] === 1];
          return;
        }
        common.thresholds = thresholds(keyword("STANdard", "PERCent", "ABSolute").read(form), upper, middle, lower);
      },
    ),
  );
  tree.query(
    ":MEASure:DEFine",
    takes([keyword("THResholds", "DELay")], ([what]) => {
      if (what === "DEL") return common.rising.map((rising) => (rising ? "+1" : "-1")).join(",");
      const { lower, middle, upper } = common.thresholds;
      return `THR,PERC,${[upper, middle, lower].map((share) => nr3(100 * share, 5, true)).join(",")}`;
    }),
  );
}

function thresholds(form: string, upper?: number, middle?: number, lower?: number): Thresholds {
  if (form === "STAN") return standardThresholds;
  if (form === "ABS") throw new ScpiError(-221); // thresholds in volts are not simulated
  if (upper === undefined || middle === undefined || lower === undefined) throw new ScpiError(-109);
  if (!(lower >= 0 && lower < middle && middle < upper && upper <= 100)) throw new ScpiError(-222);
  return { lower: lower / 100, middle: middle / 100, upper: upper / 100 };
}

/** The channels that are named; any other word must be one that these measurements know. */
function channelsIn(scope: Scope, words: readonly string[]): number[] {
  const found: number[] = [];
  for (const word of words) {
    const channel = /^CHAN(?:NEL)?(\d)$/.exec(word)?.[1];
    if (channel === undefined && !/^(DISP(LAY)?|CYCL(E)?|AC|DC|)$/.test(word)) throw new ScpiError(-224);
    if (channel === undefined) continue;
    if (Number(channel) < 1 || Number(channel) > scope.model.channels) throw new ScpiError(-224);
    found.push(Number(channel));
  }
  return found;
}
