import type { Question } from "../screen-measure.js";

type Item = Omit<Question, "channel" | "second">;

const between = (first: boolean, second: boolean): Item => ({ kind: "DELAY", rising: [first, second] });

/** What the guide's items measure (Siglent, Programming Guide EN11, :MEASure). */
export const items: ReadonlyMap<string, Item> = new Map<string, Item>([
  ["PKPK", { kind: "VPP" }],
  ["MAX", { kind: "VMAX" }],
  ["MIN", { kind: "VMIN" }],
  ["AMPL", { kind: "VAMP" }],
  ["TOP", { kind: "VTOP" }],
  ["BASE", { kind: "VBAS" }],
  ["MEAN", { kind: "VAV" }],
  ["CMEAN", { kind: "CAV" }],
  ["STDEV", { kind: "STD" }],
  ["VSTD", { kind: "CSTD" }],
  ["RMS", { kind: "VRMS" }],
  ["CRMS", { kind: "CRMS" }],
  ["MEDIAN", { kind: "MEDI" }],
  ["OVSN", { kind: "NOVE" }],
  ["FPRE", { kind: "POVE" }],
  ["OVSP", { kind: "POVE" }],
  ["RPRE", { kind: "NOVE" }],
  ["PER", { kind: "PER" }],
  ["FREQ", { kind: "FREQ" }],
  ["TMAX", { kind: "XMAX" }],
  ["TMIN", { kind: "XMIN" }],
  ["PWID", { kind: "PWID" }],
  ["NWID", { kind: "NWID" }],
  ["DUTY", { kind: "DUTY" }],
  ["NDUTY", { kind: "NDUT" }],
  ["WID", { kind: "BWID" }],
  ["RISE", { kind: "RIS" }],
  ["FALL", { kind: "FALL" }],
  ["RISE10T90", { kind: "RIS" }],
  ["FALL90T10", { kind: "FALL" }],
  ["RISE20T80", { kind: "RIS", thresholds: { lower: 0.2, middle: 0.5, upper: 0.8 } }],
  ["FALL80T20", { kind: "FALL", thresholds: { lower: 0.2, middle: 0.5, upper: 0.8 } }],
  ["AREA", { kind: "AREA" }],
  ["CYCLES", { kind: "CYC" }],
  ["REDGES", { kind: "PEDG" }],
  ["FEDGES", { kind: "NEDG" }],
  ["EDGES", { kind: "EDG" }],
  ["PPULSES", { kind: "PPUL" }],
  ["NPULSES", { kind: "NPUL" }],
  ["PSLOPE", { kind: "SLR" }],
  ["NSLOPE", { kind: "SLF" }],
  ["PHA", { kind: "PHASE" }],
  ["SKEW", between(true, true)],
  ["FRR", between(true, true)],
  ["FRF", between(true, false)],
  ["FFR", between(false, true)],
  ["FFF", between(false, false)],
]);

/** Taken, and answered as what can not be measured: they are not simulated. */
export const unmeasured =
  "LEVELX CMEDIAN NBWID DELAY TIMEL CCJ PAREA NAREA ABSAREA LRR LRF LFR LFF PACArea NACArea ACArea ABSACArea TSR TSF THR THF".split(
    " ",
  );

/** What can not be measured is answered so. */
export const invalid = "****";
