import { distributionsApart, fitText, type QuantityFits } from "../../src/distribution-metrics.js";
import type { FigureData, ParameterLine, RunPage } from "../server/wire.js";
import { Chart, type Line } from "./chart.js";
import { h } from "./dom.js";
import { eventLine } from "./event-line.js";
import { colourOf, legend } from "./live-view.js";
import { quantityName } from "./quantity-name.js";
import { server } from "./server.js";
import { statusMark } from "./status.js";
import { count, duration, splitUnit, valueText, when } from "./text.js";

/** One run's page: figures, metrics, what was asked, what happened, and the files to take away. */
export class RunView {
  readonly element = h("article", { class: "run-page" });
  private readonly charts: Chart[] = [];
  private readonly leaving = new AbortController();

  constructor(readonly run: string) {
    this.element.append(h("p", { class: "empty" }, "Reading the run…"));
    void this.load();
  }

  /** Reads the run again: it has ended, or gone on. */
  async load(): Promise<void> {
    try {
      const page = await server.run(this.run, this.leaving.signal);
      this.removeCharts();
      this.show(page);
    } catch (error) {
      if (this.leaving.signal.aborted) return;
      this.element.replaceChildren(h("p", { class: "banner" }, error instanceof Error ? error.message : String(error)));
    }
  }

  remove(): void {
    this.leaving.abort();
    this.removeCharts();
    this.element.remove();
  }

  private removeCharts(): void {
    for (const chart of this.charts.splice(0)) chart.remove();
  }

  private show(page: RunPage): void {
    const { info, status, rows } = page;
    const figures = h("div", { class: "panels" });
    const downloads = info.tables.map(({ name }) =>
      h(
        "a",
        { class: "button", href: server.csv(info.run, name), download: true },
        `${name}.csv`,
        h("small", {}, ` ${count(rows[name] ?? 0)} rows`),
      ),
    );
    this.element.replaceChildren(
      h(
        "header",
        { class: "run-head" },
        h("h1", {}, info.protocol, h("span", { class: "muted" }, ` · ${info.dut}`)),
        statusMark(status),
      ),
      h("p", { class: "muted id" }, info.run),
      ...(info.reason === undefined ? [] : [h("p", { class: "reason" }, info.reason)]),
      ...page.notes.map((note) => h("p", { class: "reason" }, note)),
      h("div", { class: "downloads" }, ...downloads),
      figures,
      h(
        "div",
        { class: "facts" },
        section("Metrics", metricsTable(page.metrics)),
        section("Parameters", parametersTable(page.parameters)),
        section("Run", factsTable(page)),
        section("Instruments", instrumentsTable(page)),
      ),
      section("Events", h("ol", { class: "log" }, ...page.events.slice(-200).map(eventLine))),
    );
    for (const figure of page.figures) this.figure(figures, figure);
  }

  private figure(parent: HTMLElement, figure: FigureData): void {
    const download = h(
      "a",
      {
        class: "button",
        href: server.svg(this.run, figure.name),
        download: true,
        "aria-label": `${figure.title} as SVG`,
      },
      "SVG",
    );
    const many = figure.series.length > 6;
    const keys = figure.series.length > 1 && !many ? legend(figure.series) : undefined;
    const card = h("section", { class: "card chart" }, h("header", {}, h("h2", {}, figure.title), keys, download));
    parent.append(card);
    const chart = new Chart(card, figure.x, figure.y);
    this.charts.push(chart);
    chart.show(
      figure.series.map((series, i): Line => {
        const look =
          series.style === "points"
            ? { opacity: 0.7, width: 2 }
            : { opacity: many ? 0.35 : 0.9, width: many ? 1.25 : 2 };
        return { ...series, colour: many ? "--curve-1" : colourOf(i), ...look };
      }),
    );
  }
}

function section(title: string, content: HTMLElement): HTMLElement {
  return h("section", { class: "card" }, h("h2", {}, title), h("div", { class: "scroll" }, content));
}

type Cell = string | Node;

/** @param text cells of words, which may wrap; numbers never do */
function table(heads: readonly Cell[], rows: readonly (readonly Cell[])[], text = false): HTMLElement {
  const head = h("thead", {}, h("tr", {}, ...heads.map((cell) => h("th", { scope: "col" }, cell))));
  const body = rows.map(([first = "", ...rest]) =>
    h(
      "tr",
      {},
      h("th", { scope: "row" }, first),
      ...rest.map((cell) => h("td", { class: text ? "text" : undefined }, cell)),
    ),
  );
  return h("table", {}, heads.length > 0 ? head : undefined, h("tbody", {}, ...body));
}

/** JSON has no NaN: what could not be measured comes as null. */
const none = "\u2013";

function metricsTable(metrics: RunPage["metrics"]): HTMLElement {
  const { others, distributions } = distributionsApart(metrics);
  const rows = Object.entries(others).map(([name, { mean, sd, cv, n }]) => {
    const { quantity, unit } = splitUnit(name);
    const text = (value: number | null): string => (value === null || n === 0 ? none : valueText(value, unit));
    const percent = cv === null || n === 0 ? none : `${Number((100 * cv).toPrecision(3))} %`;
    return [quantityName(quantity), text(mean), text(sd), percent, count(n)];
  });
  if (rows.length === 0) return h("p", { class: "muted" }, "None yet.");
  const shown = table(["", "mean", "sd", h("span", {}, h("var", {}, "C"), h("sub", {}, "v")), h("var", {}, "n")], rows);
  return distributions.length === 0 ? shown : h("div", {}, shown, fitsTable(distributions));
}

/** Each distribution that was fitted: R² in the probability plot, the distance of Kolmogorov and Smirnov, its shape. */
function fitsTable(distributions: readonly QuantityFits[]): HTMLElement {
  const heads = ["", "law", h("span", {}, h("var", {}, "R"), h("sup", {}, "2")), "KS", "shape"];
  const groups = distributions.map(({ quantity, nearest, fits }) =>
    h(
      "tbody",
      {},
      ...fits.map(({ name, r2, ks, shape }, k) =>
        h(
          "tr",
          {},
          k === 0
            ? h("th", { scope: "rowgroup", rowspan: fits.length }, h("span", {}, quantityName(quantity)))
            : undefined,
          h("td", {}, name === nearest ? h("b", {}, name) : name),
          ...[r2, ks, shape].map((value) => h("td", {}, fitText(value))),
        ),
      ),
    ),
  );
  const head = h("thead", {}, h("tr", {}, ...heads.map((cell) => h("th", { scope: "col" }, cell))));
  const caption = h("caption", {}, h("b", {}, "Fitted distributions"), " nearest (least KS) in bold");
  return h("table", { class: "fits" }, caption, head, ...groups);
}

function parametersTable(parameters: readonly ParameterLine[]): HTMLElement {
  const text = ({ value, unit }: ParameterLine): string =>
    typeof value === "number" ? valueText(value, unit) : typeof value === "string" ? value : JSON.stringify(value);
  return table(
    [],
    parameters.map((line) => [h("span", { title: line.description }, line.name), text(line)]),
    true,
  );
}

function canGoOn(status: RunPage["status"], { imported, twinOf }: RunPage["info"]): boolean {
  return status !== "done" && status !== "running" && imported === undefined && twinOf === undefined;
}

function factsTable({ info, status, events }: RunPage): HTMLElement {
  const end = info.endedAt ?? events.at(-1)?.at;
  const rows: [string, string | Node][] = [
    ["started", when(info.startedAt)],
    ["lasted", end === undefined ? none : duration((Date.parse(end) - Date.parse(info.startedAt)) / 1000)],
    ["operator", info.operator],
    ["memrig", `${info.software.version} (${info.software.commit.slice(0, 7)})`],
    ["process", `${info.pid} on ${info.host}`],
  ];
  for (const [k, { begin, end, from, completed }] of (info.sittings ?? []).entries()) {
    const done = completed === undefined ? `from ${count(from)}` : `${count(from)} to ${count(completed)} completed`;
    rows.push([`sitting ${k + 1}`, `${when(begin)} – ${end === undefined ? "now" : when(end)}, ${done}`]);
  }
  if (info.imported === undefined) rows.push(["run again", h("code", {}, `memrig rerun ${info.run}`)]);
  else rows.push(["imported from", info.imported.file]);
  if (canGoOn(status, info)) rows.push(["go on", h("code", {}, `memrig resume ${info.run}`)]);
  if (info.seed !== undefined) rows.push(["seed", String(info.seed)]);
  if (info.twinOf !== undefined)
    rows.push(["twin of", h("a", { href: `#/run/${encodeURIComponent(info.twinOf)}` }, info.twinOf)]);
  for (const [key, value] of Object.entries(info.tags)) rows.push([`tag ${key}`, value]);
  return table([], rows, true);
}

function instrumentsTable({ info }: RunPage): HTMLElement {
  if (info.instruments.length === 0) return h("p", { class: "muted" }, "None recorded.");
  return table(
    ["", "identity", "resource"],
    info.instruments.map(({ label, identity, resource, virtual }) => [
      label,
      identity,
      virtual && resource !== "virtual" ? `${resource} (virtual)` : resource,
    ]),
    true,
  );
}
