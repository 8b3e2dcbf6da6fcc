import { ScpiError, integer, nr3, takes, untilWoken } from "../../scpi/index.js";
import type { Held } from "../scope-core.js";
import { CODES_PER_DIVISION } from "./rigol.js";
import type { Rigol, RigolInput } from "./rigol.js";

/** Code of the screen's middle without an offset. */
const REFERENCE = 127;

/** Read-out: the screen's points at any time, the memory (RAW) when stopped, in pieces. */
export function waveformCommands(rigol: Rigol): void {
  const { commands, scope, scpi } = rigol;
  const wave = () => rigol.wave;
  const inputs = scope.settings.channels.map((_, index) => `CHANnel${index + 1}`);
  commands.word(":WAVeform:SOURce", inputs, {
    get: () => `CHAN${wave().channel}`,
    set: (word) => (wave().channel = Number(word.slice(4))),
  });
  commands.word(":WAVeform:MODE", ["NORMal", "MAXimum", "RAW"], {
    get: () => wave().mode,
    set: (word) => (wave().mode = word),
  });
  commands.word(":WAVeform:FORMat", ["BYTE", "WORD", "ASCii"], {
    get: () => wave().format,
    set: (word) => (wave().format = word),
  });
  for (const [name, key] of [
    ["STARt", "start"],
    ["STOP", "stop"],
  ] as const) {
    scpi.tree.command(
      `:WAVeform:${name}`,
      takes([integer({ min: 1 })], ([value]) => void (wave()[key] = value)),
    );
    commands.answer(`:WAVeform:${name}`, () => String(wave()[key]));
  }
  commands.answer(":WAVeform:PREamble", () => preamble(rigol).join(","));
  const parts = ["XINCrement", "XORigin", "XREFerence", "YINCrement", "YORigin", "YREFerence"];
  for (const [index, part] of parts.entries()) {
    commands.answer(`:WAVeform:${part}`, () => preamble(rigol)[index + 4] ?? "");
  }
  commands.answer(":WAVeform:POINts", () => preamble(rigol)[2] ?? "");
  scpi.tree.command(
    "*WAI",
    takes([], () => void (rigol.settled ||= rigol.model.newer)),
  );
  commands.answer(":WAVeform:DATA", async (call) => {
    const held = await scope.fresh(call.signal);
    if (!rigol.settled && !scope.running) {
      // The newer scope hangs when it is asked too soon; the older one has nothing yet.
      if (rigol.model.newer) await untilWoken(call.signal, () => () => undefined);
      rigol.settled = true;
      return block(Buffer.alloc(0));
    }
    return data(rigol, held);
  });
}

const raw = (rigol: Rigol) => rigol.wave.mode !== "NORM" && !rigol.scope.running;

function preamble(rigol: Rigol): string[] {
  const { reading, channels } = rigol.scope.held ?? rigol.scope.present;
  const { wave, model } = rigol;
  const input = channels[wave.channel - 1];
  if (!input) throw new ScpiError(-114);
  const points = raw(rigol) ? reading.samples : model.screen;
  const step_V = input.scale_V / CODES_PER_DIVISION;
  const formats: Readonly<Record<string, number>> = { BYTE: 0, WORD: 1, ASC: 2 };
  const modes: Readonly<Record<string, number>> = { NORM: 0, MAX: 1, RAW: 2 };
  return [
    formats[wave.format],
    modes[wave.mode],
    points,
    reading.type === "AVER" ? rigol.scope.settings.averages : 1,
    nr3(reading.window_s / points, 6),
    nr3(reading.from_s, 6),
    0,
    nr3(step_V, 6),
    Math.round(input.shift_V / step_V),
    REFERENCE,
  ].map(String);
}

function data(rigol: Rigol, held: Held<RigolInput>): Uint8Array {
  const { wave, model } = rigol;
  const input = held.channels[wave.channel - 1];
  if (!input?.display) throw new ScpiError(-230);
  const points = raw(rigol) ? held.reading.samples : model.screen;
  const last = Math.min(wave.stop, points); // a piece beyond the end is shorter than asked
  const count = Math.max(0, last - wave.start + 1);
  const most = wave.format === "WORD" ? model.chunk / 2 : wave.format === "ASC" ? model.chunk / 16 : model.chunk;
  if (count > most) throw new ScpiError(-222);
  const words = new Uint16Array(points);
  rigol.scope.wordsOf(held, wave.channel, held.reading.type === "AVER" ? "average" : 0, words);
  const codes = codesOf(words.subarray(wave.start - 1, last), input);
  if (wave.format === "BYTE") return block(codes);
  if (wave.format === "WORD") return block(Buffer.from(Array.from(codes).flatMap((code) => [code, 0])));
  const step_V = input.scale_V / CODES_PER_DIVISION;
  const origin = Math.round(input.shift_V / step_V) + REFERENCE;
  return block(Buffer.from(Array.from(codes, (code) => nr3((code - origin) * step_V, 6)).join(",")));
}

/** Code 127 is at the middle of the screen, whatever the offset: the preamble's origin goes with the offset. */
function codesOf(words: Uint16Array, input: RigolInput): Buffer {
  const bytes = Buffer.allocUnsafe(words.length);
  const rest = input.shift_V / (input.scale_V / CODES_PER_DIVISION);
  const shift = Math.round(rest) - rest; // the origin is told in whole codes, and the trace is where it says
  for (let k = 0; k < words.length; k += 1) {
    bytes[k] = Math.min(255, Math.max(0, Math.round((words[k] as number) / 256 - 128 + REFERENCE + shift)));
  }
  return bytes;
}

function block(bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`#9${String(bytes.length).padStart(9, "0")}`), bytes]);
}
