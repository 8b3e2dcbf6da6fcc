import { autosetCommand } from "../autoset.js";
import { type OtherTrigger, neverComes } from "../basic-scope.js";
import { type AwaitedPulse, pulseOf } from "../pulse-trigger.js";
import type { Rtx } from "./rtx.js";

const ranges = { WITH: "within", OUTS: "outside", SHOR: "shorter", LONG: "longer" } as const;

/**
 * Kinds of triggers that are no edges. Width and, on the RTO, glitch act; the others are set, asked back, and never come.
 *
 * @see RTO user manual, TRIGger<m>; RTB2000 user manual, TRIGger:A
 */
export function triggerKinds(rtx: Rtx): void {
  if (rtx.model.large) largeKinds(rtx);
  else smallKinds(rtx);
  rtx.scope.otherTrigger = () => selected(rtx);
  autosetCommand(rtx.scpi, rtx.scope, ":AUToscale", {
    place(input, scale_V, middle_V) {
      Object.assign(input, { range_V: scale_V * rtx.model.verticalDivisions, shift_V: middle_V, position_div: 0 });
      rtx.fit(input);
    },
    spread: (scale_s) => void (rtx.timebase = { scale_s, position_s: 0, reference_percent: 50 }),
    edge: () => rtx.kept.set("EDGE", `${root(rtx)}:TYPE`, ...event(rtx)),
    run: () => rtx.scope.run(),
  });
}

const root = ({ model }: Rtx) => (model.large ? ":TRIGger<1-3>" : ":TRIGger:A");
/** Numbers in the headers of the first event. */
const event = ({ model }: Rtx) => (model.large ? [1] : []);

function smallKinds({ kept }: Rtx): void {
  const a = ":TRIGger:A";
  kept.words({
    [`${a}:TYPE`]: "EDGE WIDTh TV LOGic LINE",
    [`${a}:EDGE:COUPling`]: "DC AC",
    [`${a}:WIDTh:POLarity`]: "POSitive NEGative",
    [`${a}:WIDTh:RANGe`]: "LONGer SHORter WITHin OUTSide",
    [`${a}:TV:STANdard`]: "PAL NTSC SECam PALM I576 P720 P1080 I1080",
    [`${a}:TV:POLarity`]: "NEGative POSitive",
    [`${a}:TV:FIELd`]: "ALL EVEN ODD LINE ALINe",
    [`${a}:PATTern:FUNCtion`]: "AND OR",
    [`${a}:PATTern:CONDition`]: "TRUE FALSe",
  });
  kept.wholes({ [`${a}:TV:LINE`]: [1, 1125, 1] });
  kept.texts({ [`${a}:PATTern:SOURce`]: "XXXX" });
  kept.numbers("S", { [`${a}:WIDTh:WIDTh`]: [20e-9, 6.8719468544, 20e-9], [`${a}:WIDTh:DELTa`]: [0, 6.8719468544, 0] });
}

function largeKinds({ kept }: Rtx): void {
  const m = ":TRIGger<1-3>";
  const widths = "WITHin OUTSide SHORter LONGer";
  kept.words({
    // NFC and clock recovery are options that this one does not have.
    [`${m}:TYPE`]:
      "EDGE GLITch WIDTh RUNT WINDow TIMeout INTerval SLEWrate DATatoclock STATe PATTern ANEDge SERPattern TV",
    [`${m}:GLITch:POLarity`]: "POSitive NEGative EITHer",
    [`${m}:GLITch:RANGe`]: "SHORter LONGer",
    [`${m}:WIDTh:POLarity`]: "POSitive NEGative",
    [`${m}:WIDTh:RANGe`]: widths,
    [`${m}:RUNT:POLarity`]: "POSitive NEGative EITHer",
    [`${m}:RUNT:RANGe`]: "ANY LONGer SHORter WITHin OUTSide",
    [`${m}:WINDow:RANGe`]: "ENTer EXIT WITHin OUTSide",
    [`${m}:WINDow:TIME`]: widths,
    [`${m}:TIMeout:RANGe`]: "HIGH LOW EITHer",
    [`${m}:INTerval:SLOPe`]: "POSitive NEGative",
    [`${m}:INTerval:RANGe`]: widths,
    [`${m}:SLEW:SLOPe`]: "POSitive NEGative EITHer",
    [`${m}:SLEW:RANGe`]: "GTHan LTHan INSRange OUTRange",
    [`${m}:ANEDge:SLOPe`]: "POSitive NEGative EITHer",
    [`${m}:ANEDge:COUPling`]: "DC DCLimit AC",
    [`${m}:PATTern:MODE`]: "OFF TIMeout WIDTh",
    [`${m}:PATTern:WIDTh:RANGe`]: widths,
    [`${m}:TV:STANdard`]: "PAL NTSC SECam PALM I576 P720 P1080 I1080 CUSTom",
    [`${m}:TV:POLarity`]: "NEGative POSitive",
    [`${m}:TV:MODE`]: "ALL ODD EVEN LINE",
    ":TRIGger<1-3>:HOLDoff:MODE": "OFF TIME EVENts RANDom AUTO",
  });
  kept.numbers("S", {
    [`${m}:GLITch:WIDTh`]: [100e-12, 10_000, 1e-9],
    [`${m}:WIDTh:WIDTh`]: [100e-12, 10_000, 5e-9],
    [`${m}:WIDTh:DELTa`]: [0, 432, 0],
    [`${m}:RUNT:WIDTh`]: [100e-12, 10_000, 5e-9],
    [`${m}:RUNT:DELTa`]: [0, 432, 0],
    [`${m}:WINDow:WIDTh`]: [100e-12, 10_000, 5e-9],
    [`${m}:WINDow:DELTa`]: [0, 432, 0],
    [`${m}:TIMeout:TIME`]: [100e-12, 10_000, 100e-9],
    [`${m}:INTerval:WIDTh`]: [100e-12, 10_000, 5e-9],
    [`${m}:INTerval:DELTa`]: [0, 432, 0],
    [`${m}:DATatoclock:STIMe`]: [-100e-9, 100e-9, 0],
    [`${m}:DATatoclock:HTIMe`]: [-100e-9, 100e-9, 0],
    [`${m}:PATTern:TIMeout[:TIME]`]: [100e-12, 10_000, 100e-9],
    [`${m}:PATTern:WIDTh[:WIDTh]`]: [100e-12, 10_000, 5e-9],
    [`${m}:PATTern:WIDTh:DELTa`]: [0, 432, 0],
  });
  for (const kind of ["RUNT", "WINDow", "SLEW"]) {
    kept.numbers("V", {
      [`${m}:LEVel<1-4>:${kind}:UPPer`]: [-10, 10, 0.1],
      [`${m}:LEVel<1-4>:${kind}:LOWer`]: [-10, 10, -0.1],
    });
  }
  kept.wholes({ [`${m}:TV:LINE`]: [1, 1125, 1] });
}

/** The first event decides; what comes behind it in a sequence is not simulated. */
function selected(rtx: Rtx): OtherTrigger | undefined {
  const { kept, scope } = rtx;
  const own = event(rtx);
  const type = kept.word(`${root(rtx)}:TYPE`, ...own);
  if (type === "EDGE") return undefined;
  if (type !== "WIDT" && type !== "GLIT") return neverComes;
  const node = `${root(rtx)}:${type === "WIDT" ? "WIDTh" : "GLITch"}`;
  const width_s = kept.number(`${node}:WIDTh`, ...own);
  const delta_s = type === "WIDT" ? kept.number(`${node}:DELTa`, ...own) : 0;
  const condition = ranges[kept.word(`${node}:RANGe`, ...own) as keyof typeof ranges];
  const [least_s, most_s] =
    condition === "within" || condition === "outside" ? [width_s - delta_s, width_s + delta_s] : [width_s, width_s];
  const polarity = kept.word(`${node}:POLarity`, ...own) as AwaitedPulse["polarity"];
  const channel = scope.triggerChannel;
  return {
    channel,
    level_V: scope.settings.trigger.levels_V[(channel ?? 1) - 1] ?? 0,
    pulse: pulseOf(polarity, condition, least_s, most_s),
  };
}
