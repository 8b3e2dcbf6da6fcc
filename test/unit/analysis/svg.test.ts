import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type Figure, figureSvg, linearTicks, logTicks } from "../../../src/analysis/index.js";

const figure = (over: Partial<Figure> = {}): Figure => ({
  name: "iv",
  title: "Current against voltage",
  x: { label: "Voltage", unit: "V", scale: "linear" },
  y: { label: "Current", unit: "A", scale: "linear" },
  series: [{ name: "sweep 1", x: [0, 0.1, 0.2], y: [0, 1e-6, 1e-5], style: "line" }],
  ...over,
});

test("ticks stand at round numbers in one prefix, within the range and in order", () => {
  const { ticks, unit } = linearTicks(0, 0.3, "V");
  assert.deepEqual([ticks.map((tick) => tick.label), unit], [["0", "50", "100", "150", "200", "250", "300"], "mV"]);
  assert.deepEqual(
    linearTicks(-1e-5, 1e-5, "A", 4).ticks.map((tick) => tick.label),
    ["−10", "−5", "0", "5", "10"],
  );
  const value = fc.double({ min: -1e8, max: 1e8, noNaN: true });
  fc.assert(
    fc.property(value, value, (a, b) => {
      fc.pre(Math.abs(a - b) > 1e-9 * Math.max(Math.abs(a), Math.abs(b)) && Math.abs(a - b) > 1e-12);
      const [low, high] = [Math.min(a, b), Math.max(a, b)];
      const { ticks } = linearTicks(low, high, "V");
      assert.ok(ticks.length >= 2 && ticks.length <= 12, `${ticks.length} ticks for ${low} … ${high}`);
      for (const tick of ticks)
        assert.ok(tick.value >= low - 1e-6 * (high - low) && tick.value <= high + 1e-6 * (high - low));
    }),
  );
});

test("a log axis has at most ten marks with units and holds all of its data", () => {
  assert.deepEqual(
    logTicks(1.3e-9, 1e-5, "A").ticks.map((tick) => tick.label),
    ["1 nA", "10 nA", "100 nA", "1 µA", "10 µA"],
  );
  fc.assert(
    fc.property(fc.integer({ min: -150, max: 90 }), fc.integer({ min: 0, max: 150 }), (from, span) => {
      const [low, high] = [10 ** (from / 10), 10 ** ((from + span) / 10)];
      const { ticks, ...axis } = logTicks(low, high, "ohm");
      assert.ok(axis.low <= low * 1.001 && axis.high >= high * 0.999 && axis.high > axis.low, `${low} … ${high}`);
      assert.ok(ticks.length >= 2 && ticks.length <= 10, `${ticks.length} ticks`);
    }),
  );
});

test("a figure is one well-formed document without a NaN in it, whatever the numbers", () => {
  const any = fc.oneof(
    fc.double(),
    fc.constantFrom(0, -1, Number.NaN, Number.POSITIVE_INFINITY, 1e-300, 5e-324, 1.7e308),
  );
  const scale = fc.constantFrom("linear" as const, "log" as const);
  const style = fc.constantFrom("line" as const, "points" as const, "bars" as const);
  fc.assert(
    fc.property(fc.array(any), fc.array(any), scale, scale, style, (x, y, xScale, yScale, how) => {
      const svg = figureSvg(
        figure({
          x: { label: "X", unit: "s", scale: xScale },
          y: { label: "Y", unit: "", scale: yScale },
          series: [{ name: "any", x, y, style: how }],
        }),
      );
      assert.match(svg, /^<svg xmlns="http:\/\/www.w3.org\/2000\/svg"[^]*<\/svg>\n$/);
      assert.doesNotMatch(svg, /NaN|Infinity|undefined/);
    }),
    { endOnFailure: true, numRuns: 500 }, // shrinking doubles takes minutes
  );
});

test("names with markup in them stay text", () => {
  const svg = figureSvg(figure({ title: `<b> & "co"`, series: [{ name: "a<b", x: [0], y: [1], style: "points" }] }));
  assert.ok(svg.includes("&lt;b&gt; &amp; &quot;co&quot;") && svg.includes(">a&lt;b<") && !svg.includes("<b>"));
});

test("a line of a million points is drawn with at most 25 000, its spike included", () => {
  const y = new Float64Array(1_000_000);
  y[654_321] = 1;
  const svg = figureSvg(figure({ series: [{ name: "long", x: y.map((_, k) => k), y, style: "line" }] }));
  assert.ok((svg.match(/L/g) ?? []).length < 25_000 && svg.length < 1_000_000);
  assert.match(svg, /L\d+(\.\d+)? 80\.\d+L/, "the spike reaches the top of the frame");
});

test("a gap in the data breaks the line", () => {
  const svg = figureSvg(
    figure({ series: [{ name: "two", x: [0, 1, 2, 3, 4], y: [1, 2, Number.NaN, 3, 4], style: "line" }] }),
  );
  assert.match(svg, /<path d="M[\d.]+ [\d.]+L[\d.]+ [\d.]+M[\d.]+ [\d.]+L[\d.]+ [\d.]+" fill="none"/);
});
