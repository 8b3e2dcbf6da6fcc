/** A message for a sentence or a log line: at most 80 characters. */
export function shorten(message: string | Uint8Array): string {
  const text = describeMessage(message);
  return text.length <= 80 ? text : `${text.slice(0, 77)}...`;
}

/** A message as text; a block is told by its length. */
export function describeMessage(message: string | Uint8Array): string {
  if (typeof message === "string") return message.trimEnd();
  const block = message.indexOf(0x23); // '#'
  const shown = block < 0 ? message.length : block;
  const head = Buffer.from(message.buffer, message.byteOffset, Math.min(shown, 200)).toString("latin1");
  return block < 0 ? head.trimEnd() : `${head}#<block, ${message.length} bytes in all>`;
}
