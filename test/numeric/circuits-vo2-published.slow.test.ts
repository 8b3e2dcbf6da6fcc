import { test } from "node:test";
import { step } from "../../src/simulator/circuits/named.js";
import { current, near, runCircuit } from "./circuit-runs.js";

// Yi et al., Nat. Commun. 9 (2018) 4661; a fifth of it is in circuits-vo2-published.test.ts.
test("at 82.5 uA without noise the table's values give the published 1149 spikes in 35 ms within 5 % and their median interval of 29.3 us", () => {
  const printed = { C1: 1e-9, C2: 1e-9, Re1: 300, Re2: 300, Rshunt1: 14e3, Rshunt2: 14e3 };
  const run = runCircuit("vo2-tonic", {
    preset: "skipping",
    set: printed,
    drive: current(step(82.5e-6, 10e-9)),
    stop_s: 35e-3,
  });
  const gaps = run.intervals("VK_up").sort((a, b) => a - b);
  near(gaps[gaps.length >> 1], 29.3e-6, 0.01, "median");
  near(run.at("VK_up").length, 1149, 0.05, "spikes");
});
