import { type OtherTrigger, neverComes } from "../basic-scope.js";
import { keyword, rest, takes } from "../../scpi/index.js";
import type { Bounds } from "../kept-settings.js";
import { pulseOf } from "../pulse-trigger.js";
import type { Sds } from "./sds.js";

const limits = "LESSthan GREATerthan INNer OUTer";
const conditions = { LESSthan: "shorter", GREATerthan: "longer", INNer: "within", OUTer: "outside" } as const;
const levels: Bounds = [-1e3, 1e3, 0];

/**
 * Kinds of triggers of the newer scopes that are no edges. The pulse trigger acts; the others are set, asked back, and never
 * come. Serial buses are not among them.
 *
 * @see Siglent, Programming Guide EN11, :TRIGger
 */
export function triggerKinds(sds: Sds): void {
  const { kept, scope } = sds;
  const inputs = scope.settings.channels.map((_, index) => `C${index + 1}`);
  const sources = inputs.join(" ");
  kept.words({
    ":TRIGger:TYPE": "EDGE SLOPe PULSe VIDeo WINDow INTerval DROPout RUNT PATTern QUALified NEDGe DELay SHOLd",
    ":TRIGger:SLOPe:SLOPe": "RISing FALLing ALTernate",
    ":TRIGger:PULSe:POLarity": "POSitive NEGative",
    ":TRIGger:INTerval:SLOPe": "RISing FALLing",
    ":TRIGger:WINDow:TYPE": "ABSolute RELative",
    ":TRIGger:DROPout:TYPE": "EDGE STATe",
    ":TRIGger:DROPout:SLOPe": "RISing FALLing",
    ":TRIGger:RUNT:POLarity": "POSitive NEGative",
    ":TRIGger:VIDeo:STANdard": "NTSC PAL P720L50 P720L60 P1080L50 P1080L60 I1080L50 I1080L60 CUSTom",
    ":TRIGger:VIDeo:SYNC": "ANY SELect",
    ":TRIGger:VIDeo:FRATe": "25HZ 30HZ 50HZ 60HZ",
    ":TRIGger:PATTern:LOGic": "AND OR NAND NOR",
    ":TRIGger:QUALified:ESource": sources,
    ":TRIGger:QUALified:ESLope": "RISing FALLing",
    ":TRIGger:QUALified:QSource": sources,
    ":TRIGger:NEDGe:SLOPe": "RISing FALLing",
    ":TRIGger:DELay:SLOPe": "RISing FALLing",
    ":TRIGger:DELay:SOURce2": sources,
    ":TRIGger:DELay:SLOPe2": "RISing FALLing",
    ":TRIGger:SHOLd:CSource": sources,
    ":TRIGger:SHOLd:DSource": sources,
    ":TRIGger:SHOLd:SLOPe": "RISing FALLing",
    ":TRIGger:SHOLd:LEVel": "HIGH LOW",
    ":TRIGger:SHOLd:TYPE": "SETup HOLD",
  });
  for (const kind of ["SLOPe", "PULSe", "INTerval", "RUNT", "PATTern", "QUALified", "DELay", "SHOLd"]) {
    kept.words({ [`:TRIGger:${kind}:LIMit`]: limits });
    kept.numbers("S", { [`:TRIGger:${kind}:TLOWer`]: [2e-9, 20, 2e-9], [`:TRIGger:${kind}:TUPPer`]: [2e-9, 20, 20] });
  }
  for (const kind of ["SLOPe", "PULSe", "INTerval", "WINDow", "DROPout", "RUNT", "NEDGe", "VIDeo"]) {
    kept.words({ [`:TRIGger:${kind}:SOURce`]: sources });
    if (kind === "VIDeo") continue;
    kept.words({
      [`:TRIGger:${kind}:NREJect`]: "OFF ON",
      [`:TRIGger:${kind}:HOLDoff`]: "OFF EVENts TIME",
      [`:TRIGger:${kind}:HSTart`]: "LAST_TRIG ACQ_START",
    });
    if (kind !== "NEDGe") kept.words({ [`:TRIGger:${kind}:COUPling`]: "DC AC LFREJect HFREJect" });
    kept.wholes({ [`:TRIGger:${kind}:HLDEVent`]: [1, 1e8, 1] });
    kept.numbers("S", { [`:TRIGger:${kind}:HLDTime`]: [8e-9, 30, 8e-9] });
  }
  for (const kind of ["PULSe", "INTerval", "DROPout", "NEDGe", "VIDeo"]) {
    kept.numbers("V", { [`:TRIGger:${kind}:LEVel`]: levels });
  }
  for (const kind of ["SLOPe", "WINDow", "RUNT"]) {
    kept.numbers("V", { [`:TRIGger:${kind}:HLEVel`]: levels, [`:TRIGger:${kind}:LLEVel`]: levels });
  }
  kept.numbers("V", {
    ":TRIGger:WINDow:CLEVel": levels,
    ":TRIGger:WINDow:DLEVel": levels,
    ":TRIGger:QUALified:ELEVel": levels,
    ":TRIGger:QUALified:QLEVel": levels,
    ":TRIGger:SHOLd:CTHReshold": levels,
    ":TRIGger:SHOLd:DTHReshold": levels,
    ":TRIGger:DELay:LEVel2": levels,
  });
  kept.numbers("S", { ":TRIGger:DROPout:TIME": [2e-9, 20, 2e-9], ":TRIGger:NEDGe:IDLE": [8e-9, 20, 8e-9] });
  kept.wholes({
    ":TRIGger:NEDGe:EDGE": [1, 65_535, 1],
    ":TRIGger:VIDeo:LINE": [1, 1125, 1],
    ":TRIGger:VIDeo:FIELd": [1, 2, 1],
    ":TRIGger:VIDeo:LCNT": [300, 2000, 300],
    ":TRIGger:VIDeo:FCNT": [1, 8, 1],
    ":TRIGger:VIDeo:INTerlace": [1, 8, 1],
  });
  for (const kind of ["PATTern:INPut", "DELay:SOURce"]) states(sds, `:TRIGger:${kind}`, inputs.length);
  scope.otherTrigger = () => selected(sds);
}

/** What every input has to be: X, L or H, in the order of the channels. */
function states({ scpi, scope }: Sds, pattern: string, count: number): void {
  const factory = new Array<string>(count).fill("X");
  let kept: readonly string[] = factory;
  scpi.onReset(() => void (kept = factory));
  scpi.tree.command(
    pattern,
    takes([rest(keyword("X", "L", "H"))], ([given]) => {
      kept = [...given, ...factory].slice(0, count);
      scope.changed();
    }),
  );
  scpi.tree.query(
    pattern,
    takes([], () => kept.join(",")),
  );
}

function selected({ kept }: Sds): OtherTrigger | undefined {
  const type = kept.word(":TRIGger:TYPE");
  if (type === "EDGE") return undefined;
  if (type !== "PULSe") return neverComes;
  const condition = conditions[kept.word(":TRIGger:PULSe:LIMit") as keyof typeof conditions];
  const [lower_s, upper_s] = [kept.number(":TRIGger:PULSe:TLOWer"), kept.number(":TRIGger:PULSe:TUPPer")];
  const polarity = kept.word(":TRIGger:PULSe:POLarity") === "NEGative" ? "NEG" : "POS";
  return {
    channel: Number(kept.word(":TRIGger:PULSe:SOURce").slice(1)),
    level_V: kept.number(":TRIGger:PULSe:LEVel"),
    pulse: pulseOf(polarity, condition, lower_s, upper_s),
  };
}
