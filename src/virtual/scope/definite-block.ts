/** A definite-length block with the eight digits that the InfiniiVision always writes. */
export function definiteBlock(data: Buffer): Buffer {
  const digits = String(data.length);
  const head = digits.length <= 8 ? `#8${digits.padStart(8, "0")}` : `#9${digits}`;
  return Buffer.concat([Buffer.from(head), data]);
}
