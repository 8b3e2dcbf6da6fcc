import { readFile } from "node:fs/promises";
import { MemrigError, messageOf } from "../../errors.js";
import { isAct, WIRE_VERSION } from "./format.js";
import type { WireAct } from "./event.js";

/** One thing that was recorded of an instrument, with the line of the file it stands in. */
export type RecordedEvent =
  | {
      readonly kind: "sent" | "received";
      readonly line: number;
      readonly t_s: number;
      /** The whole message; undefined where the log holds its beginning only. */
      readonly bytes: Buffer | undefined;
      /** Nobody had asked for it. */
      readonly unasked: boolean;
    }
  | {
      readonly kind: "act";
      readonly line: number;
      readonly t_s: number;
      readonly act: WireAct["act"];
      readonly value?: number;
    }
  | { readonly kind: "fault"; readonly line: number; readonly t_s: number; readonly message: string };

export interface Recording {
  readonly file: string;
  /** UTC. */
  readonly started: string;
  /** By label, in the order they first spoke. */
  readonly instruments: ReadonlyMap<string, readonly RecordedEvent[]>;
  /** Lines that were not written or can not be read: the dialogue has gaps. */
  readonly missing: number;
}

/** @throws MemrigError `invalid-request`: no such file, or not a wire log */
export async function readWireLog(file: string): Promise<Recording> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    throw new MemrigError(
      "invalid-request",
      `The wire log ${file} could not be read: ${messageOf(error)}.`,
      { file },
      error,
    );
  }
  return parseWireLog(text, file);
}

/**
 * Reads the text of a wire log. A line that is damaged (a full disk, a power cut) is counted and passed over.
 *
 * @throws MemrigError `invalid-request`: the first line is not that of a wire log this version knows
 */
export function parseWireLog(text: string, file: string): Recording {
  const lines = text.split("\n");
  const begin = lines.findIndex((line) => line.startsWith('{"wire":') && objectIn(line) !== undefined); // a full disk tears it
  const header = objectIn(lines[begin] ?? "");
  if (header?.["wire"] !== WIRE_VERSION || typeof header["started"] !== "string") {
    throw new MemrigError(
      "invalid-request",
      `${file} is not a wire log: its first line should be {"wire":${WIRE_VERSION},"started":…}. ` +
        `"memrig run … --wire" writes wire.jsonl into the run's folder.`,
      { file },
    );
  }
  const instruments = new Map<string, RecordedEvent[]>();
  let missing = 0;
  for (const [index, content] of lines.entries()) {
    if (index <= begin || content === "") continue;
    const found = objectIn(content);
    if (typeof found?.["dropped"] === "number" && found["closed"] !== true) missing += found["dropped"];
    if (found && ("dropped" in found || "wire" in found)) continue;
    const event = found && eventIn(found, index + 1);
    if (!event) {
      missing += 1;
      continue;
    }
    const label = String(found["instrument"]);
    const events = instruments.get(label) ?? [];
    events.push(event);
    instruments.set(label, events);
  }
  return { file, started: header["started"], instruments, missing };
}

type Content = Readonly<Record<string, unknown>>;

function objectIn(line: string): Content | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? (value as Content) : undefined;
  } catch {
    return undefined; // told by the caller, which knows what should be there
  }
}

function eventIn(content: Content, line: number): RecordedEvent | undefined {
  const { t_s, instrument, act, value, message, error } = content;
  if (typeof t_s !== "number" || typeof instrument !== "string") return undefined;
  if (isAct(act)) return { kind: "act", line, t_s, act, ...(typeof value === "number" ? { value } : {}) };
  if (typeof error === "string" && typeof message === "string") return { kind: "fault", line, t_s, message };
  for (const kind of ["sent", "received"] as const) {
    const text = content[kind];
    if (typeof text !== "string") continue;
    return { kind, line, t_s, bytes: bytesOf(text, content), unasked: content["unasked"] === true };
  }
  return undefined;
}

/** The message put together; undefined where its block is not whole. */
function bytesOf(text: string, { block, after }: Content): Buffer | undefined {
  const head = Buffer.from(text, "latin1");
  if (typeof block !== "object" || block === null) return head;
  const { bytes, base64 } = block as Content;
  const data = Buffer.from(typeof base64 === "string" ? base64 : "", "base64");
  if (data.length !== bytes) return undefined;
  return Buffer.concat([head, data, Buffer.from(typeof after === "string" ? after : "", "latin1")]);
}
