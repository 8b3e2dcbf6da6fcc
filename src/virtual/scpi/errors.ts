/** Standard error texts by number (SCPI-99, chapter 21). A dialect may word some of them differently. */
export const standardErrors: ReadonlyMap<number, string> = new Map([
  [0, "No error"],
  [-100, "Command error"],
  [-101, "Invalid character"],
  [-102, "Syntax error"],
  [-103, "Invalid separator"],
  [-104, "Data type error"],
  [-105, "GET not allowed"],
  [-108, "Parameter not allowed"],
  [-109, "Missing parameter"],
  [-110, "Command header error"],
  [-111, "Header separator error"],
  [-112, "Program mnemonic too long"],
  [-113, "Undefined header"],
  [-114, "Header suffix out of range"],
  [-115, "Unexpected number of parameters"],
  [-120, "Numeric data error"],
  [-121, "Invalid character in number"],
  [-123, "Exponent too large"],
  [-124, "Too many digits"],
  [-128, "Numeric data not allowed"],
  [-130, "Suffix error"],
  [-131, "Invalid suffix"],
  [-134, "Suffix too long"],
  [-138, "Suffix not allowed"],
  [-140, "Character data error"],
  [-141, "Invalid character data"],
  [-144, "Character data too long"],
  [-148, "Character data not allowed"],
  [-150, "String data error"],
  [-151, "Invalid string data"],
  [-158, "String data not allowed"],
  [-160, "Block data error"],
  [-161, "Invalid block data"],
  [-168, "Block data not allowed"],
  [-170, "Expression error"],
  [-171, "Invalid expression"],
  [-178, "Expression data not allowed"],
  [-200, "Execution error"],
  [-210, "Trigger error"],
  [-211, "Trigger ignored"],
  [-213, "Init ignored"],
  [-220, "Parameter error"],
  [-221, "Settings conflict"],
  [-222, "Data out of range"],
  [-223, "Too much data"],
  [-224, "Illegal parameter value"],
  [-225, "Out of memory"],
  [-226, "Lists not same length"],
  [-230, "Data corrupt or stale"],
  [-231, "Data questionable"],
  [-240, "Hardware error"],
  [-241, "Hardware missing"],
  [-256, "File name not found"],
  [-257, "File name error"],
  [-285, "Program syntax error"],
  [-292, "Referenced name does not exist"],
  [-293, "Referenced name already exists"],
  [-300, "Device-specific error"],
  [-310, "System error"],
  [-311, "Memory error"],
  [-321, "Out of memory"],
  [-350, "Queue overflow"],
  [-360, "Communication error"],
  [-363, "Input buffer overrun"],
  [-365, "Time out error"],
  [-400, "Query error"],
  [-410, "Query INTERRUPTED"],
  [-420, "Query UNTERMINATED"],
  [-430, "Query DEADLOCKED"],
  [-440, "Query UNTERMINATED after indefinite response"],
]);

/** Thrown by a command handler: the number is queued, and the rest of the program message is discarded. */
export class ScpiError extends Error {
  override readonly name = "ScpiError";

  /**
   * @param code SCPI error number
   * @param detail what a dialect adds after the text ("value clipped to upper limit")
   * @param text in place of the standard text, for numbers of an instrument's own
   */
  constructor(
    readonly code: number,
    readonly detail?: string,
    readonly text?: string,
  ) {
    super(`${code} ${text ?? standardErrors.get(code) ?? "error"}${detail === undefined ? "" : `; ${detail}`}`);
  }
}

/** A wait inside a command was given up: device clear, or the controller that sent the command is gone. */
export class DeviceClear extends Error {
  override readonly name = "DeviceClear";
}

/** Bit of the standard event status register that an error sets (IEEE 488.2, 11.5.1). */
export function esrBit(code: number): number {
  if (code > 0) return 8;
  if (code <= -800) return 1;
  const byHundreds: Readonly<Record<number, number>> = { 1: 32, 2: 16, 3: 8, 4: 4, 5: 128, 6: 64, 7: 2 };
  return byHundreds[Math.floor(-code / 100)] ?? 0;
}
