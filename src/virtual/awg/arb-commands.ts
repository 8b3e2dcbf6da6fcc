import { type RawParameter, ScpiError, keyword, name, optional, parseNumber, raw, rest, takes } from "../scpi/index.js";
import { amount } from "./amount.js";
import { arbWave, statisticsOf } from "./arb-memory.js";
import type { AwgChannel } from "./channel.js";
import type { Generator } from "./generator.js";
import { setAmplitude } from "./rules.js";
import { openPerShown } from "./settings.js";
import { word } from "./simple-settings.js";

/** Most points of one waveform sent as text. */
const textLimit = 65_536;
const fewest = 8;

/** Upload, memory and playing of arbitrary waveforms. */
export function arbCommands(generator: Generator): void {
  const { tree } = generator.scpi;
  const upload = (pattern: string, coding: "dac" | "float") =>
    tree.command(
      pattern,
      takes([name(), rest(raw())], ([wave, data], call) => {
        const channel = generator.channelOf(call);
        const levels = coding === "dac" ? dacLevels(generator, data) : floatLevels(generator, data);
        store(channel, wave, levels);
      }),
    );
  upload("[:SOURce<1-2>]:DATA:ARBitrary[:FLOat]", "float");
  upload("[:SOURce<1-2>]:DATA:ARBitrary:DAC", "dac");
  tree.command(
    ":FORMat:BORDer",
    takes([keyword("NORMal", "SWAPped")], ([order]) => void (generator.byteOrder = order as "NORM" | "SWAP")),
  );
  tree.query(
    ":FORMat:BORDer",
    takes([], () => generator.byteOrder),
  );
  memoryCommands(generator);
  playCommands(generator);
}

function memoryCommands(generator: Generator): void {
  const { tree } = generator.scpi;
  tree.command(
    "[:SOURce<1-2>]:DATA:VOLatile:CLEar",
    takes([], (_, call) => {
      const channel = generator.channelOf(call);
      channel.memory.clear();
      if (channel.memory.get(channel.settings.arb.name)) return;
      channel.settings.arb.name = channel.memory.names[0] ?? "";
      if (channel.settings.fn === "ARB") channel.refresh();
    }),
  );
  tree.query(
    "[:SOURce<1-2>]:DATA:VOLatile:CATalog",
    takes([], (_, call) => {
      const { names } = generator.channelOf(call).memory;
      return names.map((each) => `"${each}"`).join(",");
    }),
  );
  tree.query(
    "[:SOURce<1-2>]:DATA:VOLatile:FREE",
    takes([], (_, call) => {
      const { memory } = generator.channelOf(call);
      return String(memory.capacity_Sa - memory.used_Sa);
    }),
  );
  tree.query(
    "[:SOURce<1-2>]:DATA:ATTRibute:POINts",
    takes([optional(name())], ([wave], call) => {
      const channel = generator.channelOf(call);
      return String(known(channel, wave ?? channel.settings.arb.name).samples);
    }),
  );
  for (const [node, part] of [
    ["AVERage", "mean"],
    ["PTPeak", "peakToPeak"],
    ["CFACtor", "crest"],
  ] as const) {
    tree.query(
      `[:SOURce<1-2>]:DATA:ATTRibute:${node}`,
      takes([optional(name())], ([wave], call) => {
        const channel = generator.channelOf(call);
        return statisticsOf(known(channel, wave ?? channel.settings.arb.name))[part];
      }),
    );
  }
}

function playCommands(generator: Generator): void {
  const { scpi, model, notice } = generator;
  const root = "[:SOURce<1-2>]:FUNCtion:ARBitrary";
  scpi.tree.command(
    root,
    takes([name()], ([wave], call) => {
      const channel = generator.channelOf(call);
      selectArb(channel, wave);
      if (channel.settings.fn === "ARB") channel.refresh();
    }),
  );
  scpi.tree.query(
    root,
    takes([], (_, call) => `"${generator.channelOf(call).settings.arb.name}"`),
  );
  const samples = (c: AwgChannel) => known(c, c.settings.arb.name).samples;
  const rate = (
    pattern: string,
    unit: "HZ" | "S",
    toRate: (c: AwgChannel, value: number) => number,
    fromRate: (c: AwgChannel, rate: number) => number,
  ) =>
    amount(generator, `${root}${pattern}`, {
      units: [unit],
      min: (c) => fromRate(c, unit === "S" ? model.arbMax_Sa_per_s : 1e-6),
      max: (c) => fromRate(c, unit === "S" ? 1e-6 : model.arbMax_Sa_per_s),
      default: 40e3,
      get: (c) => fromRate(c, c.settings.arb.rate_Sa_per_s),
      set: (c, value) => (c.settings.arb.rate_Sa_per_s = toRate(c, value)),
    });
  rate(
    ":SRATe",
    "HZ",
    (_, value) => value,
    (_, value) => value,
  );
  rate(
    ":FREQuency",
    "HZ",
    (c, value) => value * samples(c),
    (c, value) => value / samples(c),
  );
  rate(
    ":PERiod",
    "S",
    (c, value) => samples(c) / value,
    (c, value) => samples(c) / value,
  );
  amount(generator, `${root}:PTPeak`, {
    units: ["V", "VPP"],
    min: (c) => 2e-3 / openPerShown(c.settings.load_ohm),
    max: (c) => 20 / openPerShown(c.settings.load_ohm),
    default: 0.1,
    get: (c) => c.settings.amplitude_Vpp / openPerShown(c.settings.load_ohm),
    set: (c, value) => setAmplitude(c.settings, value * openPerShown(c.settings.load_ohm), notice),
  });
  word(generator, `${root}:FILTer`, ["NORMal", "STEP", "OFF"], {
    get: (c) => c.settings.arb.filter,
    set: (c, filter) => (c.settings.arb.filter = filter as "NORM" | "STEP" | "OFF"),
  });
  word(generator, `${root}:ADVance`, ["SRATe", "TRIGger"], {
    get: (c) => c.settings.arb.advance,
    set: (c, advance) => (c.settings.arb.advance = advance as "SRAT" | "TRIG"),
  });
  scpi.tree.query(
    `${root}:POINts`,
    takes([], (_, call) => String(samples(generator.channelOf(call)))),
  );
}

/** Makes a waveform of the volatile memory the one to be played. */
export function selectArb(channel: AwgChannel, wave: string): void {
  known(channel, wave);
  channel.settings.arb.name = channel.memory.keyOf(wave);
}

function known(channel: AwgChannel, wave: string) {
  const found = channel.memory.get(wave);
  if (!found) throw new ScpiError(785, undefined, "Specified arb waveform does not exist");
  return found;
}

function store(channel: AwgChannel, wave: string, levels: ArrayLike<number>): void {
  if (wave.length > 12) throw new ScpiError(-144);
  if (!/^[A-Za-z][A-Za-z0-9_]*$/.test(wave)) throw new ScpiError(-141);
  if (levels.length < fewest) throw new ScpiError(-222, `waveform must have at least ${fewest} points`);
  if (channel.memory.get(wave)) throw new ScpiError(786, undefined, "Specified arb waveform already exists");
  if (levels.length > channel.memory.capacity_Sa - channel.memory.used_Sa) {
    throw new ScpiError(781, undefined, "Not enough memory to store new arb waveform; use DATA:VOL:CLEar");
  }
  channel.memory.set(wave, arbWave(levels));
}

function dacLevels(generator: Generator, data: readonly RawParameter[]): Float64Array {
  const block = data[0]?.kind === "block" ? data[0].bytes : undefined;
  if (block === undefined) return textLevels(data, 32767);
  if (data.length > 1) throw new ScpiError(-108);
  if (block.length % 2 !== 0) throw new ScpiError(800, undefined, "Block length must be even");
  const view = new DataView(block.buffer, block.byteOffset, block.byteLength);
  return checked(block.length / 2, 32767, (k) => view.getInt16(2 * k, generator.byteOrder === "SWAP"));
}

function floatLevels(generator: Generator, data: readonly RawParameter[]): Float64Array {
  const block = data[0]?.kind === "block" ? data[0].bytes : undefined;
  if (block === undefined) return textLevels(data, 1);
  if (data.length > 1) throw new ScpiError(-108);
  if (block.length % 4 !== 0) throw new ScpiError(-161);
  const view = new DataView(block.buffer, block.byteOffset, block.byteLength);
  return checked(block.length / 4, 1, (k) => view.getFloat32(4 * k, generator.byteOrder === "SWAP"));
}

function textLevels(data: readonly RawParameter[], full: number): Float64Array {
  if (data.length > textLimit) throw new ScpiError(-223);
  return checked(data.length, full, (k) => {
    const given = data[k];
    const parsed = given?.kind === "plain" ? parseNumber(given.text, []) : undefined;
    if (!parsed) throw new ScpiError(-104);
    return parsed.value;
  });
}

/** @throws ScpiError -222 a value beyond full scale; nothing is kept */
function checked(count: number, full: number, value: (k: number) => number): Float64Array {
  const levels = new Float64Array(count);
  for (let k = 0; k < count; k += 1) {
    const level = value(k) / full;
    if (!(Math.abs(level) <= 1)) throw new ScpiError(-222);
    levels[k] = level;
  }
  return levels;
}
