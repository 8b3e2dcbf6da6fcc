import { createHash } from "node:crypto";
import { wireActs } from "./event.js";
import type { WireAct, WireEvent } from "./event.js";

/**
 * A wire log is a text file, one JSON document a line (`wire.jsonl`):
 *
 * - `{"wire":1,"started":"2026-01-31T12:00:00.000Z","software":"memrig 0.1.0"}` first
 * - `{"t_s":0.012345,"instrument":"smu","sent":"*IDN?\n","end":true}`, and the same with `received`
 * - with a block: `…,"received":"#42048","block":{"bytes":2048,"sha256":"…","base64":"…"},"after":"\n","end":true}`
 * - `{"t_s":…,"instrument":"smu","act":"clear"}`
 * - `{"t_s":…,"instrument":"smu","error":"no-answer","asked":"*OPC?","message":"…"}`
 * - `{"dropped":12}` where the disk was too slow or full, `{"t_s":…,"closed":true,"lines":340,"dropped":12}` last
 *
 * Text has one character for each byte (latin1), line ends included. Times are seconds since `started`, on a clock that
 * never jumps.
 */
export const WIRE_VERSION = 1;

/** A longer block is told by its length, its SHA-256 and its beginning. */
export const WHOLE_BLOCK_BYTES = 16 * 1024 * 1024;
const BEGINNING_BYTES = 64 * 1024;

/** A line before it is text: its block is put into base64 when it is written. */
export interface WireLine {
  /** Up to where the block's base64 stands; the whole line where there is none. */
  readonly head: string;
  readonly block?: Uint8Array;
  readonly tail: string;
}

/** So many bytes of a block are kept. */
export const keptBytes = (length: number): number => (length <= WHOLE_BLOCK_BYTES ? length : BEGINNING_BYTES);

/** What an event is in the log. A block is copied: the memory it came in is used again. */
export function lineOf(instrument: string, event: WireEvent, start_ms: number): WireLine {
  const t_s = Math.round((event.at_ms - start_ms) * 1e3) / 1e6;
  if (event.kind === "act") {
    const { act, value, resource } = event;
    return plain({
      t_s,
      instrument,
      act,
      ...(value === undefined ? {} : { value }),
      ...(act === "connect" ? { resource } : {}),
    });
  }
  if (event.kind === "fault") {
    const { error, asked, message } = event;
    return plain({ t_s, instrument, error, asked, message });
  }
  const { kind, text, block, after, end, dropped } = event;
  const rest = { ...(after === undefined ? {} : { after }), end, ...(dropped === true ? { unasked: true } : {}) };
  if (!block) return plain({ t_s, instrument, [kind]: text, ...rest });
  const sha256 = createHash("sha256").update(block).digest("hex");
  const head = JSON.stringify({ t_s, instrument, [kind]: text }).slice(0, -1);
  return {
    head: `${head},"block":{"bytes":${block.length},"sha256":"${sha256}","base64":"`,
    block: Uint8Array.prototype.slice.call(block, 0, keptBytes(block.length)),
    tail: `"},${JSON.stringify(rest).slice(1)}\n`,
  };
}

/** A line without a block. */
export function plain(content: object): WireLine {
  return { head: `${JSON.stringify(content)}\n`, tail: "" };
}

/** Bytes a line takes in memory, about. */
export function sizeOf({ head, block, tail }: WireLine): number {
  return head.length + tail.length + (block?.length ?? 0);
}

export function isAct(value: unknown): value is WireAct["act"] {
  return wireActs.some((act) => act === value);
}
