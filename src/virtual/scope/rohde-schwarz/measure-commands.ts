import { keyword, nr3, optional, takes } from "../../scpi/index.js";
import { Gathered, type Question } from "../screen-measure.js";
import { Statistics } from "../statistics.js";
import type { Rtx, RtxInput } from "./rtx.js";

/** Measurements by the names of the manuals; the RTO here, the RTB2000 below. */
const kinds: Readonly<Record<string, Question["kind"]>> = {
  HIGH: "VTOP",
  LOW: "VBAS",
  AMPLitude: "VAMP",
  MAXimum: "VMAX",
  MINimum: "VMIN",
  PDELta: "VPP",
  MEAN: "VAV",
  RMS: "VRMS",
  STDDev: "STD",
  POVershoot: "POVE",
  NOVershoot: "NOVE",
  AREA: "AREA",
  RTIMe: "RIS",
  FTIMe: "FALL",
  PPULse: "PWID",
  NPULse: "NWID",
  PERiod: "PER",
  FREQuency: "FREQ",
  PDCYcle: "DUTY",
  NDCYcle: "NDUT",
  CYCarea: "CARE",
  CYCMean: "CAV",
  CYCRms: "CRMS",
  CYCStddev: "CSTD",
  PULCnt: "PPUL",
  DELay: "DELAY",
  PHASe: "PHASE",
  BWIDth: "BWID",
  EDGecount: "EDG",
  SLERising: "SLR",
  SLEFalling: "SLF",
};

const smallKinds: Readonly<Record<string, Question["kind"]>> = {
  FREQuency: "FREQ",
  PERiod: "PER",
  PEAK: "VPP",
  UPEakvalue: "VMAX",
  LPEakvalue: "VMIN",
  PPCount: "PPUL",
  NPCount: "NPUL",
  RECount: "PEDG",
  FECount: "NEDG",
  HIGH: "VTOP",
  LOW: "VBAS",
  AMPLitude: "VAMP",
  MEAN: "VAV",
  RMS: "VRMS",
  RTIMe: "RIS",
  FTIMe: "FALL",
  PDCYcle: "DUTY",
  NDCYcle: "NDUT",
  PPWidth: "PWID",
  NPWidth: "NWID",
  CYCMean: "CAV",
  CYCRms: "CRMS",
  STDDev: "STD",
  CYCStddev: "CSTD",
  DELay: "DELAY",
  PHASe: "PHASE",
  BWIDth: "BWID",
  POVershoot: "POVE",
  NOVershoot: "NOVE",
};

/** Set and asked back; their results are not simulated, and are answered as what can not be measured. */
const unmeasured =
  "PSWitching NSWitching PULSetrain SHT SHR DTOTrigger PROBemeter " +
  "CCJitter NCJitter CCWidth CCDutycycle TIE UINTerval DRATe SKWDelay SKWPhase " +
  "ERPercent ERDB EHEight EWIDth ETOP EBASe QFACtor RMSNoise SNRatio DCDistortion ERTime EFTime EBRate EAMPlitude PPJitter STDJitter RMSJitter " +
  "CPOWer OBWidth SBWidth THD THDPCT THDA THDU THDR HAR PLISt " +
  "WCOunt WSAMples HSAMples HPEak PEAK UPEakvalue LPEakvalue HMAXimum HMINimum MEDian MAXMin HMEan HSTDdev M1STddev M2STddev M3STddev MKPositive MKNegative";

/** What can not be measured is answered so. */
const invalid = 9.91e37;
const shown = (value: number | undefined) => nr3(value ?? invalid, 8);

/**
 * The eight measurements of the RTO, the six of the RTB2000, with their long-term statistics: every record that a question
 * looks at counts once.
 *
 * @see RTO user manual, MEASurement<m>; RTB2000 user manual, MEASurement<m>
 */
export function measureCommands(rtx: Rtx): void {
  const { kept, scpi, scope, model } = rtx;
  const [root, table] = model.large ? [":MEASurement<1-8>", kinds] : [":MEASurement<1-6>", smallKinds];
  const names = Object.keys(table);
  kept.words({ [`${root}:MAIN`]: model.large ? `${names.join(" ")} ${unmeasured}` : names.join(" ") });
  kept.flags({ [`${root}:STATistics[:ENABle]`]: !model.large, [`${root}[:ENABle]`]: false });
  if (model.large) largeSettings(rtx, root);
  else smallSettings(rtx, root);
  const gathered = new Map<number, { readonly of: string; readonly results: Gathered<RtxInput> }>();
  scpi.onReset(() => gathered.clear());

  const main = (number: number) => kept.word(`${root}:MAIN`, number);
  /** Its statistics begin anew where the measurement is another one. Undefined: nothing that is simulated. */
  const resultsOf = (number: number, short: string): Gathered<RtxInput> | undefined => {
    const kind = table[names.find((name) => shortOf(name) === short) ?? ""];
    const [channel, other] = sourcesOf(rtx, root, number);
    const second = kind === "DELAY" || kind === "PHASE" ? other : channel;
    if (kind === undefined || channel === undefined || second === undefined) return undefined;
    const of = [kind, channel, second].join(" ");
    const known = gathered.get(number);
    if (known?.of === of) return known.results;
    const results = new Gathered(scope, { kind, channel, second });
    gathered.set(number, { of, results });
    return results;
  };
  const result = (node: string, value: (statistics: Statistics) => string) =>
    scpi.tree.query(
      `${root}:RESult${node}`,
      takes([optional(keyword(...names, ...(model.large ? unmeasured.split(" ") : [])))], async ([asked], call) => {
        const [number = 1] = call.suffixes;
        if (!isOn(rtx, root, number)) return node === ":EVTCount" || node === ":WFMCount" ? "0" : shown(undefined);
        const results = resultsOf(number, asked ?? main(number));
        return results ? value(await results.look(call.signal)) : value(nothing);
      }),
    );
  result("[:ACTual]", ({ actual }) => shown(actual));
  result(":AVG", ({ mean }) => shown(mean));
  result(":RMS", ({ rms }) => shown(rms));
  result(":STDDev", ({ deviation }) => shown(deviation));
  result(":PPEak", ({ max }) => shown(max));
  result(":NPEak", ({ min }) => shown(min));
  result(":WFMCount", ({ count }) => String(count));
  result(":EVTCount", ({ count }) => String(count));
  const clear = (number: number) => gathered.get(number)?.results.statistics.reset();
  for (const node of model.large ? [":CLEar"] : [":STATistics:RESet"]) {
    scpi.tree.command(
      `${root}${node}`,
      takes([], (_, { suffixes: [number = 1] }) => clear(number)),
    );
  }
}

const nothing = new Statistics();

const shortOf = (name: string) => name.replace(/[a-z]+/g, "");

const isOn = ({ kept }: Rtx, root: string, number: number) => kept.word(`${root}[:ENABle]`, number) === "true";

/** Every waveform that may be named: only those of the inputs are simulated. */
const waveforms = [
  ...[1, 2, 3, 4].flatMap((channel) => [1, 2, 3].map((waveform) => `C${channel}W${waveform}`)),
  ...numbered("M", 4),
  ...numbered("R", 4),
  ...numbered("SBUS", 4),
  ...numbered("D", 16, 0),
  ...numbered("TRK", 8),
  ...[1, 2, 3, 4].flatMap((group) => [`SG${group}TL1`, `SG${group}TL2`]),
  ...[1, 2].flatMap((one) => [...numbered(`Z${one}V`, 4), ...numbered(`Z${one}I`, 4)]),
];

function numbered(name: string, count: number, from = 1): string[] {
  return Array.from({ length: count }, (_, index) => `${name}${from + index}`);
}

function largeSettings({ kept, scpi }: Rtx, root: string): void {
  kept.words({
    [`${root}:CATegory`]: "AMPTime JITTer EYEJitter SPECtrum HISTogram PROTocol",
    [`${root}:FSRC`]: waveforms.join(" "),
    [`${root}:SSRC`]: `C2W1 ${waveforms.join(" ")}`,
  });
  sourceCommand({ kept, scpi }, root, keyword(...waveforms));
}

function smallSettings({ kept, scpi, model }: Rtx, root: string): void {
  const inputs = numbered("CH", model.channels);
  kept.words({ [`${root}:FSRC`]: inputs.join(" "), [`${root}:SSRC`]: `CH2 ${inputs.join(" ")}` });
  sourceCommand({ kept, scpi }, root, keyword(...inputs));
}

/** Both sources at once; the second one may be left out. */
function sourceCommand(
  { kept, scpi }: Pick<Rtx, "kept" | "scpi">,
  root: string,
  name: ReturnType<typeof keyword>,
): void {
  scpi.tree.command(
    `${root}:SOURce`,
    takes([name, optional(name)], ([first, second], { suffixes: [number = 1] }) => {
      kept.set(first, `${root}:FSRC`, number);
      if (second !== undefined) kept.set(second, `${root}:SSRC`, number);
    }),
  );
  scpi.tree.query(
    `${root}:SOURce`,
    takes([], (_, { suffixes: [number = 1] }) =>
      ["FSRC", "SSRC"].map((node) => kept.word(`${root}:${node}`, number)).join(","),
    ),
  );
}

/** Channels of both sources; undefined where one is no input. */
function sourcesOf({ kept, model }: Rtx, root: string, number: number): (number | undefined)[] {
  return ["FSRC", "SSRC"].map((node) => {
    const channel = Number(/^CH?(\d)(W1)?$/.exec(kept.word(`${root}:${node}`, number))?.[1]);
    return channel <= model.channels ? channel : undefined;
  });
}
