import { endianness } from "node:os";
import { ScpiError, boolean, integer, keyword, nr3, takes } from "../scpi/index.js";
import { definiteBlock } from "./definite-block.js";
import type { Held, Scope, Taken } from "./scope.js";

/** Numbers of points that are given. */
const ladder = [
  100, 250, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 62_500, 100_000, 200_000, 500_000, 1_000_000, 2_000_000,
  4_000_000,
];
/** Points of the record on the screen, which can be read at any time; the full memory only when stopped. */
const screenPoints = 62_500;
/** Averages are made of so many points. */
const averagePoints = 1000;

/** Waveform read-out. */
export function waveformCommands(scope: Scope): void {
  setupCommands(scope);
  const { tree } = scope.scpi;
  tree.query(
    ":WAVeform:DATA",
    takes([], async (_, call) => waveformData(scope, await scope.fresh(call.signal))),
  );
  tree.query(
    ":WAVeform:PREamble",
    takes([], () => preambleOf(scope, scope.held ?? scope.present).join(",")),
  );
  const parts = ["XINCrement", "XORigin", "XREFerence", "YINCrement", "YORigin", "YREFerence"];
  for (const [index, part] of parts.entries()) {
    tree.query(
      `:WAVeform:${part}`,
      takes([], () => preambleOf(scope, scope.held ?? scope.present)[index + 4] ?? ""),
    );
  }
  tree.query(
    ":WAVeform:TYPE",
    takes([], () => (scope.held ?? scope.present).reading.type),
  );
  tree.query(
    ":WAVeform:COUNt",
    takes([], () => String(averages(scope.held))),
  );
  segmentQueries(scope);
}

function setupCommands(scope: Scope): void {
  const { tree } = scope.scpi;
  const wave = () => scope.settings.waveform;
  const analog = scope.settings.channels.map((_, index) => `CHANnel${index + 1}`);
  const word = (pattern: string, words: readonly string[], get: () => string, set: (value: string) => void) => {
    tree.command(
      `:WAVeform:${pattern}`,
      takes([keyword(...words)], ([value]) => set(value)),
    );
    tree.query(
      `:WAVeform:${pattern}`,
      takes([], () => get()),
    );
  };
  // Functions, memories, pods and buses are not simulated: the words are refused.
  word(
    "SOURce",
    analog,
    () => `CHAN${wave().channel}`,
    (value) => (wave().channel = Number(value.slice(4))),
  );
  word(
    "FORMat",
    ["BYTE", "WORD", "ASCii"],
    () => wave().format,
    (value) => (wave().format = value as "BYTE" | "WORD" | "ASC"),
  );
  word(
    "BYTeorder",
    ["MSBFirst", "LSBFirst"],
    () => wave().order,
    (value) => (wave().order = value as "MSBF" | "LSBF"),
  );
  word(
    "VIEW",
    ["MAIN"],
    () => "MAIN",
    () => undefined,
  );
  const modes = ["NORMal", "MAXimum", "RAW"];
  word(
    "POINts:MODE",
    modes,
    () => wave().mode,
    (value) => (wave().mode = value as "NORM" | "MAX" | "RAW"),
  );
  tree.command(
    ":WAVeform:POINts",
    takes([integer({ min: 100, max: 8_000_000 })], ([points]) => void (wave().points = points)),
  );
  tree.query(
    ":WAVeform:POINts",
    takes([], () => String(pointsOf(scope, scope.held ?? scope.present))),
  );
  tree.command(
    ":WAVeform:UNSigned",
    takes([boolean()], ([on]) => void (wave().unsigned = on)),
  );
  tree.query(
    ":WAVeform:UNSigned",
    takes([], () => wave().unsigned),
  );
}

function segmentQueries(scope: Scope): void {
  const { tree } = scope.scpi;
  const wave = () => scope.settings.waveform;
  tree.query(
    ":WAVeform:SEGMented:COUNt",
    takes([], () => String((scope.acquisition.active ? scope.acquisition : scope.held)?.records.length ?? 0)),
  );
  const tag_s = (held: Held | undefined, index: number) =>
    (held?.records[index]?.trigger_s ?? 0) - (held?.records[0]?.trigger_s ?? 0);
  tree.query(
    ":WAVeform:SEGMented:TTAG",
    takes([], () => nr3(tag_s(scope.held, scope.settings.acquire.index - 1), 12, true)),
  );
  if (!scope.model.allSegments) return;
  tree.command(
    ":WAVeform:SEGMented:ALL",
    takes([boolean()], ([on]) => void (wave().allSegments = on)),
  );
  tree.query(
    ":WAVeform:SEGMented:ALL",
    takes([], () => wave().allSegments),
  );
  tree.query(
    ":WAVeform:SEGMented:XLISt",
    takes([keyword("RELXorigin", "ABSXorigin", "TTAG")], ([kind]) => {
      const { held } = scope;
      const origin_s = (held ?? scope.present).reading.from_s;
      const times = (held?.records ?? []).map((_, index) => {
        const tagged_s = kind === "RELX" ? 0 : tag_s(held, index);
        return nr3(tagged_s + (kind === "TTAG" ? 0 : origin_s), 12, true);
      });
      return definiteBlock(Buffer.from(times.join(",")));
    }),
  );
}

/** Points that one record is given in: the next lower of the ladder, at most what there is. */
function pointsOf(scope: Scope, { reading }: Taken): number {
  const { points, mode } = scope.settings.waveform;
  const limit = reading.type === "AVER" ? averagePoints : screenPoints;
  const full = mode !== "NORM" && !scope.running && reading.type !== "AVER";
  if (full && points >= reading.samples) return reading.samples;
  const most = full ? reading.samples : limit;
  return ladder.findLast((step) => step <= Math.min(points, most)) ?? Math.min(points, most);
}

/** Averages in the data. */
const averages = (held: Held | undefined) => (held?.reading.type === "AVER" ? held.records.length : 1);

/** The ten fields of the preamble. */
function preambleOf(scope: Scope, taken: Held | Taken): string[] {
  const { waveform } = scope.settings;
  const { reading, channels } = taken;
  const channel = channels[waveform.channel - 1];
  const points = pointsOf(scope, taken);
  const wide = waveform.format === "WORD";
  const steps = wide ? 65_536 : 256;
  const formats = { BYTE: 0, WORD: 1, ASC: 4 };
  const types = { NORM: 0, PEAK: 1, AVER: 2, HRES: 3 };
  const whole = (value: number) => `${value < 0 ? "" : "+"}${value}`;
  return [
    whole(formats[waveform.format]),
    whole(types[reading.type]),
    whole(points),
    whole("records" in taken ? averages(taken) : 1),
    nr3(reading.window_s / points, 8, true),
    nr3(reading.from_s, 8, true),
    "+0",
    nr3((channel?.range_V ?? 0) / steps, 5, true),
    nr3(channel?.offset_V ?? 0, 5, true),
    whole(waveform.unsigned ? steps / 2 : 0),
  ];
}

function waveformData(scope: Scope, held: Held): Uint8Array {
  const { waveform, acquire } = scope.settings;
  const channel = held.channels[waveform.channel - 1];
  if (!channel?.display) throw new ScpiError(-230);
  const points = pointsOf(scope, held);
  const node = scope.nodeOf(waveform.channel);
  const chosen = held.records[acquire.mode === "SEGM" ? acquire.index - 1 : 0];
  const averaged = held.reading.type === "AVER";
  const records = waveform.allSegments && !averaged ? held.records : chosen ? [chosen] : [];
  if (records.length === 0) throw new ScpiError(-230);
  // Words are sent from where they are; bytes and text are made of them, so that the memory can be used again.
  const words =
    waveform.format === "WORD" ? new Uint16Array(points * records.length) : scratch.words(points * records.length);
  if (averaged) scope.reader.average(held.records, node, waveform.channel, channel, held.reading, words);
  else scope.reader.readAll(records, node, waveform.channel, channel, held.reading, words);
  if (waveform.format === "ASC") {
    const volts = Array.from(words, (word) => ((word - 32_768) * channel.range_V) / 65_536 + channel.offset_V);
    return definiteBlock(Buffer.from(volts.map((value) => nr3(value, 5)).join(",")));
  }
  return definiteBlock(waveform.format === "WORD" ? asWords(words, waveform) : asBytes(words, waveform.unsigned));
}

/** Memory for the data words of one reply. */
const scratch = {
  kept: new Uint16Array(0),
  words(count: number): Uint16Array {
    if (this.kept.length < count) this.kept = new Uint16Array(count);
    return this.kept.subarray(0, count);
  },
};

function asWords(words: Uint16Array, { order, unsigned }: { order: "MSBF" | "LSBF"; unsigned: boolean }): Buffer {
  if (!unsigned) for (let k = 0; k < words.length; k += 1) words[k] = (words[k] as number) ^ 0x8000;
  const bytes = Buffer.from(words.buffer, words.byteOffset, words.byteLength);
  return (order === "MSBF") === (endianness() === "BE") ? bytes : bytes.swap16();
}

/** The upper byte of each word; clipping below, 0x0001, stays 1. */
function asBytes(words: Uint16Array, unsigned: boolean): Buffer {
  const bytes = Buffer.allocUnsafe(words.length);
  const turned = unsigned ? 0 : 0x80;
  for (let k = 0; k < words.length; k += 1) bytes[k] = ((words[k] as number) >>> 8 || 1) ^ turned;
  return bytes;
}
