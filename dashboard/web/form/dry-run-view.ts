import { si } from "../../../src/units.js";
import type { DryRunReply, LimitLine } from "../../server/desk-wire.js";
import { h } from "../dom.js";
import { count, duration, valueText } from "../text.js";

/** What a run would do: its verdict first. */
export function dryRunView(reply: DryRunReply): HTMLElement[] {
  const { ok, reason, steps, rows, duration_s, limits, parameters, command } = reply;
  const verdict = h(
    "p",
    { class: `verdict ${ok ? "good" : "bad"}` },
    h(
      "b",
      {},
      ok ? (limits.length > 0 ? "✓ The limits hold" : "! The bench file sets no limits") : "✕ The limits do not hold",
    ),
    h("span", {}, `${duration(duration_s)} on the instruments`),
    h("span", {}, `${count(rows)} rows`),
  );
  return [
    verdict,
    ...(reason === undefined ? [] : [h("p", { class: "reason" }, reason)]),
    h("h3", {}, "Steps"),
    h("ol", { class: "steps" }, ...steps.map((step) => h("li", {}, step))),
    ...(limits.length > 0 ? [h("h3", {}, "Limits"), limitsTable(limits)] : []),
    h(
      "details",
      {},
      h("summary", {}, "All parameters, and the same on the command line"),
      h("p", {}, h("code", {}, command)),
      h(
        "div",
        { class: "scroll" },
        h(
          "table",
          {},
          h(
            "tbody",
            {},
            ...parameters.map(({ name, value, unit }) =>
              h("tr", {}, h("th", { scope: "row" }, name), h("td", { class: "text" }, shown(value, unit))),
            ),
          ),
        ),
      ),
    ),
  ];
}

function shown(value: unknown, unit: string): string {
  if (typeof value === "number") return valueText(value, unit);
  if (Array.isArray(value)) return value.map((item) => shown(item, unit)).join("; ") || "–";
  return typeof value === "string" ? value : JSON.stringify(value);
}

function limitsTable(limits: readonly LimitLine[]): HTMLElement {
  const heads = ["", "reached", "allowed", "room left", "where"];
  const rows = limits.map(({ limit, unit, asked, allowed, headroom, where }) => {
    const passed = headroom !== undefined && headroom < -1e-9;
    return h(
      "tr",
      { class: passed ? "passed" : undefined },
      h("th", { scope: "row" }, limit),
      h("td", {}, asked === undefined ? "–" : si(asked, unit)),
      h("td", {}, allowed === undefined ? "no limit" : si(allowed, unit)),
      h("td", {}, headroom === undefined ? "–" : passed ? "PASSED" : `${Number((100 * headroom).toPrecision(3))} %`),
      h("td", { class: "text muted" }, where ?? ""),
    );
  });
  return h(
    "div",
    { class: "scroll" },
    h(
      "table",
      { class: "limits" },
      h("thead", {}, h("tr", {}, ...heads.map((head) => h("th", { scope: "col" }, head)))),
      h("tbody", {}, ...rows),
    ),
  );
}
