import uPlot from "uplot";
import type { Axis, Series } from "../../src/analysis/figure.js";
import type { Numbers } from "../server/wire.js";
import { axisText, countSteps, labelled, logSplits, rangeOf, type AxisText, type Range } from "./chart-scale.js";
import { h } from "./dom.js";
import { reading } from "./text.js";

/** One curve as it is drawn. Points keep their order: an I-V loop runs forth and back. */
export interface Line {
  readonly name: string;
  readonly x: Numbers;
  readonly y: Numbers;
  readonly style: Series["style"];
  /** Name of a colour of style.css, `--curve-1` … */
  readonly colour: string;
  readonly opacity: number;
  readonly width: number;
}

/** Every line of an axis is drawn: those that are not wanted were not chosen. */
const all = (_plot: uPlot, splits: number[]): number[] => splits;

const font = "14px system-ui, sans-serif";
const longestOf = (texts: readonly string[]): number => Math.max(0, ...texts.map((text) => text.length));

/** Curves over two axes: uPlot's axes, zoom and canvas, and curves of any order painted onto them. */
export class Chart {
  private plot: uPlot | undefined;
  private lines: readonly Line[] = [];
  private zoom: { x: Range; y: Range } | undefined;
  private readonly box = h("div", { class: "plot" });
  private readonly tip = h("div", { class: "tip", hidden: true });
  private readonly resized: ResizeObserver;
  private readonly dark = matchMedia("(prefers-color-scheme: dark)");
  private readonly repaint = (): void => this.plot?.redraw(false, true);
  private scale: Axis["scale"];
  private texts: Readonly<Record<"x" | "y", AxisText>>;

  /** @param parent takes the chart, which fills it */
  constructor(
    parent: HTMLElement,
    private readonly x: Axis,
    private readonly y: Axis,
  ) {
    this.scale = y.scale;
    this.texts = { x: axisText(x, [0, 1], x.scale), y: axisText(y, [0, 1], y.scale) };
    parent.append(this.box);
    this.box.append(this.tip);
    this.resized = new ResizeObserver(() => this.fit());
    this.resized.observe(this.box);
    this.dark.addEventListener("change", this.repaint);
  }

  /** Shows these curves instead of those before. A zoom that a person made stays. */
  show(lines: readonly Line[]): void {
    this.lines = lines;
    this.fit();
    this.range();
  }

  /** Linear, or the logarithm of the magnitude. */
  setScale(scale: Axis["scale"]): void {
    if (scale === this.scale) return;
    this.scale = scale;
    this.zoom = undefined;
    this.plot?.destroy();
    this.plot = undefined;
    this.show(this.lines);
  }

  remove(): void {
    this.resized.disconnect();
    this.dark.removeEventListener("change", this.repaint);
    this.plot?.destroy();
    this.box.remove();
  }

  private fit(): void {
    const width = Math.floor(this.box.clientWidth);
    const height = Math.floor(this.box.clientHeight);
    if (width < 50 || height < 50) return;
    if (this.plot === undefined) {
      this.plot = this.build(width, height);
      this.range();
    } else if (this.plot.width !== width || this.plot.height !== height) {
      this.plot.setSize({ width, height });
    }
  }

  private range(): void {
    const { plot } = this;
    if (plot === undefined) return;
    const bars = this.lines.some(({ style }) => style === "bars");
    const x =
      this.zoom?.x ??
      rangeOf(
        this.lines.map((line) => line.x),
        this.x.scale,
        bars ? 0.06 : 0.02,
      );
    const y =
      this.zoom?.y ??
      rangeOf(
        this.lines.map((line) => line.y),
        this.scale,
        bars ? 0.02 : 0.05,
        bars,
      );
    this.texts = { x: axisText(this.x, x, this.x.scale), y: axisText(this.y, y, this.scale) };
    plot.batch(() => {
      plot.setScale("x", { min: x[0], max: x[1] });
      plot.setScale("y", { min: y[0], max: y[1] });
      plot.redraw(false, true);
    });
  }

  private build(width: number, height: number): uPlot {
    const colour = (name: string) => (): string => this.colour(name);
    const axis = (which: "x" | "y", kind: Axis["scale"], size: number): uPlot.Axis => ({
      font,
      labelFont: font,
      labelSize: 22,
      labelGap: 0,
      // Wide enough for the longest number, which must not run into the title of the axis.
      size: which === "x" ? size : (_plot, texts) => Math.max(size, 34 + 8 * longestOf(texts ?? [])),
      gap: 6,
      stroke: colour("--text"),
      grid: { stroke: colour("--grid"), width: 1, filter: all },
      ticks: { stroke: colour("--grid"), width: 1, size: 5, filter: all },
      ...(kind === "log" ? { splits: logSplits, filter: all } : {}),
      ...(kind === "linear" && this[which].unit === "" ? { incrs: countSteps } : {}),
      space: which === "x" ? 70 : 36,
      label: " ",
      values: (plot, splits) => {
        const room = which === "x" ? plot.bbox.width / 90 : plot.bbox.height / 32;
        const shown = kind === "log" ? labelled(splits, room / uPlot.pxRatio) : splits;
        return shown.map((value) => (value === null ? "" : this.texts[which].tick(value)));
      },
    });
    const scale = (kind: Axis["scale"]): uPlot.Scale => ({
      time: false,
      auto: false,
      distr: kind === "log" ? 3 : 1,
      range: (_plot, min, max) => [min ?? (kind === "log" ? 1 : 0), max ?? (kind === "log" ? 10 : 1)],
    });
    const options: uPlot.Options = {
      width,
      height,
      padding: [12, this.x.scale === "log" ? 32 : 18, 0, 0], // "100 kHz" under the end of a log axis
      legend: { show: false },
      cursor: { points: { show: false }, drag: { x: true, y: true, setScale: false, uni: 20 } },
      scales: { x: scale(this.x.scale), y: scale(this.scale) },
      axes: [axis("x", this.x.scale, 34), axis("y", this.scale, this.scale === "log" ? 74 : 60)],
      series: [{}, { show: false }],
      hooks: {
        drawAxes: [(plot) => this.titles(plot)],
        draw: [(plot) => this.paint(plot)],
        setSelect: [(plot) => this.zoomTo(plot)],
        setCursor: [(plot) => this.point(plot)],
      },
    };
    const plot = new uPlot(options, [[], []], this.box);
    plot.over.addEventListener("dblclick", () => {
      this.zoom = undefined;
      this.range();
    });
    return plot;
  }

  private colour(name: string): string {
    return getComputedStyle(this.box).getPropertyValue(name).trim();
  }

  /** Axis titles, written here because they change with the prefix of the range. */
  private titles(plot: uPlot): void {
    const { ctx, bbox } = plot;
    const ratio = uPlot.pxRatio;
    ctx.save();
    ctx.font = `${14 * ratio}px system-ui, sans-serif`;
    ctx.fillStyle = this.colour("--text");
    ctx.textAlign = "center";
    ctx.textBaseline = "bottom";
    ctx.fillText(this.texts.x.title, bbox.left + bbox.width / 2, plot.height * ratio - 2 * ratio);
    ctx.translate(3 * ratio, bbox.top + bbox.height / 2);
    ctx.rotate(-Math.PI / 2);
    ctx.textBaseline = "top";
    ctx.fillText(this.scale === this.y.scale ? this.texts.y.title : `|${this.texts.y.title}|`, 0, 0);
    ctx.restore();
  }

  private paint(plot: uPlot): void {
    const { ctx, bbox } = plot;
    ctx.save();
    ctx.beginPath();
    ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
    ctx.clip();
    for (const line of this.lines) {
      ctx.globalAlpha = line.opacity;
      ctx.strokeStyle = ctx.fillStyle = this.colour(line.colour);
      ctx.lineWidth = line.width * uPlot.pxRatio;
      ctx.lineJoin = "round";
      if (line.style === "line") this.stroke(plot, line);
      else if (line.style === "points") this.dots(plot, line);
      else this.bars(plot, line);
    }
    ctx.restore();
  }

  /** Place of a point on the canvas; undefined where it has none (a gap, or zero on a logarithmic axis). */
  private place(plot: uPlot, line: Line, i: number, canvas = true): readonly [number, number] | undefined {
    const x = line.x[i];
    let y = line.y[i];
    if (x === null || x === undefined || y === null || y === undefined) return undefined;
    // A resistance below zero is noise, a current below zero is the other direction.
    if (this.scale !== this.y.scale) y = Math.abs(y);
    if ((this.scale === "log" && y <= 0) || (this.x.scale === "log" && x <= 0)) return undefined;
    return [plot.valToPos(x, "x", canvas), plot.valToPos(y, "y", canvas)];
  }

  private stroke(plot: uPlot, line: Line): void {
    const { ctx } = plot;
    let pen = false;
    ctx.beginPath();
    for (let i = 0; i < line.x.length; i++) {
      const at = this.place(plot, line, i);
      if (at === undefined) pen = false;
      else if (pen) ctx.lineTo(at[0], at[1]);
      else {
        ctx.moveTo(at[0], at[1]);
        pen = true;
      }
    }
    ctx.stroke();
  }

  private dots(plot: uPlot, line: Line): void {
    const { ctx } = plot;
    const radius = line.width * uPlot.pxRatio;
    ctx.beginPath();
    for (let i = 0; i < line.x.length; i++) {
      const at = this.place(plot, line, i);
      if (at === undefined) continue;
      ctx.moveTo(at[0] + radius, at[1]);
      ctx.arc(at[0], at[1], radius, 0, 2 * Math.PI);
    }
    ctx.fill();
  }

  private bars(plot: uPlot, line: Line): void {
    const { ctx, bbox } = plot;
    const places = Array.from(line.x, (_, i) => this.place(plot, line, i)).filter((at) => at !== undefined);
    const steps = places.slice(1).map((at, i) => Math.abs(at[0] - (places[i]?.[0] ?? 0)));
    const width = Math.max(2, Math.min(60 * uPlot.pxRatio, 0.9 * Math.min(...steps, Infinity)));
    const floor = this.scale === "log" ? bbox.top + bbox.height : plot.valToPos(0, "y", true);
    for (const [x, y] of places) ctx.fillRect(x - width / 2, y, width, floor - y);
  }

  private zoomTo(plot: uPlot): void {
    const { left, top, width, height } = plot.select;
    if (width < 5 && height < 5) return;
    const x = [plot.posToVal(left, "x"), plot.posToVal(left + width, "x")] as const;
    const y = [plot.posToVal(top + height, "y"), plot.posToVal(top, "y")] as const;
    this.zoom = { x, y };
    plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    this.range();
  }

  /** The reading nearest to the pointer. */
  private point(plot: uPlot): void {
    const { left = -1, top = -1 } = plot.cursor;
    let best: { line: Line; i: number; at: readonly [number, number] } | undefined;
    let nearest = 30 ** 2;
    if (left >= 0) {
      for (const line of this.lines) {
        for (let i = 0; i < line.x.length; i++) {
          const at = this.place(plot, line, i, false);
          if (at === undefined) continue;
          const distance = (at[0] - left) ** 2 + (at[1] - top) ** 2;
          if (distance >= nearest) continue;
          nearest = distance;
          best = { line, i, at };
        }
      }
    }
    this.tip.hidden = best === undefined;
    if (best === undefined) return;
    const { line, i, at } = best;
    this.tip.textContent = `${line.name}: ${reading(line.x[i] ?? NaN, this.x)}, ${reading(line.y[i] ?? NaN, this.y)}`;
    const right = at[0] > plot.over.clientWidth / 2;
    this.tip.style.left = right ? "" : `${plot.over.offsetLeft + at[0] + 14}px`;
    this.tip.style.right = right ? `${this.box.clientWidth - plot.over.offsetLeft - at[0] + 14}px` : "";
    this.tip.style.top = `${plot.over.offsetTop + at[1] - 10}px`;
  }
}
