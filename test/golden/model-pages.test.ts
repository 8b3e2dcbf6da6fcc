import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { circuits } from "../../src/simulator/circuits/index.js";
import { modelCatalogue } from "../../src/simulator/index.js";
import { committedPage, currentPage, figures, pageNames, pagesFolder } from "./model-pages/pages.js";
import { withRegions } from "./model-pages/regions.js";

const all = pageNames().map(committedPage).join("\n");

test("every table on a model page says what the catalogue says now", async () => {
  for (const name of pageNames()) {
    assert.equal(
      committedPage(name),
      await currentPage(name),
      `docs/models/${name} is not current; write it anew: node --import tsx test/golden/model-pages/pages.ts`,
    );
  }
});

test("every model and every circuit has its parameters on a page", () => {
  const models = [...modelCatalogue.keys()].filter((name) => !all.includes(`<!-- parameters ${name} -->`));
  const named = [...circuits.keys()].filter((name) => !all.includes(`<!-- circuit ${name} -->`));
  assert.deepEqual([...models, ...named], []);
});

test("every figure on a model page is one the program makes, and every figure it makes is on a page", () => {
  const shown = [...all.matchAll(/\]\(([\w-]+)\.svg\)/g)].map(([, name = ""]) => name);
  assert.deepEqual([...new Set(shown)].sort(), [...figures.keys()].sort());
  for (const name of shown) assert.ok(existsSync(join(pagesFolder, `${name}.svg`)), `${name}.svg is not there`);
});

test("a page with a table of something that does not exist is refused by name", () => {
  assert.throws(() => withRegions("<!-- parameters vo3 -->\n<!-- end -->"), /vo3.*vo2-mott/);
  assert.throws(() => withRegions("<!-- models -->\n"), /no <!-- end -->/);
});
