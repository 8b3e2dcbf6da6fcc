import { ScpiError, block, keyword, numeric, optional, raw, rest, takes } from "../../scpi/index.js";
import { arbWave } from "../arb-memory.js";
import type { AwgChannel } from "../channel.js";
import { VOLATILE } from "./dg.js";
import type { Dg } from "./dg.js";
import { play, select } from "./function-commands.js";

/** 14-bit codes: 0 is the lower level, this the upper one. */
const TOP = 0x3fff;
const decode = (code: number) => (2 * code) / TOP - 1;
/** Points of a memory in frequency mode, and of the whole of a DG4000's. */
const FREQUENCY_POINTS = 8192;
const DG4000_POINTS = 16_384;
const MOST_PER_MESSAGE = 16_384;
const level = numeric("", { min: -1, max: 1 });

/** Volatile memory, filled by codes or by levels. Files and the other memories are not simulated. */
export function memoryCommands(dg: Dg): void {
  if (dg.model.family === "DG1000Z") dg1000z(dg);
  else dg4000(dg);
}

/** @see DG1000Z Programming Guide, pages 2-173 and 2-174 */
function dg1000z(dg: Dg): void {
  const { tree } = dg.scpi;
  const root = "[:SOURce<1-2>][:TRACe]:DATA";
  const whole = (c: AwgChannel, levels: number[]) => {
    const state = dg.stateOf(c);
    if (levels.length > dg.model.memory_Sa) throw new ScpiError(-225);
    // In frequency mode fewer points than the memory has are spread out; more make it go by the sample clock.
    if (state.clock === "FREQ" && levels.length > FREQUENCY_POINTS) state.clock = "SRATE";
    keep(dg, c, state.clock === "FREQ" ? spread(levels, FREQUENCY_POINTS) : Float64Array.from(levels));
  };
  tree.command(
    `${root}:DAC16`,
    takes([keyword("VOLATILE"), keyword("CON", "END"), block()], ([, flag, bytes], call) => {
      const c = dg.channelOf(call);
      const state = dg.stateOf(c);
      const levels = [...state.partial, ...decoded(bytes, 8)];
      state.partial = flag === "CON" ? levels : [];
      if (flag === "END") whole(c, levels);
    }),
  );
  tree.command(
    `${root}:DAC`,
    takes([keyword("VOLATILE"), block()], ([, bytes], call) => whole(dg.channelOf(call), decoded(bytes, 8))),
  );
  tree.command(
    `${root}[:DATA]`,
    takes([keyword("VOLATILE"), rest(level)], ([, levels], call) => whole(dg.channelOf(call), [...levels])),
  );
  const points = (c: AwgChannel) => String(c.memory.get(VOLATILE)?.samples ?? 0);
  tree.query(
    `${root}:POINts`,
    takes([optional(keyword("VOLATILE"))], (_, call) => points(dg.channelOf(call))),
  );
}

/** The data go to the channel that is selected on the front panel, and switch it to them. */
function dg4000(dg: Dg): void {
  const { tree } = dg.scpi;
  const selected = (): AwgChannel => {
    const c = dg.channels[dg.current - 1];
    if (!c) throw new ScpiError(-221);
    return c;
  };
  tree.command(
    "[:TRACe]:DATA:DAC",
    takes([keyword("VOLATILE"), block()], ([, bytes]) => {
      keep(dg, selected(), spread(decoded(bytes, 2), DG4000_POINTS));
    }),
  );
  tree.command(
    "[:TRACe]:DATA[:DATA]",
    takes([keyword("VOLATILE"), rest(level)], ([, levels]) => keep(dg, selected(), spread(levels, DG4000_POINTS))),
  );
  tree.query(
    "[:TRACe]:DATA:POINts",
    takes([optional(keyword("VOLATILE"))], () => String(selected().memory.get(VOLATILE)?.samples ?? 0)),
  );
  tree.command(
    ":SYSTem:CHANnel:CURrent",
    takes([raw()], ([given]) => {
      const match = given.kind === "plain" ? /^CH([12])$/i.exec(given.text) : null;
      if (!match) throw new ScpiError(-224);
      dg.current = Number(match[1]);
    }),
  );
  tree.query(
    ":SYSTem:CHANnel:CURrent",
    takes([], () => `CH${dg.current}`),
  );
}

/** @throws ScpiError -161 half a code, too few or too many, -222 beyond 14 bits */
function decoded(bytes: Uint8Array, least: number): number[] {
  const count = bytes.length / 2;
  if (!Number.isInteger(count) || count < least || count > MOST_PER_MESSAGE) throw new ScpiError(-161);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return Array.from({ length: count }, (_, i) => {
    const code = view.getUint16(2 * i, true);
    if (code > TOP) throw new ScpiError(-222);
    return decode(code);
  });
}

/** Straight lines between the points of a shorter waveform. */
function spread(levels: readonly number[], points: number): Float64Array {
  if (levels.length >= points) return Float64Array.from(levels);
  return Float64Array.from({ length: points }, (_, i) => {
    const at = (i * levels.length) / points;
    const before = levels[Math.floor(at)] ?? 0;
    const after = levels[Math.min(levels.length - 1, Math.floor(at) + 1)] ?? 0;
    return before + (after - before) * (at % 1);
  });
}

/** After the last data the channel plays them. */
function keep(dg: Dg, c: AwgChannel, levels: Float64Array): void {
  c.memory.set(VOLATILE, arbWave(levels));
  select(dg, c, "ARB");
  play(dg, c);
}
