import { MemrigError } from "../errors.js";

/** A file's text, and how its bytes were read. */
export interface DecodedText {
  readonly text: string;
  /** "UTF-8", "UTF-16 LE", … */
  readonly encoding: string;
  /** What was taken to be so without the file saying it. */
  readonly assumed: readonly string[];
}

/** Enough bytes to tell the encoding by; a table looks alike all over. */
const looked_B = 4096;

/**
 * Turns the bytes of a text file into text. A byte-order mark decides; without one, UTF-16 is told by its zero bytes (digits,
 * tabs and line ends are ASCII in every table), and what is not UTF-8 is read as Windows-1252, in which older
 * instrument software writes its µ and Ω.
 *
 * @throws MemrigError `invalid-request`: the file is empty, a spreadsheet, or no text
 */
export function decodeText(bytes: Uint8Array): DecodedText {
  if (bytes.length === 0) throw new MemrigError("invalid-request", "The file is empty.");
  refuseBinary(bytes);
  const marked = byMark(bytes);
  if (marked !== undefined) return { ...wholeText(bytes, marked), assumed: [] };
  const wide = wideWithoutMark(bytes);
  if (wide !== undefined) {
    const decoded = wholeText(bytes, wide);
    return { ...decoded, assumed: [`the file has no byte-order mark; by its zero bytes it is ${decoded.encoding}`] };
  }
  try {
    return { ...textIn(bytes, "utf-8"), assumed: [] };
  } catch (error) {
    if (error instanceof MemrigError) throw error;
    const decoded = textIn(bytes, "windows-1252");
    return { ...decoded, assumed: ["the file is not UTF-8; it was read as Windows-1252"] };
  }
}

type Encoding = "utf-8" | "utf-16le" | "utf-16be" | "windows-1252";
const names: Readonly<Record<Encoding, string>> = {
  "utf-8": "UTF-8",
  "utf-16le": "UTF-16 LE",
  "utf-16be": "UTF-16 BE",
  "windows-1252": "Windows-1252",
};

/** @throws MemrigError: the bytes break off or are damaged */
function wholeText(bytes: Uint8Array, encoding: Encoding): { text: string; encoding: string } {
  try {
    return textIn(bytes, encoding);
  } catch (error) {
    if (error instanceof MemrigError) throw error;
    throw new MemrigError(
      "invalid-request",
      `The file looks like ${names[encoding]}, but some of its bytes are not: it is damaged or was cut off. Export it again, or save it as CSV in UTF-8.`,
      {},
      error,
    );
  }
}

/** The decoder takes a byte-order mark off. @throws TypeError: the bytes are not of that encoding */
function textIn(bytes: Uint8Array, encoding: Encoding): { text: string; encoding: string } {
  const text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
  if (text.includes("\0")) {
    throw new MemrigError(
      "invalid-request",
      `The file holds zero bytes: it is no text, or of an encoding other than UTF-8 and UTF-16. Save it as CSV in UTF-8.`,
    );
  }
  return { text, encoding: names[encoding] };
}

function byMark(bytes: Uint8Array): Encoding | undefined {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return "utf-8";
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return "utf-16le";
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return "utf-16be";
  return undefined;
}

function wideWithoutMark(bytes: Uint8Array): Encoding | undefined {
  const looked = bytes.subarray(0, looked_B);
  const zeros = [0, 0];
  for (const [at, byte] of looked.entries()) if (byte === 0) zeros[at % 2] = (zeros[at % 2] ?? 0) + 1;
  const [even = 0, odd = 0] = zeros;
  const most = 0.4 * (looked.length / 2);
  if (odd > most && even < odd / 10) return "utf-16le";
  if (even > most && odd < even / 10) return "utf-16be";
  return undefined;
}

function refuseBinary(bytes: Uint8Array): void {
  const starts = (...first: number[]) => first.every((byte, at) => bytes[at] === byte);
  const workbook = starts(0x50, 0x4b, 0x03, 0x04) || starts(0xd0, 0xcf, 0x11, 0xe0);
  if (!workbook) return;
  throw new MemrigError(
    "invalid-request",
    "The file is an Excel workbook (or a zip archive), which is not read. Open it and save the sheet with the data as CSV or tab-separated text; " +
      "in Clarius export the sheet as text.",
  );
}
