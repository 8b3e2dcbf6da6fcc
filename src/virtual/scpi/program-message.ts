import { ScpiError } from "./errors.js";
import { isBlank, Scanner } from "./scanner.js";

/** A parameter before its command gives it a type. */
export type RawParameter =
  | { readonly kind: "plain" | "string" | "expression"; readonly text: string }
  | { readonly kind: "block"; readonly text: string; readonly bytes: Uint8Array };

/** One command or query of a program message. */
export interface ProgramUnit {
  /** As sent, without the question mark: `SOUR:VOLT`, `:SYST:ERR`, `*IDN`. */
  readonly header: string;
  readonly query: boolean;
  readonly parameters: readonly RawParameter[];
}

/** A unit, or why it is none. */
export type ParsedUnit = ProgramUnit | ScpiError;

const decoder = new TextDecoder("latin1"); // byte for byte: strings keep what was sent

/**
 * Takes a program message apart. Never throws: a unit that is no unit comes out as its error, in its place.
 *
 * @param message without its line feed
 */
export function parseProgramMessage(message: Uint8Array): ParsedUnit[] {
  const units: ParsedUnit[] = [];
  const scanner = new Scanner(false); // the message is whole: a line feed in a block is data
  let headerStart = -1;
  let headerEnd = -1;
  let bounds: number[] = []; // begin and end of each parameter, in turn
  const finish = (end: number) => {
    if (headerStart >= 0) {
      if (bounds.length % 2 === 1) bounds.push(end);
      units.push(parseUnit(message, headerStart, headerEnd < 0 ? end : headerEnd, bounds));
    }
    headerStart = headerEnd = -1;
    bounds = [];
  };
  for (let at = 0; at < message.length;) {
    const skippable = Math.min(scanner.skippable, message.length - at);
    if (skippable > 0) {
      scanner.skip(skippable);
      at += skippable;
      continue;
    }
    const mark = scanner.next(message[at] as number);
    if (mark === "data" && headerStart < 0) headerStart = at;
    else if (mark === "blank" && headerStart >= 0 && headerEnd < 0) headerEnd = at;
    else if (mark === "data" && headerEnd >= 0 && bounds.length === 0) bounds.push(at);
    else if (mark === "comma") {
      if (bounds.length === 0) bounds.push(at);
      bounds.push(at, at + 1);
    } else if (mark === "unit-end" || mark === "message-end") finish(at);
    at++;
  }
  finish(message.length);
  return units;
}

function parseUnit(message: Uint8Array, start: number, end: number, bounds: readonly number[]): ParsedUnit {
  const text = decoder.decode(message.subarray(start, end));
  const query = text.endsWith("?");
  const header = query ? text.slice(0, -1) : text;
  if (!/^(?::?\*[A-Za-z]+|:?[A-Za-z]\w*(?::[A-Za-z]\w*)*)$/.test(header)) {
    return new ScpiError(/[^\w:*?,"'#()+\-.\s]/.test(header) ? -101 : -113);
  }
  const parameters: RawParameter[] = [];
  for (let k = 0; k < bounds.length; k += 2) {
    const parameter = parseParameter(message, bounds[k] as number, bounds[k + 1] as number);
    if (parameter instanceof ScpiError) return parameter;
    parameters.push(parameter);
  }
  return { header, query, parameters };
}

function parseParameter(message: Uint8Array, from: number, to: number): RawParameter | ScpiError {
  let start = from;
  let end = to;
  while (start < end && isBlank(message[start] as number)) start++;
  const first = message[start];
  if (first === 35 && start + 1 < end && isDigit(message[start + 1] as number)) return parseBlock(message, start, end);
  while (end > start && isBlank(message[end - 1] as number)) end--;
  const text = decoder.decode(message.subarray(start, end));
  if (first === 34 || first === 39) {
    const quote = String.fromCharCode(first);
    const inner = text.slice(1, -1);
    if (text.length < 2 || !text.endsWith(quote) || inner.replaceAll(quote + quote, "").includes(quote)) {
      return new ScpiError(-151);
    }
    return { kind: "string", text: inner.replaceAll(quote + quote, quote) };
  }
  if (first === 40) return text.endsWith(")") ? { kind: "expression", text } : new ScpiError(-171);
  return { kind: "plain", text };
}

function parseBlock(message: Uint8Array, start: number, end: number): RawParameter | ScpiError {
  const digits = (message[start + 1] as number) - 48;
  if (digits === 0) return { kind: "block", text: "", bytes: message.subarray(start + 2, end) };
  const lengthText = decoder.decode(message.subarray(start + 2, Math.min(end, start + 2 + digits)));
  if (!/^\d+$/.test(lengthText) || lengthText.length !== digits) return new ScpiError(-161);
  const dataStart = start + 2 + digits;
  const dataEnd = dataStart + Number(lengthText);
  if (dataEnd > end) return new ScpiError(-161);
  for (let at = dataEnd; at < end; at++) if (!isBlank(message[at] as number)) return new ScpiError(-161);
  return { kind: "block", text: "", bytes: message.subarray(dataStart, dataEnd) };
}

function isDigit(byte: number): boolean {
  return byte >= 48 && byte <= 57;
}
