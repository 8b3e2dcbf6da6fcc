import { test } from "node:test";
import { fuzz } from "./harness.js";
import { exchange } from "./targets/exchange.js";
import { targets } from "./targets/index.js";

const runs = Number(process.env["FUZZ_RUNS"] ?? 1_000_000);

for (const target of Object.values(targets)) {
  test(`${target.name}: ${runs} inputs of any kind neither fail, hang nor stay`, (t) => fuzz(t, target, runs));
}

test(`${exchange.name}: ${runs} stories of any kind neither fail, hang nor stay`, (t) => fuzz(t, exchange, runs));
