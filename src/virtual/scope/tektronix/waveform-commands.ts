import { ScpiError, integer, keyword, nr3, rest, takes } from "../../scpi/index.js";
import type { Held } from "../scope-core.js";
import { CODES_PER_DIVISION } from "./mso.js";
import type { Mso, MsoInput } from "./mso.js";

const notActive = () => new ScpiError(2244, undefined, "Waveform requested is not ACTIVATED");

/** What is read, in which form, and the preamble that says what it means. */
export function waveformCommands(mso: Mso): void {
  dataCommands(mso);
  const fields = preamble(mso);
  for (const [name, value] of fields) mso.answer(`WFMOutpre:${name}`, value);
  const word = (long: string, short: string) => (mso.state.header ? (mso.state.verbose ? long : short) : "");
  const shown = ([name, value]: Field) => {
    if (!mso.state.header) return value();
    return `${mso.state.verbose ? name.toUpperCase() : name.replace(/[a-z]+/g, "")} ${value()}`;
  };
  const whole = () => `${word(":WFMOUTPRE:", ":WFMO:")}${fields.map(shown).join(";")}`;
  const data = async (signal: AbortSignal) => {
    const values = curve(mso, await heldNow(mso, signal));
    const header = word(":CURVE ", ":CURV ");
    return typeof values === "string" ? header + values : Buffer.concat([Buffer.from(header), values]);
  };
  const { tree } = mso.scpi;
  tree.query("WFMOutpre", takes([], whole));
  tree.query(
    "CURVe",
    takes([], (_, call) => data(call.signal)),
  );
  tree.query(
    "WAVFrm",
    takes([], async (_, call) => {
      const values = await data(call.signal);
      return Buffer.concat([Buffer.from(`${whole()};`), Buffer.from(values)]);
    }),
  );
}

/** @throws ScpiError 2244: nothing was acquired of this source */
async function heldNow(mso: Mso, signal: AbortSignal): Promise<Held<MsoInput>> {
  for (const number of mso.state.data.sources) if (!mso.scope.channel(number).display) throw notActive();
  return mso.scope.fresh(signal).catch((error: unknown) => {
    throw error instanceof ScpiError ? notActive() : error;
  });
}

function dataCommands(mso: Mso): void {
  const { scpi } = mso;
  const data = () => mso.state.data;
  const inputs = mso.scope.settings.channels.map((_, index) => `CH${index + 1}`);
  scpi.tree.command(
    "DATa:SOUrce",
    takes([keyword(...inputs), rest(keyword(...inputs))], ([first, more]) => {
      data().sources = [first, ...more].map((word) => Number(word.slice(2)));
    }),
  );
  if (!mso.model.older) {
    mso.answer(
      "DATa:SOUrce:AVAILable",
      () => inputs.filter((_, k) => mso.scope.channel(k + 1).display).join(",") || "NONE",
    );
  }
  mso.answer("DATa:SOUrce", () =>
    data()
      .sources.map((number) => `CH${number}`)
      .join(","),
  );
  // Beyond the record is taken, and clipped when it is read.
  const spans = [
    ["STARt", "start"],
    ["STOP", "stop"],
  ] as const;
  const frames = [
    ["FRAMESTARt", "frameStart"],
    ["FRAMESTOP", "frameStop"],
  ] as const;
  for (const [node, key] of mso.model.older ? spans : [...spans, ...frames]) {
    mso.setting(`DATa:${node}`, integer({ min: 0 }), {
      get: () => String(data()[key]),
      set: (value) => (data()[key] = Math.max(1, value)),
    });
  }
  for (const pattern of ["DATa:WIDth", "WFMOutpre:BYT_Nr"]) {
    mso.setting(pattern, integer({ min: 1, max: 2 }), {
      get: () => String(data().width),
      set: (value) => (data().width = value === 1 ? 1 : 2),
    });
  }
  mso.setting("WFMOutpre:BIT_Nr", integer({ min: 8, max: 16 }), {
    get: () => String(8 * data().width),
    set: (value) => (data().width = value > 8 ? 2 : 1),
  });
  const codings = ["ASCIi", "FAStest", "RIBinary", "RPBinary", "SRIbinary", "SRPbinary"];
  mso.setting("DATa:ENCdg", keyword(...codings), {
    get: () => {
      const { ascii, signed, littleEndian } = data();
      return ascii ? "ASCII" : `${littleEndian ? "S" : ""}R${signed ? "I" : "P"}BINARY`;
    },
    set: (word) => {
      data().ascii = word === "ASCI";
      data().signed = !word.includes("RP");
      data().littleEndian = word.startsWith("SR");
    },
  });
  const access = {
    encoding: {
      get: () => (data().ascii ? "ASCII" : "BINARY"),
      set: (word: string) => void (data().ascii = word === "ASCI"),
    },
    format: { get: () => (data().signed ? "RI" : "RP"), set: (word: string) => void (data().signed = word === "RI") },
    order: {
      get: () => (data().littleEndian ? "LSB" : "MSB"),
      set: (word: string) => void (data().littleEndian = word === "LSB"),
    },
  };
  mso.setting("WFMOutpre:ENCdg", keyword("ASCIi", "BINary"), access.encoding);
  mso.setting("WFMOutpre:BN_Fmt", keyword("RI", "RP"), access.format);
  mso.setting("WFMOutpre:BYT_Or", keyword("LSB", "MSB"), access.order);
}

type Field = readonly [name: string, value: () => string];

/**
 * The fields in their order: 4/5/6 series MSO programmer manual, WFMOutpre?. The 3000 and 4000 series have no ASC_Fmt, and what
 * comes after YZEro on mixed domain scopes only, with one more (MDO3000 programmer manual, appendix D; replies of others' scopes).
 */
function preamble(mso: Mso): Field[] {
  const { older } = mso.model;
  const all = allFields(mso);
  if (!older) return all;
  const fields = all.filter(([name]) => name !== "ASC_Fmt");
  if (older.mixed) return [...fields, ["REFLEvel", () => nr3(0, 9)]];
  return fields.slice(0, 1 + fields.findIndex(([name]) => name === "YZEro"));
}

function allFields(mso: Mso): Field[] {
  const data = () => mso.state.data;
  const channel = () => {
    const number = data().sources[0] ?? 1;
    const input = (mso.scope.held ?? mso.scope.present).channels[number - 1];
    if (!mso.scope.channel(number).display || !input) throw notActive();
    return { number, input };
  };
  const reading = () => (mso.scope.held ?? mso.scope.present).reading;
  const span = () => spanOf(data(), reading().samples);
  const perDivision = () => (data().width === 2 ? CODES_PER_DIVISION : CODES_PER_DIVISION / 256);
  const middle = () => (data().signed ? 0 : data().width === 2 ? 32_768 : 128);
  const number = (value: number) => nr3(value, 9);
  return [
    ["BYT_Nr", () => String(data().width)],
    ["BIT_Nr", () => String(8 * data().width)],
    ["ENCdg", () => (data().ascii ? "ASCII" : "BINARY")],
    ["BN_Fmt", () => (data().signed ? "RI" : "RP")],
    ["ASC_Fmt", () => "INTEGER"],
    ["BYT_Or", () => (data().littleEndian ? "LSB" : "MSB")],
    ["WFId", () => identifier(mso, channel().number, channel().input)],
    ["NR_Pt", () => String(span().count)],
    ["PT_Fmt", () => "Y"],
    ["PT_ORder", () => "LINEAR"],
    ["XUNit", () => '"s"'],
    ["XINcr", () => number(reading().window_s / reading().samples)],
    ["XZEro", () => number(reading().from_s)],
    ["PT_Off", () => "0"],
    ["YUNit", () => '"V"'],
    ["YMUlt", () => number(channel().input.scale_V / perDivision())],
    ["YOFf", () => number(channel().input.position_div * perDivision() + middle())],
    ["YZEro", () => number(channel().input.shift_V)],
    ["DOMain", () => "TIME"],
    ["WFMTYPe", () => "ANALOG"],
    ["CENTERFREQuency", () => number(0)],
    ["SPAN", () => number(0)],
  ];
}

/** `"Ch1, DC coupling, 200.0mV/div, 4.000us/div, 1000 points, Sample mode"`. */
function identifier(mso: Mso, number: number, { coupling, scale_V }: MsoInput): string {
  const { window_s, samples, type } = (mso.scope.held ?? mso.scope.present).reading;
  const mode = { NORM: "Sample", AVER: "Average", HRES: "High Res", PEAK: "Peak Detect" }[type];
  return `"Ch${number}, ${coupling} coupling, ${engineering(scale_V)}V/div, ${engineering(window_s / 10)}s/div, ${samples} points, ${mode} mode"`;
}

function engineering(value: number): string {
  const power = Math.max(-4, Math.min(0, Math.floor(Math.log10(value) / 3 + 1e-9)));
  return `${(value / 1000 ** power).toPrecision(4)}${["", "m", "u", "n", "p"][-power] ?? ""}`;
}

/** Points that are given of a record: what is beyond it is clipped. */
function spanOf({ start, stop }: { start: number; stop: number }, samples: number): { first: number; count: number } {
  const low = Math.min(start, stop, samples);
  return { first: low - 1, count: Math.min(Math.max(start, stop), samples) - low + 1 };
}

function curve(mso: Mso, held: Held<MsoInput>): Uint8Array | string {
  const { data } = mso.state;
  const parts = data.sources.map((number) => codesOf(mso, held, number));
  if (data.ascii) {
    // Frames come apart at semicolons (curve_query of Tektronix' own tm_devices), sources too.
    const { count } = spanOf(data, held.reading.samples);
    return parts
      .flatMap((codes) => framesOf(codes, count))
      .map((codes) => textOf(codes, data.width))
      .join(";");
  }
  return Buffer.concat(parts.map((codes) => block(encode(codes, data))));
}

function framesOf(codes: Int16Array, count: number): Int16Array[] {
  return Array.from({ length: codes.length / count }, (_, frame) => codes.subarray(frame * count, (frame + 1) * count));
}

const textOf = (codes: Int16Array, width: number) =>
  Array.from(codes, (code) => (width === 1 ? code >> 8 : code)).join(",");

/** All frames asked for, one after the other, signed. */
function codesOf(mso: Mso, held: Held<MsoInput>, number: number): Int16Array {
  const { data } = mso.state;
  const { samples, type } = held.reading;
  const { first, count } = spanOf(data, samples);
  const average = type === "AVER" && mso.scope.settings.segments === 1;
  const frames = average ? 1 : held.records.length;
  const from = Math.min(data.frameStart, frames) - 1;
  const to = Math.min(Math.max(data.frameStop, from + 1), frames);
  const words = new Uint16Array(samples);
  const codes = new Int16Array(count * (to - from));
  for (let frame = from; frame < to; frame += 1) {
    mso.scope.wordsOf(held, number, average ? "average" : frame, words);
    const at = (frame - from) * count;
    for (let k = 0; k < count; k += 1) codes[at + k] = (words[first + k] as number) - 32_768;
  }
  return codes;
}

function encode(codes: Int16Array, { width, signed, littleEndian }: Mso["state"]["data"]): Buffer {
  const bytes = Buffer.allocUnsafe(codes.length * width);
  for (let k = 0; k < codes.length; k += 1) {
    const code = (codes[k] as number) + (signed ? 0 : 32_768);
    if (width === 1) bytes[k] = (code >> 8) & 0xff;
    else if (littleEndian) bytes.writeUInt16LE(code & 0xffff, 2 * k);
    else bytes.writeUInt16BE(code & 0xffff, 2 * k);
  }
  return bytes;
}

/** With no more digits than the length needs. */
function block(data: Buffer): Buffer {
  const digits = String(data.length);
  return Buffer.concat([Buffer.from(`#${digits.length}${digits}`), data]);
}
