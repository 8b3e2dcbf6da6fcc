/** An IEEE 488.2 definite-length block: `#`, number of digits, number of bytes, the bytes. */
export function encodeBlock(data: Uint8Array): Uint8Array {
  const length = String(data.length);
  const header = Buffer.from(`#${length.length}${length}`, "latin1");
  const block = new Uint8Array(header.length + data.length);
  block.set(header);
  block.set(data, header.length);
  return block;
}

/** A whole program message that ends with a block: header, blank or comma as given, block, LF. To be sent as bytes. */
export function blockMessage(header: string, data: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from(header, "latin1"), encodeBlock(data), Buffer.from("\n", "latin1")]);
}
