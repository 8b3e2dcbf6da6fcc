/** Random sources at both ends of a device and across it, as the virtual lab solves them, against ngspice. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createDevice, createRandom } from "../../src/simulator/index.js";
import type { Wire } from "../../src/virtual/bench-plan.js";
import { Lab } from "../../src/virtual/lab.js";
import { needs } from "../support/needs.js";
import { ngspice } from "./ngspice-run.js";

interface Source {
  readonly terminal: string;
  /** Between which nodes, and whether an SMU's low is there. */
  readonly wires: readonly Wire[];
  readonly nodes: readonly [string, string];
  readonly emf_V: number;
  readonly series_ohm: number;
  readonly limit_A: number;
}

const device_ohm = 1000;
const random = createRandom(11, "two ends");
const pick = <T>(...from: readonly [T, ...T[]]): T => from[Math.floor(random.uniform() * from.length)] ?? from[0];

function sourceOf(instrument: string, k: number): Source {
  const [high, low] = pick(
    ["dut.top", "ground"] as const,
    ["dut.bottom", "ground"] as const,
    ["dut.top", "dut.bottom"] as const,
    ["ground", "dut.top"] as const,
  );
  const node = { "dut.top": `t${k}`, "dut.bottom": `b${k}`, ground: "0" };
  return {
    terminal: `${instrument}.high`,
    wires: [
      { instrument, terminal: "high", node: high },
      { instrument, terminal: "low", node: low },
    ],
    nodes: [node[high], node[low]],
    emf_V: 4 * random.uniform() - 2,
    series_ohm: pick(10, 50, 1000),
    limit_A: pick(1e-4, 1e-3, 0.1),
  };
}

test("what the lab makes of up to three sources with limits and of shunts at both ends is what ngspice does, within 1e-6", async (t) => {
  const program = needs(t, "ngspice");
  if (program === undefined) return;
  const networks = Array.from({ length: 40 }, (_, k) => ({
    sources: ["a", "b", "c"].slice(0, 1 + (k % 3)).map((label) => sourceOf(label, k)),
    top_ohm: pick(50, 1000, 1e5),
    bottom_ohm: pick(50, 1000, 1e5),
  }));
  const lines = networks.flatMap(({ sources, top_ohm, bottom_ohm }, k) => [
    `R${k} t${k} b${k} ${device_ohm}`,
    `Rt${k} t${k} 0 ${top_ohm}`,
    `Rb${k} b${k} 0 ${bottom_ohm}`,
    ...sources.map(({ nodes: [high, low], emf_V, series_ohm, limit_A }, m) => {
      const across = `(V(${high}${low === "0" ? ")" : `)-V(${low})`})`.replace("V(0)", "0");
      return `B${k}x${m} ${low} ${high} I=max(-${limit_A},min(${limit_A},(${emf_V}-${across})/${series_ohm}))`;
    }),
  ]);
  const columns = networks.flatMap((_, k) => [`v(t${k})`, `v(b${k})`]);
  const run = ["set wr_singlescale", "set wr_vecnames", "op", "tran 1u 2u", `wrdata ends.txt ${columns.join(" ")}`];
  const deck = ["ends", ...lines, ".options reltol=1e-9 abstol=1e-15 vntol=1e-12", ".control", ...run, "quit", ".endc"];
  const theirs = await ngspice(t, program, [...deck, ".end", ""].join("\n"), "ends");

  for (const [k, { sources, top_ohm, bottom_ohm }] of networks.entries()) {
    const lab = new Lab(
      createDevice("resistor", { R: device_ohm }),
      [
        ...sources.flatMap(({ wires }) => wires),
        { instrument: "scope", terminal: "1", node: "dut.top", through: { shunt_ohm: top_ohm } },
        { instrument: "scope", terminal: "2", node: "dut.bottom", through: { shunt_ohm: bottom_ohm } },
      ],
      "fast",
    );
    let seen = [NaN, NaN];
    lab.watch(({ top1_V, bottom1_V }) => (seen = [top1_V, bottom1_V]));
    for (const { terminal, emf_V, series_ohm, limit_A } of sources)
      lab.drive(terminal, { emf: { times_s: [0], values: [emf_V] }, series_ohm, limit_A });
    await lab.pass(1e-6);
    for (const [m, node] of ["t", "b"].entries()) {
      const [ours = NaN, spice = NaN] = [seen[m], theirs.column(`v(${node}${k})`).at(-1)];
      assert.ok(Math.abs(ours - spice) < 1e-6, `${JSON.stringify(sources)}: ${node} at ${ours} V, ngspice ${spice} V`);
    }
  }
});
