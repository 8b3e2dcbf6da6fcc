import type { CapturePlan } from "../../src/capabilities/index.js";

/** A scope as benchmarks/links/script.h plays it, and what is to come out. */
export interface ScopeDialogue {
  readonly name: string;
  readonly driver: string;
  readonly plan: CapturePlan;
  /** Records that make up 10 million points: more than one where the scope's memory is shorter. */
  readonly records: number;
  /** Questions and answers, as script.h takes them. */
  readonly script: readonly (readonly [question: string, ...answers: string[]])[];
  /** The form in which codes come. */
  readonly type: "u8" | "s8" | "i16be" | "u16be" | "i16le" | "f32le";
  /** Points in each block that the scope gives. */
  readonly block: number;
  /** volts = (code - reference) * increment + origin */
  readonly scale: { readonly reference: number; readonly increment: number; readonly origin: number };
}

const STEP_S = 1e-9;

/** One channel at 1 GSa/s, the trigger in the middle. */
function planOf(points: number): CapturePlan {
  const window_s = points * STEP_S;
  return {
    channels: [{ channel: 1, range_V: 0.8, offset_V: 0 }],
    window_s,
    pretrigger_s: window_s / 2,
    trigger: { channel: 1, level_V: 0.05, slope: "rising" },
    segments: 1,
    points,
  };
}

const noError = [":SYST:ERR?", '0,"No error"'] as const;

/** `:WAV:PRE?` of a Rigol with its whole memory before and behind the trigger. */
const rigolPreamble = (points: number) => `0,2,${points},1,${STEP_S},${(-points / 2) * STEP_S},0,4e-3,0,127`;

/** Of the newer Siglent scopes: 346 bytes, little-endian. */
function waveDescriptor(points: number): string {
  const bytes = Buffer.alloc(346);
  bytes.write("WAVEDESC", 0);
  bytes.writeInt16LE(1, 32);
  bytes.writeInt32LE(points, 116);
  bytes.writeInt32LE(1, 148);
  bytes.writeFloatLE(0.1, 156);
  bytes.writeFloatLE(0, 160);
  bytes.writeFloatLE(7680, 164);
  bytes.writeFloatLE(STEP_S, 176);
  bytes.writeFloatLE(1, 328);
  return bytes.toString("hex");
}

export const scopeDialogues: readonly ScopeDialogue[] = [
  {
    name: "InfiniiVision, words",
    driver: "keysight-infiniivision",
    plan: planOf(2_000_000),
    records: 5,
    type: "u16be",
    block: 2_000_000,
    scale: { reference: 32768, increment: 1e-5, origin: 0 },
    script: [
      ["[*]IDN?", "KEYSIGHT TECHNOLOGIES,MSO-X 3104T,MY12345678,07.20"],
      ["[*]OPT?", "0"],
      noError,
      [":TER?", "1"],
      [":OPER:COND?", "40", "0"],
      [":WAV:PRE?", `1,0,2000000,1,${STEP_S},${-1e6 * STEP_S},0,1e-5,0,32768`],
      [":WAV:DATA?", "@u16be 2000000"],
    ],
  },
  {
    name: "MSO 5 series, words",
    driver: "tektronix-mso",
    plan: planOf(10_000_000),
    records: 1,
    type: "i16be",
    block: 10_000_000,
    scale: { reference: 100, increment: 1e-4, origin: 0.5 },
    script: [
      ["[*]IDN?", "TEKTRONIX,MSO54,C012345,CF:91.1CT FV:1.30.6.100"],
      ["[*]OPT?", '""'],
      ["[*]ESR?;:ALLEV?", '0;0,"No events to report - queue empty"'],
      ["ACQ:STATE?", "1", "0"],
      ["TRIG:STATE?", "READY"],
      ["ACQ:NUMAC?", "1"],
      ["WFMO:YMU?", "1e-4"],
      ["WFMO:YOF?", "100"],
      ["WFMO:YZE?", "0.5"],
      ["WFMO:XIN?", String(STEP_S)],
      ["WFMO:XZE?", "0"],
      ["WFMO:PT_O?", "5000000"],
      ["CURV?", "@i16be 10000000"],
    ],
  },
  {
    name: "MSO5000, bytes",
    driver: "rigol-scope",
    plan: planOf(10_000_000),
    records: 1,
    type: "u8",
    block: 5_000_000,
    scale: { reference: 127, increment: 4e-3, origin: 0 },
    script: [
      ["[*]IDN?", "RIGOL TECHNOLOGIES,MSO5074,MS5A123456789,00.01.03.00.01"],
      noError,
      [":ACQ:SRAT?", "1e9"],
      [":TRIG:STAT?", "WAIT", "STOP"],
      [":WAV:PRE?", rigolPreamble(10_000_000)],
      [":WAV:DATA?", "@u8 5000000"],
    ],
  },
  {
    name: "DS1000Z, bytes",
    driver: "rigol-scope",
    plan: planOf(10_000_000),
    records: 1,
    type: "u8",
    block: 250_000,
    scale: { reference: 127, increment: 4e-3, origin: 0 },
    script: [
      ["[*]IDN?", "RIGOL TECHNOLOGIES,DS1104Z,DS1ZA123456789,00.04.04.SP4"],
      noError,
      [":ACQ:SRAT?", "1e9"],
      [":TRIG:STAT?", "WAIT", "STOP"],
      [":WAV:PRE?", rigolPreamble(12_000_000)],
      [":WAV:DATA?", "@u8 250000"],
    ],
  },
  {
    name: "SDS2000X HD, words",
    driver: "siglent-sds",
    plan: planOf(10_000_000),
    records: 1,
    type: "i16le",
    block: 5_000_000,
    scale: { reference: 0, increment: Math.fround(0.1) / 7680, origin: 0 },
    script: [
      ["[*]IDN?", "Siglent Technologies,SDS2104X HD,SDS2HA0X000000,1.2.2.9"],
      ["[*]OPT?", "FG"],
      [":ACQ:SRAT?", "1e9"],
      [":TRIG:STAT?", "Ready", "Stop"],
      [":WAV:PRE?", `@bytes ${waveDescriptor(10_000_000)}`],
      [":WAV:MAXP?", "5000000"],
      [":WAV:DATA?", "@i16le 5000000"],
    ],
  },
  {
    name: "SDS1000X-E, bytes",
    driver: "siglent-sds",
    plan: planOf(10_000_000),
    records: 1,
    type: "s8",
    block: 2_000_000,
    scale: { reference: 0, increment: 0.1 / 25, origin: 0 },
    script: [
      ["[*]IDN?", "Siglent Technologies,SDS1104X-E,SDSMMEBQ2R1234,8.2.6.1.37R9"],
      ["SARA?", "SARA 1.00E+09Sa/s"],
      ["SAST?", "SAST Ready", "SAST Stop"],
      ["INR?", "INR 1"],
      ["SANU[?] C1", "SANU 1.40E+07pts"],
      ["C1:WF[?] DAT2", "@s8 2000000"],
    ],
  },
  {
    name: "RTO, real numbers",
    driver: "rohde-schwarz-rtx",
    plan: planOf(10_000_000),
    records: 1,
    type: "f32le",
    block: 10_000_000,
    scale: { reference: 0, increment: 1, origin: 0 },
    script: [
      ["[*]IDN?", "Rohde&Schwarz,RTO,1329.7002k04/200123,4.60.1.0"],
      ["[*]OPT?", "B4"],
      noError,
      ["ACQ:SRAT?", "1e9"],
      ["ACQ:CURR?", "1"],
      ["ACQ:AVA?", "1"],
      ["CHAN1:DATA:HEAD?", `${-5e-3},${9_999_999e-9 - 5e-3},10000000,1`],
      ["CHAN1:DATA?", "@f32le 10000000"],
    ],
  },
];
