import { linearTicks } from "./ticks.js";

/** One die of a map. */
export interface MapDie {
  readonly column: number;
  readonly row: number;
  /** What its colour shows; NaN: nothing was found there. */
  readonly value: number;
  /** Devices that work, and devices there are. */
  readonly good: number;
  readonly of: number;
}

/** What a wafer map shows. */
export interface WaferMap {
  readonly title: string;
  /** "Threshold voltage". */
  readonly label: string;
  readonly unit: string;
  readonly dies: readonly MapDie[];
}

const fontFamily = "system-ui, 'Segoe UI', 'DejaVu Sans', sans-serif";
const cell = 62;
const left = 64;
const top = 64;
const barWidth = 18;

/** Dark to light, even in lightness, told apart with any colour vision: viridis, at nine points (van der Walt, Smith 2015; CC0). */
const viridis = ["#440154", "#472d7b", "#3b528b", "#2c728e", "#21918c", "#28ae80", "#5ec962", "#addc30", "#fde725"];

/**
 * A wafer from above as an SVG document: a square for each die, its colour the value, in it the value and how many of its
 * devices work. Rows go downwards, as dies are numbered from the top. A die where nothing was found is crossed out.
 */
export function waferMapSvg({ title, label, unit, dies }: WaferMap): string {
  const columns = rangeOf(dies.map(({ column }) => column));
  const rows = rangeOf(dies.map(({ row }) => row));
  const finite = dies.map(({ value }) => value).filter(Number.isFinite);
  const scale = linearTicks(finite.length > 0 ? Math.min(...finite) : 0, finite.length > 0 ? Math.max(...finite) : 1, unit, 5); // prettier-ignore
  const share = (value: number) => (value - scale.low) / (scale.high - scale.low);
  const [across, down] = [columns.length * cell, rows.length * cell];
  const [width, height] = [Math.max(left + across + 150, 470), top + Math.max(down, 140) + 56];
  const place = (die: MapDie) => ({ x: left + (die.column - (columns[0] ?? 0)) * cell, y: top + (die.row - (rows[0] ?? 0)) * cell }); // prettier-ignore
  const factor = factorOf(scale.unit, unit);
  const barLeft = left + across + 34;
  const barHeight = Math.max(down, 140);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="${fontFamily}" font-size="13" fill="#222" role="img" aria-label="${escape(title)}">`,
    `<rect width="100%" height="100%" fill="#fff"/>`,
    `<text x="${left}" y="26" font-size="16" font-weight="600">${escape(title)}</text>`,
    `<text x="${left}" y="46" fill="#555">In each die: mean, and devices that work of those there are</text>`,
    ...dies.map((die) => drawDie(die, place(die), share(die.value), factor)),
    ...columns.map((column, k) => `<text x="${left + (k + 0.5) * cell}" y="${top + down + 18}" text-anchor="middle">${column}</text>`), // prettier-ignore
    ...rows.map((row, k) => `<text x="${left - 8}" y="${top + (k + 0.5) * cell + 4.5}" text-anchor="end">${row}</text>`), // prettier-ignore
    `<text x="${left + across / 2}" y="${top + down + 40}" text-anchor="middle">Column</text>`,
    `<text transform="translate(20 ${top + down / 2}) rotate(-90)" text-anchor="middle">Row</text>`,
    `<linearGradient id="map-scale" x1="0" y1="1" x2="0" y2="0">${viridis.map((colour, k) => `<stop offset="${k / (viridis.length - 1)}" stop-color="${colour}"/>`).join("")}</linearGradient>`,
    `<rect x="${barLeft}" y="${top}" width="${barWidth}" height="${barHeight}" fill="url(#map-scale)" stroke="#888"/>`,
    ...scale.ticks.map(({ value, label: text }) => {
      const y = round(top + barHeight * (1 - share(value)));
      return `<path d="M${barLeft + barWidth} ${y}h5" stroke="#888"/><text x="${barLeft + barWidth + 9}" y="${y + 4.5}">${text}</text>`;
    }),
    `<text transform="translate(${barLeft + 84} ${top + barHeight / 2}) rotate(-90)" text-anchor="middle">${escape(scale.unit === "" ? label : `${label} (${scale.unit})`)}</text>`,
    `</svg>`,
    ``,
  ].join("\n");
}

function drawDie(die: MapDie, { x, y }: { x: number; y: number }, share: number, factor: number): string {
  const size = cell - 3;
  const found = Number.isFinite(die.value);
  const fill = found ? colourAt(share) : "#f4f4f4";
  // Black on the light half of the scale, white on the dark half.
  const ink = found && share < 0.6 ? "#fff" : "#222";
  const middle = x + size / 2;
  const cross = `<path d="M${x} ${y}l${size} ${size}m0 ${-size}l${-size} ${size}" stroke="#bbb"/>`;
  const mean = `<text x="${middle}" y="${y + 27}" text-anchor="middle" fill="${ink}">${shown(die.value / factor)}</text>`;
  return [
    `<rect x="${x}" y="${y}" width="${size}" height="${size}" fill="${fill}" stroke="#999"/>`,
    found ? mean : cross,
    `<text x="${middle}" y="${y + 45}" text-anchor="middle" font-size="11" fill="${ink}">${die.good}/${die.of}</text>`,
  ].join("");
}

/** Colour of a share of the scale, between its nine points. */
export function colourAt(share: number): string {
  const at = Math.min(1, Math.max(0, share)) * (viridis.length - 1);
  const below = Math.min(Math.floor(at), viridis.length - 2);
  const [from, to] = [channels(viridis[below] ?? ""), channels(viridis[below + 1] ?? "")];
  const mixed = from.map((value, k) => Math.round(value + (at - below) * ((to[k] ?? value) - value)));
  return `#${mixed.map((value) => value.toString(16).padStart(2, "0")).join("")}`;
}

function channels(colour: string): number[] {
  return [1, 3, 5].map((from) => Number.parseInt(colour.slice(from, from + 2), 16));
}

/** What a number of the base unit is divided by to be in the unit of the scale. */
function factorOf(shownUnit: string, unit: string): number {
  const symbol = unit === "ohm" ? "Ω" : unit;
  const prefix = symbol !== "" && shownUnit.endsWith(symbol) ? shownUnit.slice(0, -symbol.length) : "";
  const powers: Readonly<Record<string, number>> = { G: 1e9, M: 1e6, k: 1e3, m: 1e-3, µ: 1e-6, n: 1e-9, p: 1e-12, f: 1e-15 }; // prettier-ignore
  return powers[prefix] ?? 1;
}

function rangeOf(numbers: readonly number[]): number[] {
  if (numbers.length === 0) return [];
  const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
  return Array.from({ length: high - low + 1 }, (_, k) => low + k);
}

const shown = (value: number) => String(Number(value.toPrecision(3)));
const round = (value: number) => Math.round(value * 100) / 100;

function escape(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;");
}
