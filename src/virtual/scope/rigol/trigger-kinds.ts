import { keyword, optional, takes } from "../../scpi/index.js";
import { type OtherTrigger, neverComes } from "../basic-scope.js";
import type { Bounds } from "../kept-settings.js";
import { pulseOf } from "../pulse-trigger.js";
import type { Rigol } from "./rigol.js";

const conditions = { G: "longer", L: "shorter", GL: "within" } as const;
const levels: Bounds = [-1e4, 1e4, 0];
const lower: Bounds = [8e-9, 10, 1e-6];
const upper: Bounds = [8e-9, 10, 2e-6];

/**
 * Kinds of triggers that are no edges. The pulse trigger acts; the others are set, asked back, and never come. Serial buses are
 * not among them.
 *
 * @see Rigol, MSO1000Z/DS1000Z Programming Guide, :TRIGger; MSO5000 Programming Guide, :TRIGger
 */
export function triggerKinds(rigol: Rigol): void {
  const { kept, model, scope } = rigol;
  const sources = scope.settings.channels.map((_, index) => `CHANnel${index + 1}`).join(" ");
  const windows = model.newer ? "WINDows" : "WIND";
  kept.words({
    ":TRIGger:MODE": `EDGE PULSe RUNT ${windows} NEDGe SLOPe VIDeo PATTern DELay TIMeout DURation ${model.newer ? "SETup" : "SHOLd"}`,
    ":TRIGger:PULSe:WHEN": model.newer ? "GREater LESS GLESs" : "PGReater PLESs NGReater NLESs PGLess NGLess",
    ":TRIGger:RUNT:POLarity": "POSitive NEGative",
    ":TRIGger:RUNT:WHEN": "NONE GREater LESS GLESs",
    ":TRIGger:WINDows:SLOPe": "POSitive NEGative RFALl",
    ":TRIGger:WINDows:POSition": "ENTer EXIT TIMe",
    ":TRIGger:NEDGe:SLOPe": "POSitive NEGative",
    ":TRIGger:SLOPe:WHEN": model.newer ? "GREater LESS GLESs" : "PGReater PLESs NGReater NLESs PGLess NGLess",
    ":TRIGger:SLOPe:WINDow": "TA TB TAB",
    ":TRIGger:VIDeo:POLarity": "POSitive NEGative",
    ":TRIGger:VIDeo:MODE": "ALINes ODDField EVENfield LINE",
    ":TRIGger:VIDeo:STANdard": `NTSC PALSecam 480P 576P${model.newer ? " 720P60HZ 1080P60HZ 1080I60HZ" : ""}`,
    ":TRIGger:DURation:SOURce": sources,
    ":TRIGger:DURation:WHEN": "GREater LESS GLESs",
    ":TRIGger:TIMeout:SLOPe": "POSitive NEGative RFALl",
    ":TRIGger:DELay:SA": sources,
    ":TRIGger:DELay:SB": sources,
    ":TRIGger:DELay:SLOPA": "POSitive NEGative",
    ":TRIGger:DELay:SLOPB": "POSitive NEGative",
    ":TRIGger:DELay:TYPe": "GREater LESS GLESs GOUT",
    ":TRIGger:SHOLd:DSrc": sources,
    ":TRIGger:SHOLd:CSrc": sources,
    ":TRIGger:SHOLd:SLOPe": "POSitive NEGative",
    ":TRIGger:SHOLd:PATTern": "H L",
    ":TRIGger:SHOLd:TYPe": "SETup HOLd SETHOLd",
  });
  if (model.newer) kept.words({ ":TRIGger:PULSe:POLarity": "POSitive NEGative" });
  for (const kind of ["PULSe", "RUNT", "WINDows", "NEDGe", "SLOPe", "VIDeo", "TIMeout"]) {
    kept.words({ [`:TRIGger:${kind}:SOURce`]: sources });
  }
  for (const kind of ["PULSe", "NEDGe", "VIDeo", "TIMeout"]) kept.numbers("V", { [`:TRIGger:${kind}:LEVel`]: levels });
  for (const kind of ["RUNT", "WINDows", "SLOPe"]) {
    kept.numbers("V", { [`:TRIGger:${kind}:ALEVel`]: [-1e4, 1e4, 2], [`:TRIGger:${kind}:BLEVel`]: levels });
  }
  kept.numbers("S", {
    ...(model.newer ? {} : { ":TRIGger:PULSe:WIDTh": lower }),
    ":TRIGger:PULSe:LWIDth": lower,
    ":TRIGger:PULSe:UWIDth": upper,
    ":TRIGger:RUNT:WLOWer": lower,
    ":TRIGger:RUNT:WUPPer": upper,
    ":TRIGger:WINDows:TIMe": lower,
    ":TRIGger:NEDGe:IDLE": [16e-9, 10, 1e-6],
    ":TRIGger:SLOPe:TIME": lower,
    ":TRIGger:SLOPe:TLOWer": lower,
    ":TRIGger:SLOPe:TUPPer": upper,
    ":TRIGger:DURation:TLOWer": lower,
    ":TRIGger:DURation:TUPPer": upper,
    ":TRIGger:TIMeout:TIMe": [16e-9, 10, 1e-6],
    ":TRIGger:DELay:TLOWer": lower,
    ":TRIGger:DELay:TUPPer": upper,
    ":TRIGger:SHOLd:STIMe": [8e-9, 1, 1e-6],
    ":TRIGger:SHOLd:HTIMe": [8e-9, 1, 1e-6],
  });
  kept.wholes({ ":TRIGger:NEDGe:EDGE": [1, 65_535, 2], ":TRIGger:VIDeo:LINE": [1, 1125, 1] });
  for (const pattern of [":TRIGger:PATTern:PATTern", ":TRIGger:DURation:TYPe"]) states(rigol, pattern);
  scope.otherTrigger = () => selected(rigol);
}

/** What every channel has to be: H, L, X, or an edge, R or F; those that are left out are X. */
function states({ scpi, scope }: Rigol, pattern: string): void {
  const factory = scope.settings.channels.map(() => "X");
  let kept: readonly string[] = factory;
  scpi.onReset(() => void (kept = factory));
  const state = optional(keyword("H", "L", "X", "R", "F"), "X");
  scpi.tree.command(
    pattern,
    takes([state, state, state, state], (given) => {
      kept = given.slice(0, factory.length);
      scope.changed();
    }),
  );
  scpi.tree.query(
    pattern,
    takes([], () => kept.join(",")),
  );
}

/** `PGL` is a positive pulse within both widths, as `GLES` with a polarity is; for one limit the older scopes have one width. */
function selected({ kept, model }: Rigol): OtherTrigger | undefined {
  const mode = kept.word(":TRIGger:MODE");
  if (mode === "EDGE") return undefined;
  if (mode !== "PULS") return neverComes;
  const when = kept.word(":TRIGger:PULSe:WHEN");
  const negative = model.newer ? kept.word(":TRIGger:PULSe:POLarity") === "NEG" : when.startsWith("N");
  const condition = /GL/.test(when) ? "GL" : /GR/.test(when) ? "G" : "L";
  const width_s = model.newer || condition === "GL" ? undefined : kept.number(":TRIGger:PULSe:WIDTh");
  return {
    channel: Number(kept.word(":TRIGger:PULSe:SOURce").slice(4)),
    level_V: kept.number(":TRIGger:PULSe:LEVel"),
    pulse: pulseOf(
      negative ? "NEG" : "POS",
      conditions[condition],
      width_s ?? kept.number(":TRIGger:PULSe:LWIDth"),
      width_s ?? kept.number(":TRIGger:PULSe:UWIDth"),
    ),
  };
}
