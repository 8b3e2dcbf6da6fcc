const FILE_HEADER_BYTES = 14;
const INFO_HEADER_BYTES = 40;
const COLOURS = 256;
/** 72 points an inch. */
const PIXELS_PER_METRE = 2835;

/**
 * A picture of at most 256 colours as an uncompressed Windows bitmap (BITMAPINFOHEADER), rows from the bottom up.
 *
 * @param pixels index into the palette of each point, row by row from the top
 * @param palette red, green and blue of each colour, 0 to 255
 * @param bits a point: 24, blue, green and red of each, or 8, its index and a palette before them
 */
export function encodeBmp(
  width: number,
  height: number,
  pixels: Uint8Array,
  palette: readonly (readonly [number, number, number])[],
  bits: 8 | 24,
): Buffer {
  const start = FILE_HEADER_BYTES + INFO_HEADER_BYTES + (bits === 8 ? 4 * COLOURS : 0);
  const rowBytes = 4 * Math.ceil((width * bits) / 32);
  const file = Buffer.alloc(start + height * rowBytes);
  file.write("BM", "latin1");
  file.writeUInt32LE(file.length, 2);
  file.writeUInt32LE(start, 10);
  file.writeUInt32LE(INFO_HEADER_BYTES, 14);
  file.writeInt32LE(width, 18);
  file.writeInt32LE(height, 22);
  file.writeUInt16LE(1, 26); // planes
  file.writeUInt16LE(bits, 28);
  file.writeUInt32LE(height * rowBytes, 34);
  file.writeInt32LE(PIXELS_PER_METRE, 38);
  file.writeInt32LE(PIXELS_PER_METRE, 42);
  const colours = palette.map(([red, green, blue]) => [blue, green, red]);
  if (bits === 8) colours.forEach((colour, k) => file.set(colour, FILE_HEADER_BYTES + INFO_HEADER_BYTES + 4 * k));
  for (let y = 0; y < height; y += 1) {
    const row = pixels.subarray(y * width, (y + 1) * width);
    const at = start + (height - 1 - y) * rowBytes;
    if (bits === 8) file.set(row, at);
    else row.forEach((pixel, x) => file.set(colours[pixel] ?? [], at + 3 * x));
  }
  return file;
}
