import { encodeBmp } from "./bmp.js";
import { encodePng } from "./png.js";
import type { Held, Scope } from "./scope.js";

const width = 800;
const height = 480;
/** The grid: ten by eight divisions. */
const plot = { left: 40, top: 40, width: 720, height: 400 } as const;
const perColumn = 4;

type Colour = readonly [number, number, number];
const colours: readonly Colour[] = [
  [0, 0, 0],
  [70, 70, 70],
  [130, 130, 130],
  [255, 255, 0], // channels 1 to 4, as on the keys
  [0, 255, 0],
  [80, 160, 255],
  [255, 80, 160],
];
const [grid, axis, firstTrace] = [1, 2, 3] as const;

/** How the screen is asked for: BMP has 24 bits a point, BMP8 has 8. */
export interface Picture {
  readonly format: "PNG" | "BMP" | "BMP8";
  readonly gray: boolean;
  /** Paper shows through: what is black on the screen is white, and white is black. */
  readonly inkSaver: boolean;
}

/** The screen as a file: the grid, and the traces of the channels that are on. No letters and no menus. */
export function screenshot(scope: Scope, held: Held | undefined, { format, gray, inkSaver }: Picture): Buffer {
  const pixels = new Uint8Array(width * height);
  drawGrid(pixels);
  if (held) {
    held.channels.forEach((channel, index) => {
      if (channel.display) drawTrace(pixels, scope, held, index + 1);
    });
  }
  const shown = inkSaver ? colours.map((colour, k) => (k < firstTrace ? inverted(colour) : colour)) : colours;
  const palette = gray ? shown.map(asGray) : shown;
  if (format === "PNG") return encodePng(width, height, pixels, palette);
  return encodeBmp(width, height, pixels, palette, format === "BMP" ? 24 : 8);
}

function inverted([red, green, blue]: Colour): Colour {
  return [255 - red, 255 - green, 255 - blue];
}

function asGray([red, green, blue]: Colour): Colour {
  const level = Math.round(0.299 * red + 0.587 * green + 0.114 * blue);
  return [level, level, level];
}

function drawGrid(pixels: Uint8Array): void {
  for (let division = 0; division <= 10; division += 1) {
    const x = plot.left + Math.round((division * plot.width) / 10);
    for (let y = plot.top; y <= plot.top + plot.height; y += 1) pixels[y * width + x] = division === 5 ? axis : grid;
  }
  for (let division = 0; division <= 8; division += 1) {
    const y = plot.top + Math.round((division * plot.height) / 8);
    pixels.fill(division === 4 ? axis : grid, y * width + plot.left, y * width + plot.left + plot.width + 1);
  }
}

/** Each column shows all the levels that lie in it, joined to the last one of the column before. */
function drawTrace(pixels: Uint8Array, scope: Scope, held: Held, number: number): void {
  const { acquire } = scope.settings;
  const record = held.records[acquire.mode === "SEGM" ? acquire.index - 1 : 0];
  const channel = held.channels[number - 1];
  if (!record || !channel) return;
  const words = new Uint16Array(plot.width * perColumn);
  scope.reader.read(record, scope.nodeOf(number), number, channel, held.reading, words);
  const rowOf = (word: number) => plot.top + Math.round(((65_535 - word) * plot.height) / 65_535);
  let before = rowOf(words[0] ?? 0);
  for (let column = 0; column < plot.width; column += 1) {
    const rows = Array.from(words.subarray(column * perColumn, (column + 1) * perColumn), rowOf);
    const upper = Math.min(before, ...rows);
    const lower = Math.max(before, ...rows);
    for (let y = upper; y <= lower; y += 1) pixels[y * width + plot.left + column] = firstTrace + number - 1;
    before = rows[rows.length - 1] ?? before;
  }
}
