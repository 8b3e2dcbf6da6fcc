import type { Axis } from "../../src/analysis/figure.js";
import type { CurveData, Frame, LogLine, Panel, Sweep, SweepsPanel, TrendPanel } from "../server/wire.js";
import { Chart, type Line } from "./chart.js";
import { h, setText } from "./dom.js";
import { eventLine } from "./event-line.js";
import { curveName, reading } from "./text.js";

/** Lines of the log that stay on the page. */
const mostLines = 100;
const colours = ["--curve-1", "--curve-2", "--curve-3", "--curve-4"];
/** The person's choice between linear and logarithmic current outlives the page. */
const scaleKey = "memrig-scale";

/** What the run in view does now: its curves as they grow, and its events. */
export class LiveView {
  readonly element = h("div", { class: "live" });
  private readonly panels = h("div", { class: "panels" });
  private readonly empty = h("p", { class: "empty" }, "No run yet. Start one with: memrig run iv-sweep --bench FILE");
  private readonly log = h("ol", { class: "log", "aria-label": "Events of this run" });
  private readonly lines: LogLine[] = [];
  private views: readonly (SweepsView | TrendView)[] = [];
  private run = "";

  constructor() {
    this.element.append(this.panels, this.empty, h("section", { class: "card" }, h("h2", {}, "Events"), this.log));
    this.panels.hidden = true;
  }

  /** The run in view is another one. */
  follow(run: string): void {
    if (run === this.run) return;
    this.run = run;
    this.clear();
    this.showLog();
  }

  frame(frame: Frame): void {
    this.follow(frame.run);
    if (frame.fresh || this.views.length !== frame.panels.length) {
      this.clear();
      this.views = frame.panels.map((panel) =>
        panel.kind === "sweeps" ? new SweepsView(this.panels, panel) : new TrendView(this.panels, panel),
      );
    }
    frame.panels.forEach((panel, i) => this.views[i]?.show(panel));
    this.panels.hidden = frame.panels.length === 0;
    this.empty.hidden = true;
  }

  event(line: LogLine): void {
    this.lines.push(line);
    if (this.lines.length > mostLines) this.lines.shift();
    this.showLog();
  }

  private clear(): void {
    for (const view of this.views) view.remove();
    this.views = [];
  }

  private showLog(): void {
    const mine = this.lines.filter(({ run }) => run === this.run || run === "");
    this.log.replaceChildren(...mine.slice(-12).reverse().map(eventLine));
  }
}

/** Curves of one kind over each other: the present one strong, those before it fading. */
class SweepsView {
  private readonly card = h("section", { class: "card chart" });
  private readonly now = h("p", { class: "now" });
  private readonly chart: Chart;
  private older: Sweep[] = [];

  constructor(
    parent: HTMLElement,
    private readonly first: SweepsPanel,
  ) {
    const toggle = first.y.unit === "A" ? scaleToggle((scale) => this.chart.setScale(scale)) : undefined;
    this.card.append(h("header", {}, h("h2", {}, first.title), this.now, toggle));
    parent.append(this.card);
    this.chart = new Chart(this.card, first.x, first.y);
    this.chart.setScale(first.y.unit === "A" ? chosenScale() : first.y.scale);
  }

  show(panel: Panel): void {
    if (panel.kind !== "sweeps") return;
    this.older = [...this.older, ...panel.finished].slice(-panel.keep);
    const { current, of } = panel;
    const older = this.older.map((sweep, i): Line => {
      const age = (i + 1) / this.older.length;
      return {
        name: `${of} ${sweep.cycle}`,
        x: sweep.x,
        y: sweep.y,
        style: "line",
        colour: "--curve-old",
        opacity: 0.15 + 0.45 * age ** 2,
        width: 1.25,
      };
    });
    const present: Line[] =
      current === null
        ? []
        : [
            {
              name: `${of} ${current.cycle}`,
              x: current.x,
              y: current.y,
              style: "line",
              colour: "--curve-1",
              opacity: 1,
              width: 2.5,
            },
          ];
    const tip: Line[] = present.map((line) => ({
      ...line,
      x: line.x.slice(-1),
      y: line.y.slice(-1),
      style: "points",
      colour: "--curve-2",
      width: 5,
    }));
    this.chart.show([...older, ...present, ...tip]);
    this.say(current);
  }

  private say(current: Sweep | null): void {
    const x = current?.x.at(-1);
    const y = current?.y.at(-1);
    if (current === null || typeof x !== "number" || typeof y !== "number") return;
    setText(this.now, `${this.first.of} ${current.cycle} · ${reading(x, this.first.x)} · ${reading(y, this.first.y)}`);
  }

  remove(): void {
    this.chart.remove();
    this.card.remove();
  }
}

/** Values against the cycle number. */
class TrendView {
  private readonly card = h("section", { class: "card chart" });
  private readonly now = h("p", { class: "now" });
  private readonly chart: Chart;

  constructor(
    parent: HTMLElement,
    private readonly first: TrendPanel,
  ) {
    this.card.append(
      h("header", {}, h("h2", {}, first.title), first.series.length > 1 ? legend(first.series) : undefined, this.now),
    );
    parent.append(this.card);
    this.chart = new Chart(this.card, first.x, first.y);
  }

  show(panel: Panel): void {
    if (panel.kind !== "trend") return;
    this.chart.show(trendLines(panel.series));
    const last = panel.series.map(({ name, y }) => ({ name: curveName(name), value: y.at(-1) }));
    const texts = last.flatMap(({ name, value }) =>
      typeof value === "number" ? [`${name} ${reading(value, this.first.y)}`] : [],
    );
    setText(this.now, texts.join(" · "));
  }

  remove(): void {
    this.chart.remove();
    this.card.remove();
  }
}

function trendLines(series: readonly CurveData[]): Line[] {
  return series.map(({ name, x, y }, i) => ({
    name: curveName(name),
    x,
    y,
    style: "points",
    colour: colourOf(i),
    opacity: 0.8,
    width: 2,
  }));
}

/** Colours of style.css in turn: told apart by people who see red and green alike. */
export function colourOf(i: number): string {
  return colours[i % colours.length] ?? "--curve-1";
}

export function legend(series: readonly CurveData[]): HTMLElement {
  const items = series.map(({ name }, i) => h("li", { "data-colour": i % colours.length }, curveName(name)));
  return h("ul", { class: "legend" }, ...items);
}

function chosenScale(): Axis["scale"] {
  return localStorage.getItem(scaleKey) === "log" ? "log" : "linear";
}

/** Linear or logarithmic: two radio buttons, so that the arrow keys work. */
function scaleToggle(choose: (scale: Axis["scale"]) => void): HTMLElement {
  const name = `scale-${Math.random().toString(36).slice(2)}`;
  const option = (scale: Axis["scale"], text: string): HTMLElement => {
    const input = h("input", { type: "radio", name, value: scale, checked: chosenScale() === scale });
    input.addEventListener("change", () => {
      localStorage.setItem(scaleKey, scale);
      choose(scale);
    });
    return h("label", {}, input, h("span", {}, text));
  };
  const fieldset = h("fieldset", { class: "toggle" }, h("legend", { class: "hidden" }, "Current axis"));
  fieldset.append(option("linear", "Linear"), option("log", "Log"));
  return fieldset;
}
