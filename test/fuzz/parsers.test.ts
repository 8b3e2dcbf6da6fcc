import { test } from "node:test";
import { corpus } from "./corpus.js";
import { fuzz } from "./harness.js";
import { exchange } from "./targets/exchange.js";
import { targets } from "./targets/index.js";

for (const [folder, target] of Object.entries(targets)) {
  for (const [file, streams] of corpus(folder)) {
    test(`${target.name}: what was found once stays found (${file})`, async () => {
      for (const stream of streams) await target.run(stream);
    });
  }

  test(`${target.name}: 2000 inputs of any kind neither fail, hang nor stay`, (t) => fuzz(t, target, 2000));
}

test(`${exchange.name}: 2000 stories of any kind neither fail, hang nor stay`, (t) => fuzz(t, exchange, 2000));
