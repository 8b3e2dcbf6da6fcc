import { ScpiError, keyword, nr3, optional, takes } from "../../scpi/index.js";
import { type Thresholds, standardThresholds } from "../measure.js";
import { Gathered, type Question, measureScreen } from "../screen-measure.js";
import type { Rigol, RigolInput } from "./rigol.js";

type Item = Pick<Question, "kind" | "rising">;

const items: Readonly<Record<string, Item>> = {
  VMAX: { kind: "VMAX" },
  VMIN: { kind: "VMIN" },
  VPP: { kind: "VPP" },
  VTOP: { kind: "VTOP" },
  VBASe: { kind: "VBAS" },
  VAMP: { kind: "VAMP" },
  VAVG: { kind: "VAV" },
  VRMS: { kind: "VRMS" },
  PVRMS: { kind: "CRMS" },
  OVERshoot: { kind: "POVE" },
  PREShoot: { kind: "NOVE" },
  MARea: { kind: "AREA" },
  MPARea: { kind: "CARE" },
  PERiod: { kind: "PER" },
  FREQuency: { kind: "FREQ" },
  RTIMe: { kind: "RIS" },
  FTIMe: { kind: "FALL" },
  PWIDth: { kind: "PWID" },
  NWIDth: { kind: "NWID" },
  PDUTy: { kind: "DUTY" },
  NDUTy: { kind: "NDUT" },
  TVMAX: { kind: "XMAX" },
  TVMIN: { kind: "XMIN" },
  PSLEWrate: { kind: "SLR" },
  NSLEWrate: { kind: "SLF" },
  PPULses: { kind: "PPUL" },
  NPULses: { kind: "NPUL" },
  PEDGes: { kind: "PEDG" },
  NEDGes: { kind: "NEDG" },
};
/** Between two channels; the older scopes name the edge once. */
const olderItems: Readonly<Record<string, Item>> = {
  RDELay: { kind: "DELAY", rising: [true, true] },
  FDELay: { kind: "DELAY", rising: [false, false] },
  RPHase: { kind: "PHASE" },
};
const newerItems: Readonly<Record<string, Item>> = {
  RRDelay: { kind: "DELAY", rising: [true, true] },
  RFDelay: { kind: "DELAY", rising: [true, false] },
  FRDelay: { kind: "DELAY", rising: [false, true] },
  FFDelay: { kind: "DELAY", rising: [false, false] },
  RRPHase: { kind: "PHASE" },
  ACRMs: { kind: "STD" },
};
/** What can not be measured is answered so. */
const invalid = 9.9e37;
const shown = (value: number | undefined) => nr3(value ?? invalid, 6);

/**
 * `:MEASure:ITEM? VPP,CHAN1` and the statistics over every record that a question looks at. Overshoot is in percent of the
 * amplitude, duty in percent of the period.
 *
 * @see Rigol, MSO1000Z/DS1000Z Programming Guide, :MEASure; MSO5000 Programming Guide, :MEASure
 */
export function measureCommands({ commands, kept, model, scope, scpi }: Rigol): void {
  const table = new Map(
    Object.entries({ ...items, ...(model.newer ? newerItems : olderItems) }).map(([name, item]) => [
      name.replace(/[a-z]+/g, ""),
      item,
    ]),
  );
  const words = Object.keys({ ...items, ...(model.newer ? newerItems : olderItems) });
  const inputs = scope.settings.channels.map((_, index) => `CHANnel${index + 1}`);
  const setup = ":MEASure:SETup";
  kept.words({
    ":MEASure:SOURce": inputs.join(" "),
    [`${setup}:DSA`]: inputs.join(" "),
    [`${setup}:DSB`]: ["CHANnel2", ...inputs].join(" "),
    [`${setup}:PSA`]: inputs.join(" "),
    [`${setup}:PSB`]: ["CHANnel2", ...inputs].join(" "),
    ":MEASure:STATistic:MODE": "EXTRemum DIFFerence",
  });
  kept.wholes({ [`${setup}:MAX`]: [7, 95, 90], [`${setup}:MID`]: [6, 94, 50], [`${setup}:MIN`]: [5, 93, 10] });
  kept.flags({ ":MEASure:ADISplay": false, ":MEASure:STATistic:DISPlay": false });
  const gathered = new Map<string, Gathered<RigolInput>>();
  scpi.onReset(() => gathered.clear());

  const thresholds = (): Thresholds => {
    const [lower = 0, middle = 0, upper = 0] = ["MIN", "MID", "MAX"].map(
      (node) => kept.number(`${setup}:${node}`) / 100,
    );
    return lower < middle && middle < upper ? { lower, middle, upper } : standardThresholds;
  };
  const number = (word: string) => Number(word.slice(4));
  const question = (item: string, one: string | undefined, other: string | undefined): Question => {
    const found = table.get(item);
    if (!found) throw new ScpiError(-224);
    const between = found.kind === "DELAY" ? "DS" : found.kind === "PHASE" ? "PS" : undefined;
    const channel = one ?? kept.word(between ? `${setup}:${between}A` : ":MEASure:SOURce");
    const second = other ?? kept.word(`${setup}:${between ?? "DS"}B`);
    return { ...found, channel: number(channel), second: number(second), thresholds: thresholds() };
  };
  const item = keyword(...words);
  const source = optional(keyword(...inputs));
  // As a command it is put on the screen, which nobody sees here.
  scpi.tree.command(
    ":MEASure:ITEM",
    takes([item, source, source], () => undefined),
  );
  scpi.tree.query(
    ":MEASure:ITEM",
    takes([item, source, source], async ([name, one, other], { signal }) =>
      shown(await measureScreen(scope, question(name, one, other), signal)),
    ),
  );
  const results = (name: string, one: string | undefined, other: string | undefined) => {
    const asked = question(name, one, other);
    const key = JSON.stringify(asked);
    const known = gathered.get(key) ?? new Gathered(scope, asked);
    gathered.set(key, known);
    return known;
  };
  scpi.tree.command(
    ":MEASure:STATistic:ITEM",
    takes([item, source, source], ([name, one, other]) => void results(name, one, other)),
  );
  const kinds = keyword("MAXimum", "MINimum", "CURRent", "AVERages", "DEViation", ...(model.newer ? ["CNT"] : []));
  scpi.tree.query(
    ":MEASure:STATistic:ITEM",
    takes([kinds, item, source, source], async ([which, name, one, other], { signal }) => {
      const { actual, min, max, mean, deviation, count } = await results(name, one, other).look(signal);
      const all = { MAX: max, MIN: min, CURR: actual, AVER: mean, DEV: deviation, CNT: count };
      return shown(all[which as keyof typeof all]);
    }),
  );
  commands.does(":MEASure:STATistic:RESet", () => {
    for (const { statistics } of gathered.values()) statistics.reset();
  });
  scpi.tree.command(
    ":MEASure:CLEar",
    takes([optional(keyword("ALL", ...[1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((n) => `ITEM${n}`)))], () => undefined),
  );
}
