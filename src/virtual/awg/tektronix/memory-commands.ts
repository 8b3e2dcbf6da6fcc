import { ScpiError, block, integer, name, optional, takes } from "../../scpi/index.js";
import type { ResponseData } from "../../scpi/index.js";
import { arbWave, levelAt } from "../arb-memory.js";
import type { ArbWave } from "../arb-memory.js";
import { play } from "./function-commands.js";
import type { Afg } from "./afg.js";
import { MEMORY_SA } from "./models.js";

/** 14-bit codes: the middle of the scale, and its upper end. */
const MIDDLE = 8191;
const TOP = 16_382;

const decode = (code: number) => (code - MIDDLE) / MIDDLE;
const encode = (level: number) => Math.round(level * MIDDLE) + MIDDLE;

/** Edit and user memories: `DATA` and its other name `TRACe`. Every channel plays from the same ones. */
export function memoryCommands(afg: Afg): void {
  const { tree } = afg.scpi;
  const [first] = afg.channels;
  if (!first) throw new Error("a generator without a channel");
  const read = (memory: string): ArbWave => {
    const wave = first.memory.get(memory);
    if (!wave) throw new ScpiError(-224);
    return wave;
  };
  const keep = (memory: string, wave: ArbWave): void => {
    for (const c of afg.channels) {
      c.memory.set(memory, wave);
      if (c.settings.fn !== "ARB" || afg.memory.get(c) !== memory) continue;
      play(afg, c, memory);
      c.refresh();
    }
  };
  const named = (written: string): string => {
    const match = /^(EMEM)(?:ory)?([12]?)$|^(USER)([1-4]?)$/i.exec(written);
    if (!match) throw new ScpiError(-224);
    if (match[3] !== undefined) return `USER${match[4] || "1"}`;
    return afg.model.memories === "shared" ? "EMEM" : `EMEM${match[2] || "1"}`;
  };
  const kept = () => first.memory.names.filter((one) => /^(EMEM|USER)/.test(one));
  const levels = (wave: ArbWave): Float64Array =>
    Float64Array.from({ length: wave.samples }, (_, k) => levelAt(wave, k));
  const define = (memory: string, points: number) => keep(memory, arbWave(new Float64Array(points)));
  for (const memory of afg.model.memories === "shared" ? ["EMEM"] : ["EMEM1", "EMEM2"]) define(memory, 1000);

  const points = integer({ min: 2, max: MEMORY_SA });
  for (const root of [":DATA", ":TRACe"]) {
    for (const node of ["DEFine", "POINts"]) {
      tree.command(
        `${root}:${node}`,
        takes([name(), optional(points, 1000)], ([memory, count]) => define(named(memory), count)),
      );
    }
    tree.query(
      `${root}:POINts`,
      takes([name()], ([memory]) => String(read(named(memory)).samples)),
    );
    tree.command(
      `${root}[:DATA]`,
      takes([name(), block()], ([memory, bytes]) => {
        if (bytes.length % 2 !== 0 || bytes.length < 4 || bytes.length > 2 * MEMORY_SA) throw new ScpiError(-161);
        const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
        const decoded = new Float64Array(bytes.length / 2);
        for (let k = 0; k < decoded.length; k++) {
          const code = view.getUint16(2 * k);
          if (code > TOP + 1) throw new ScpiError(-222);
          decoded[k] = Math.min(1, decode(code));
        }
        keep(named(memory), arbWave(decoded));
      }),
    );
    tree.query(
      `${root}[:DATA]`,
      takes([name()], ([memory]): ResponseData => {
        const codes = levels(read(named(memory))).map(encode);
        const bytes = Buffer.alloc(2 * codes.length);
        codes.forEach((code, k) => bytes.writeUInt16BE(code, 2 * k));
        const length = String(bytes.length);
        return Buffer.concat([Buffer.from(`#${length.length}${length}`), bytes]);
      }),
    );
    tree.command(
      `${root}[:DATA]:VALue`,
      takes([name(), integer({ min: 1, max: MEMORY_SA }), integer({ min: 0, max: TOP })], ([memory, at, code]) => {
        const values = levels(read(named(memory)));
        if (at > values.length) throw new ScpiError(-222);
        values[at - 1] = decode(code);
        keep(named(memory), arbWave(values));
      }),
    );
    tree.query(
      `${root}[:DATA]:VALue`,
      takes([name(), integer({ min: 1, max: MEMORY_SA })], ([memory, at]) => {
        const wave = read(named(memory));
        if (at > wave.samples) throw new ScpiError(-222);
        return String(encode(levelAt(wave, at - 1)));
      }),
    );
    tree.command(
      `${root}:COPY`,
      takes([name(), name()], ([to, from]) => keep(named(to), read(named(from)))),
    );
    tree.query(
      `${root}:CATalog`,
      takes([], () =>
        kept()
          .map((one) => `"${one}"`)
          .join(","),
      ),
    );
    tree.command(
      `${root}:DELete[:NAME]`,
      takes([name()], ([memory]) => {
        const target = named(memory);
        if (target.startsWith("EMEM")) throw new ScpiError(-224);
        for (const c of afg.channels) {
          if (c.settings.fn === "ARB" && afg.memory.get(c) === target) throw new ScpiError(-221);
        }
        for (const c of afg.channels) c.memory.delete(target);
      }),
    );
  }
}
