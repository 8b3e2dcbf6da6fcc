import { boolean, keyword, keywordSetting, numberSetting, ScpiError, takes } from "../scpi/index.js";
import type { Call, ScpiInstrument } from "../scpi/index.js";

const digitalLines = 6;

interface Line {
  type: string;
  direction: string;
  high: boolean;
  edge: string;
  stimulus: string;
  logic: string;
  width_s: number;
}

const directions: Readonly<Record<string, readonly string[]>> = {
  DIG: ["IN", "OUT", "OPEN"],
  TRIG: ["IN", "OUT", "OPEN"],
  SYNC: ["MAST", "ACC"],
};

const freshLine = (): Line => ({
  type: "DIG",
  direction: "IN",
  high: true,
  edge: "FALL",
  stimulus: "NONE",
  logic: "NEG",
  width_s: 10e-6,
});

/** Words with a number behind them: `DIGio1` to `DIGio6`. */
function numbered(word: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${word}${index + 1}`);
}

/** What a wait block or an output line may be started by. */
export const triggerEvents: readonly string[] = [
  "COMMand",
  "DISPlay",
  "SLIMit",
  ...numbered("NOTify", 8),
  ...numbered("DIGio", digitalLines),
  ...numbered("TSPLink", 3),
  ...numbered("LAN", 8),
  ...numbered("BLENder", 2),
  ...numbered("TIMer", 4),
];

/** The digital port: settings that are kept. Nothing is wired to the lines: none ever sees an edge, and inputs are high. */
export function digitalCommands(scpi: ScpiInstrument): void {
  const { tree } = scpi;
  let lines = Array.from({ length: digitalLines }, freshLine);
  scpi.onReset(() => void (lines = Array.from({ length: digitalLines }, freshLine)));
  const lineOf = (call: Call): Line => lines[(call.suffixes[0] ?? 1) - 1] as Line;
  const settable = (call: Call) => {
    const line = lineOf(call);
    if (line.direction === "IN" || line.type !== "DIG") throw new ScpiError(-221);
    return line;
  };
  tree.command(
    `:DIGital:LINE<1-${digitalLines}>:MODE`,
    takes(
      [keyword("DIGital", "TRIGger", "SYNChronous"), keyword("IN", "OUT", "OPENdrain", "MASTer", "ACCeptor")],
      ([type, direction], call) => {
        if (directions[type]?.includes(direction) !== true) throw new ScpiError(-224);
        Object.assign(lineOf(call), { type, direction });
      },
    ),
  );
  tree.query(
    `:DIGital:LINE<1-${digitalLines}>:MODE`,
    takes([], (_, call) => `${lineOf(call).type},${lineOf(call).direction}`),
  );
  tree.command(
    `:DIGital:LINE<1-${digitalLines}>:STATe`,
    takes([boolean()], ([high], call) => void (settable(call).high = high)),
  );
  tree.query(
    `:DIGital:LINE<1-${digitalLines}>:STATe`,
    takes([], (_, call) => lineOf(call).direction === "IN" || lineOf(call).high),
  );
  triggerLineCommands(scpi, lineOf);
}

function triggerLineCommands(scpi: ScpiInstrument, lineOf: (call: Call) => Line): void {
  const root = `:TRIGger:DIGital<1-${digitalLines}>`;
  const kept = (key: "edge" | "stimulus" | "logic") => ({
    get: (call: Call) => lineOf(call)[key],
    set: (value: string, call: Call) => void (lineOf(call)[key] = value),
  });
  scpi.tree.command(
    `${root}:IN:CLEar`,
    takes([], () => undefined),
  );
  scpi.tree.query(
    `${root}:IN:OVERrun`,
    takes([], () => false),
  );
  keywordSetting(scpi, `${root}:IN:EDGE`, ["FALLing", "RISing", "EITHer"], kept("edge"));
  keywordSetting(scpi, `${root}:OUT:STIMulus`, ["NONE", ...triggerEvents], kept("stimulus"));
  keywordSetting(scpi, `${root}:OUT:LOGic`, ["POSitive", "NEGative"], kept("logic"));
  numberSetting(
    scpi,
    `${root}:OUT:PULSewidth`,
    "",
    { min: 0, max: 1e5, default: 10e-6 },
    {
      get: (call) => lineOf(call).width_s,
      set: (width_s, call) => void (lineOf(call).width_s = width_s),
    },
  );
}
