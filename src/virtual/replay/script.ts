import { MemrigError } from "../../errors.js";
import { shorten } from "../../visa/wire-text.js";
import { Framer } from "../scpi/framer.js";
import type { RecordedEvent, Recording } from "../../visa/wire/index.js";

/** One message of a recorded dialogue and what answered it. */
export interface ReplayTurn {
  /** Of the wire log. */
  readonly line: number;
  readonly t_s: number;
  /** Without the line end. */
  readonly sent: Buffer;
  /** As it came; undefined where nothing did. */
  readonly reply: Buffer | undefined;
}

export interface ReplayScript {
  readonly label: string;
  readonly file: string;
  /** What it said to `*IDN?`; empty where it was not asked. */
  readonly identity: string;
  readonly turns: readonly ReplayTurn[];
}

/** The labels a recording has instruments under. */
export const labelsOf = ({ instruments }: Recording): string[] => [...instruments.keys()];

/**
 * One instrument's part of a recording: what it was told, in order, each with what it answered. Clears, triggers, polls and
 * failed calls are no turns; a question that was never answered stays without an answer.
 *
 * @throws MemrigError `invalid-request`: no such instrument, or a message of which the log holds only the beginning
 */
export function replayScript(recording: Recording, label: string): ReplayScript {
  const { file } = recording;
  const events = recording.instruments.get(label);
  if (!events) {
    const there = labelsOf(recording).join(", ") || "nobody";
    throw new MemrigError("invalid-request", `${file}: no "${label}" was recorded; there is ${there}.`, {
      file,
      label,
    });
  }
  const turns: { -readonly [K in keyof ReplayTurn]: ReplayTurn[K] }[] = [];
  for (const event of events) {
    if (event.kind === "act" || event.kind === "fault" || event.unasked) continue;
    const { bytes, line, t_s } = event;
    if (!bytes) throw tooLong(file, event);
    if (event.kind === "sent") {
      for (const sent of messagesIn(bytes)) turns.push({ line, t_s, sent, reply: undefined });
      continue;
    }
    const turn = turns.at(-1);
    if (turn) turn.reply = turn.reply ? Buffer.concat([turn.reply, bytes]) : bytes;
  }
  const identity = turns.find(({ sent }) => sent.toString("latin1").toUpperCase() === "*IDN?")?.reply;
  return { label, file, identity: identity?.toString("latin1").trim() ?? "", turns };
}

/** Cut as a raw socket's server cuts them, so that recording and replay can not disagree. */
function messagesIn(bytes: Buffer): Buffer[] {
  const framer = new Framer(Infinity);
  return [...framer.push(bytes), ...framer.end()].map((framed) =>
    Buffer.from("message" in framed ? framed.message : framed.overrun),
  );
}

/** A message for a sentence. */
export const quoted = (message: Uint8Array): string => `"${shorten(Buffer.from(message).toString("latin1"))}"`;

function tooLong(file: string, { line, kind }: RecordedEvent): MemrigError {
  return new MemrigError(
    "invalid-request",
    `${file}:${line}: a block was ${kind} that is too long for the log, which holds its beginning only. It can not be replayed.`,
    { file, line },
  );
}
