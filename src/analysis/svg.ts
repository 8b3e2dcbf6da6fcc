import { decimate } from "./decimate.js";
import type { Axis, Figure, Series } from "./figure.js";
import { type AxisTicks, linearTicks, logTicks } from "./ticks.js";

/** Okabe and Ito's colours, told apart with any colour vision: Color Universal Design, 2008. */
export const seriesColours = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000"] as const;

export interface FigureSize {
  /** Pixels. */
  readonly width: number;
  readonly height: number;
}

const margin = { left: 84, right: 22, top: 66, bottom: 58 };
const fontFamily = "system-ui, 'Segoe UI', 'DejaVu Sans', sans-serif";
const ink = "#222";
const grid = "#e2e2e2";

/**
 * Draws a figure as an SVG document that stands alone: light background, SI-prefixed axes, a legend. Lines of more than
 * 20 000 points are thinned without losing peaks; points that a log axis can not show are left out.
 */
export function figureSvg(figure: Figure, size: FigureSize = { width: 760, height: 500 }): string {
  const frame = {
    left: margin.left,
    top: margin.top,
    right: size.width - margin.right,
    bottom: size.height - margin.bottom,
  };
  const x = scaleOf(figure, "x", frame.left, frame.right, frame.right - frame.left);
  const y = scaleOf(figure, "y", frame.bottom, frame.top, frame.bottom - frame.top);
  const clip = `clip-${figure.name.replace(/[^\w-]/g, "")}`;
  const drawn = figure.series.map((series, k) => drawSeries(series, colourOf(k), x, y));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${size.width}" height="${size.height}" viewBox="0 0 ${size.width} ${size.height}" font-family="${fontFamily}" font-size="13" fill="${ink}" role="img" aria-label="${escape(figure.title)}">`,
    `<rect width="100%" height="100%" fill="#fff"/>`,
    `<clipPath id="${clip}"><rect x="${frame.left}" y="${frame.top}" width="${frame.right - frame.left}" height="${frame.bottom - frame.top}"/></clipPath>`,
    `<text x="${frame.left}" y="24" font-size="16" font-weight="600">${escape(figure.title)}</text>`,
    ...legend(figure.series, frame.left, 47, frame.right),
    ...x.ticks.ticks.map(({ value, label }) => {
      const at = round(x.place(value));
      return `<path d="M${at} ${frame.top}V${frame.bottom}" stroke="${grid}"/><text x="${at}" y="${frame.bottom + 19}" text-anchor="middle">${label}</text>`;
    }),
    ...y.ticks.ticks.map(({ value, label }) => {
      const at = round(y.place(value));
      return `<path d="M${frame.left} ${at}H${frame.right}" stroke="${grid}"/><text x="${frame.left - 8}" y="${at + 4.5}" text-anchor="end">${label}</text>`;
    }),
    `<g clip-path="url(#${clip})">`,
    ...drawn,
    `</g>`,
    `<rect x="${frame.left}" y="${frame.top}" width="${frame.right - frame.left}" height="${frame.bottom - frame.top}" fill="none" stroke="#888"/>`,
    `<text x="${(frame.left + frame.right) / 2}" y="${size.height - 16}" text-anchor="middle">${escape(axisTitle(figure.x, x.ticks))}</text>`,
    `<text transform="translate(20 ${(frame.top + frame.bottom) / 2}) rotate(-90)" text-anchor="middle">${escape(axisTitle(figure.y, y.ticks))}</text>`,
    `</svg>`,
    ``,
  ].join("\n");
}

interface Scale {
  readonly ticks: AxisTicks;
  /** Pixel of a value; NaN where the axis can not show it. */
  place(value: number): number;
}

function scaleOf(figure: Figure, which: "x" | "y", from_px: number, to_px: number, length_px: number): Scale {
  const axis = figure[which];
  const log = axis.scale === "log";
  const [low, high] = rangeOf(figure, which, log);
  const ticks = log
    ? logTicks(low, high, axis.unit)
    : linearTicks(low, high, axis.unit, Math.round(length_px / (which === "x" ? 80 : 60)));
  const of = (value: number) => (log ? (value > 0 ? Math.log10(value) : Number.NaN) : value);
  // Whole decades end on a mark: a little room keeps a curve that runs along it off the frame.
  const room = log ? 0.03 * (of(ticks.high) - of(ticks.low)) : 0;
  const [begin, span] = [of(ticks.low) - room, of(ticks.high) - of(ticks.low) + 2 * room];
  return { ticks, place: (value) => from_px + ((of(value) - begin) / span) * (to_px - from_px) };
}

/** What is larger, or on a log axis smaller than its inverse, is no quantity of a bench, and would break the arithmetic of the marks. */
const largest = 1e100;

/** Range of what is to be shown, with a margin on linear axes; bars begin at 0. */
function rangeOf(figure: Figure, which: "x" | "y", log: boolean): [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const series of figure.series) {
    const values = series[which];
    const pad = series.style === "bars" && which === "x" ? barWidth(series) / 2 : 0;
    for (let k = 0; k < values.length; k++) {
      const value = values[k] as number;
      if (!(Math.abs(value) < largest) || (log && !(value > 1 / largest))) continue;
      low = Math.min(low, value - pad);
      high = Math.max(high, value + pad);
    }
    if (series.style === "bars" && which === "y" && !log) low = Math.min(low, 0);
  }
  if (low > high) return log ? [0.1, 10] : [0, 1]; // nothing to show: an empty frame
  if (log || low === high) return [low, high];
  const room = (high - low) * (which === "x" ? 0.015 : 0.04);
  return [low === 0 ? 0 : low - room, high + room];
}

function drawSeries(series: Series, colour: string, x: Scale, y: Scale): string {
  if (series.style === "bars") return drawBars(series, colour, x, y);
  const { x: xs, y: ys } = decimate(series.x, series.y);
  let path = "";
  let pen = "M";
  for (let k = 0; k < xs.length; k++) {
    const [px, py] = [x.place(xs[k] as number), y.place(ys[k] as number)];
    if (!drawable(px) || !drawable(py)) {
      pen = "M";
      continue;
    }
    path += series.style === "line" ? `${pen}${round(px)} ${round(py)}` : `M${round(px)} ${round(py)}h0`;
    pen = "L";
  }
  const stroke =
    series.style === "line" ? `stroke-width="1.4" stroke-linejoin="round"` : `stroke-width="4" stroke-linecap="round"`;
  return `<path d="${path}" fill="none" stroke="${colour}" ${stroke}/>`;
}

function drawBars(series: Series, colour: string, x: Scale, y: Scale): string {
  const half = barWidth(series) * 0.45;
  const rects = Array.from(series.x, (centre, k) => {
    const [left, right] = [x.place(centre - half), x.place(centre + half)];
    const [top, bottom] = [y.place(series.y[k] as number), y.place(y.ticks.low)];
    if (![left, right, top, bottom].every(drawable)) return "";
    return `<rect x="${round(left)}" y="${round(top)}" width="${round(right - left)}" height="${round(bottom - top)}"/>`;
  });
  return `<g fill="${colour}" fill-opacity="0.75">${rects.join("")}</g>`;
}

/** Least distance of neighbouring bars. */
function barWidth(series: Series): number {
  let width = Number.POSITIVE_INFINITY;
  for (let k = 1; k < series.x.length; k++) {
    const distance = Math.abs((series.x[k] as number) - (series.x[k - 1] as number));
    if (distance > 0 && distance < largest) width = Math.min(width, distance);
  }
  const alone = Math.abs(series.x[0] ?? 0) / 10;
  return Number.isFinite(width) ? width : alone > 0 && alone < largest ? alone : 1;
}

/** One line of names; those that do not fit are left out, the last one that fits says how many. */
function legend(series: readonly Series[], left: number, y: number, right: number): string[] {
  const shown: string[] = [];
  let x = left;
  for (const [k, { name }] of series.entries()) {
    const width = 24 + name.length * 7.2 + 18;
    if (x + width > right && k > 0) {
      shown.push(`<text x="${round(x)}" y="${y}">+ ${series.length - k}</text>`);
      break;
    }
    shown.push(
      `<rect x="${round(x)}" y="${y - 10}" width="16" height="10" rx="2" fill="${colourOf(k)}"/><text x="${round(x + 22)}" y="${y}">${escape(name)}</text>`,
    );
    x += width;
  }
  return shown;
}

const colourOf = (k: number): string => seriesColours[k % seriesColours.length] as string;

function axisTitle(axis: Axis, ticks: AxisTicks): string {
  return ticks.unit === "" ? axis.label : `${axis.label} (${ticks.unit})`;
}

/** Not NaN, and near enough to the picture for any viewer. */
const drawable = (pixel: number) => Math.abs(pixel) < 1e7;

const round = (value: number) => Math.round(value * 100) / 100;

function escape(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;");
}
