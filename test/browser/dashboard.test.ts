import assert from "node:assert/strict";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, test, type TestContext } from "node:test";
import type { Browser, Page } from "playwright-core";
import { serveDashboard, type Dashboard, type DashboardOptions } from "../../dashboard/server/index.js";
import type { SafeReport } from "../../src/engine/index.js";
import { abortRequested, openRun, type RunWriter } from "../../src/store/index.js";
import { needs } from "../support/needs.js";
import { buildPage, scratch, startBrowser } from "../support/page.js";
import { beginEnduranceRun, beginSweepRun, endWhenAsked, enduranceRows, sweepRows } from "../support/runs.js";
import { until } from "../support/until.js";

const reports: readonly SafeReport[] = [
  { label: "smu", resource: "virtual", state: "safe", note: "it answered that its output is off", took_s: 0.01 },
  {
    label: "awg",
    resource: "TCPIP0::192.0.2.9::5025::SOCKET",
    state: "unknown",
    note: "no answer within 2 s",
    took_s: 2,
  },
];
/** Pictures for a person to look at, when a folder for them is given. */
const pictures = process.env["MEMRIG_PICTURES"];

let folder: Awaited<ReturnType<typeof scratch>>;
let builtPage: string;
let store: string;
let turnedOff: number;
let dashboard: Dashboard | undefined;
let browser: Browser | undefined;
let faults: string[];

before(async () => {
  folder = await scratch();
  builtPage = await buildPage(join(folder.folder, "page"));
});

beforeEach((t) => {
  store = join(folder.folder, `runs-${t.name.replace(/\W+/g, "-").slice(0, 40)}`);
  turnedOff = 0;
  faults = [];
});

afterEach(async () => {
  await dashboard?.close();
  dashboard = undefined;
});

after(async () => {
  await browser?.close();
  await folder.remove();
});

/** The page in a browser, at the dashboard's address; undefined where there is no browser (the test is then skipped). */
async function open(
  t: TestContext,
  options: Partial<DashboardOptions> = {},
  look: object = {},
): Promise<Page | undefined> {
  const chromium = needs(t, "chromium");
  if (chromium === undefined) return undefined;
  browser ??= await startBrowser(chromium);
  dashboard = await serveDashboard({
    store,
    page: builtPage,
    bench: { name: "ZnO on the virtual bench", dut: { id: "W3-D17" } },
    safe: () => {
      turnedOff++;
      return Promise.resolve(reports);
    },
    ...options,
  });
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...look });
  t.after(() => context.close());
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  page.on("pageerror", (error) => faults.push(error.message));
  page.on("console", (message) => message.type() === "error" && faults.push(message.text()));
  await page.goto(dashboard.url);
  return page;
}

/** Counts the pixels of a canvas that are painted in a colour: curves, not grid or text. Runs in the page. */
const countColoured = `(() => {
  const canvas = document.querySelector("canvas");
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  let painted = 0;
  for (let i = 0; i < data.length; i += 4) {
    const spread = Math.max(data[i], data[i + 1], data[i + 2]) - Math.min(data[i], data[i + 1], data[i + 2]);
    if (data[i + 3] > 100 && spread > 60) painted++;
  }
  return painted;
})()`;

function colouredPixels(page: Page): Promise<number> {
  return page.evaluate<number>(countColoured);
}

async function picture(page: Page, name: string, fullPage = false): Promise<void> {
  if (pictures === undefined) return;
  await mkdir(pictures, { recursive: true });
  await page.screenshot({ path: join(pictures, `${name}.png`), fullPage });
}

async function sweeps(writer: RunWriter, from: number, to: number): Promise<void> {
  for (let cycle = from; cycle <= to; cycle++) writer.append({ table: "points", rows: sweepRows(cycle) });
  await writer.flush();
}

test("points of a running sweep appear on the open page, and its state, progress and end", async (t) => {
  const page = await open(t);
  if (page === undefined) return;
  await page.getByText("No run yet", { exact: true }).waitFor();
  assert.equal(await page.getByRole("button", { name: "Abort run" }).isDisabled(), true);

  const writer = await beginSweepRun(store, { expectedRows: 20 * 121 });
  const rows = sweepRows(1);
  writer.append({ table: "points", rows: rows.slice(0, 60) });
  await writer.flush();
  await page.getByText("cycle 1 · 295 mV · 10 µA").waitFor();
  const early = await colouredPixels(page);
  writer.append({ table: "points", rows: rows.slice(60) });
  await sweeps(writer, 2, 15);
  await page.getByText("1\u2009815 of 2\u2009420 rows · 75 %").waitFor();
  await page.getByText("cycle 15").waitFor();
  await picture(page, "live-linear");
  assert.match(await page.locator("#badge").innerText(), /running/);
  assert.ok(early > 300, `${early} coloured pixels after half a sweep`);

  await writer.finish("failed", { reason: "smu: no answer within 2 s" });
  await page.locator("#badge", { hasText: "failed" }).waitFor();
  await page.locator("#run-left", { hasText: "smu: no answer within 2 s" }).waitFor();
  assert.deepEqual(faults, []);
});

test("the logarithmic axis shows the off state, and the choice is kept over a reload", async (t) => {
  const page = await open(t);
  if (page === undefined) return;
  const writer = await beginSweepRun(store, { expectedRows: 2420 });
  await sweeps(writer, 1, 12);
  await page.getByText("cycle 12").waitFor();
  const linear = await page.locator("canvas").first().screenshot();
  await page.getByText("Log", { exact: true }).click();
  await picture(page, "live-log");
  assert.notDeepEqual(await page.locator("canvas").first().screenshot(), linear);

  await page.reload();
  await page.getByText("cycle 12").waitFor();
  assert.equal(await page.getByRole("radio", { name: "Log" }).isChecked(), true);
  await page.getByRole("radio", { name: "Log" }).press("ArrowLeft");
  assert.equal(await page.getByRole("radio", { name: "Linear" }).isChecked(), true);
  await writer.finish("done", {});
  assert.deepEqual(faults, []);
});

test("the abort button reaches the run, and the page tells what became of the outputs", async (t) => {
  const writer = await beginSweepRun(store);
  await sweeps(writer, 1, 2);
  const page = await open(t);
  if (page === undefined) return writer.finish("done", {});
  const ended = endWhenAsked(writer);
  await page.getByRole("button", { name: "Abort run" }).click();
  await page.locator("#report").getByText("outputs off").waitFor();
  await ended;

  assert.equal((await abortRequested(writer.folder))?.by, "the dashboard");
  assert.match(await page.locator("#report").innerText(), /ended as aborted[\s\S]*smu/);
  assert.equal(turnedOff, 0);
  await page.locator("#badge", { hasText: "aborted" }).waitFor();
  assert.equal(await page.getByRole("button", { name: "Abort run" }).isDisabled(), true);
  await page.getByRole("button", { name: "Close this report" }).click();
  assert.equal(await page.locator("#report").isHidden(), true);
  assert.deepEqual(faults, []);
});

test("outputs off works with no run, by the keyboard alone, and names the instrument to look at", async (t) => {
  const page = await open(t);
  if (page === undefined) return;
  await page.locator("#badge", { hasText: "idle" }).waitFor();
  await page.getByRole("button", { name: "Outputs off" }).focus();
  await page.keyboard.press("Enter");
  await page.locator("#report").getByText("Look at awg").waitFor();
  await picture(page, "outputs-off");
  assert.equal(turnedOff, 1);
  assert.match(
    await page.locator("#report").innerText(),
    /smu[\s\S]*outputs off[\s\S]*awg[\s\S]*UNKNOWN[\s\S]*no answer within 2 s/,
  );
  assert.deepEqual(faults, []);
});

test("the word that all outputs are off goes away when the next run begins", async (t) => {
  const page = await open(t, { safe: () => Promise.resolve(reports.slice(0, 1)) });
  if (page === undefined) return;
  await page.getByRole("button", { name: "Outputs off" }).click();
  await page.locator("#report").getByText("All outputs are off").waitFor();
  const writer = await beginSweepRun(store);
  await page.locator("#report").waitFor({ state: "hidden" });
  await writer.finish("done", {});
  assert.deepEqual(faults, []);
});

test("resistances of an endurance run are drawn as they come", async (t) => {
  const writer = await beginEnduranceRun(store, { expectedRows: 2000 });
  writer.append({ table: "cycles", rows: enduranceRows(1, 800) });
  await writer.flush();
  const page = await open(t);
  if (page === undefined) return writer.finish("done", {});
  await page.getByText(/R_off [\d.]+ GΩ · R_on [\d.]+ kΩ/).waitFor();
  await until("points in the chart", async () => ((await colouredPixels(page)) > 1000 ? true : undefined));
  await picture(page, "live-endurance");
  await writer.finish("done", {});
  assert.deepEqual(faults, []);
});

test("a run's page has metrics in the units of the field, fits beside their quantity with the nearest in bold, figures, and a CSV equal to the table", async (t) => {
  const one = (mean: number) => ({ mean, sd: 0, cv: 0, n: 10 });
  const fits = {
    ...{ ratio_gaussian_r2: one(0.98), ratio_gaussian_ks: one(0.03) },
    ...{ ratio_lognormal_r2: one(0.99), ratio_lognormal_ks: one(0.02), ratio_lognormal_shape: one(0.3) },
  };
  const writer = await beginSweepRun(store, { expectedRows: 1210, tags: { wafer: "W3" } });
  await sweeps(writer, 1, 10);
  await writer.finish("done", {
    metrics: {
      vth_V: { mean: 0.1701, sd: 0.0041, cv: 0.0241, n: 10 },
      rOff_ohm: { mean: 2.1e10, sd: 3e8, cv: 0.0143, n: 10 },
      ratio: { mean: 1.489e6, sd: 4.5e4, cv: 0.03, n: 10 },
      vhold_V: { mean: NaN, sd: NaN, cv: NaN, n: 0 },
      ...fits,
    },
  });
  const page = await open(t);
  if (page === undefined) return;
  await page.locator("#runs a").first().click();
  await page.getByRole("heading", { name: "Metrics" }).waitFor();
  await page.locator(".run-page canvas").first().waitFor();
  await picture(page, "run-page", true);

  const cells = await page.locator(".facts section", { hasText: "Metrics" }).locator("tbody tr").allInnerTexts();
  assert.deepEqual(
    cells.map((row) => row.split(/\s*\t\s*/).map((cell) => cell.trim())),
    [
      ["Vth", "170.1 mV", "4.1 mV", "2.41 %", "10"],
      ["Roff", "21 GΩ", "300 MΩ", "1.43 %", "10"],
      ["Off/on ratio", "1.489 × 10⁶", "45000", "3 %", "10"],
      ["Vhold", "–", "–", "–", "0"],
      ["Off/on ratio", "gaussian", "0.98", "0.03", "–"],
      ["lognormal", "0.99", "0.02", "0.3"],
    ],
  );
  assert.deepEqual(await page.locator(".fits td b").allInnerTexts(), ["lognormal"]);
  assert.match(await page.locator(".facts").innerText(), /compliance\s+10 µA/);
  assert.ok((await page.locator(".run-page .chart").count()) >= 2);

  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("link", { name: /points\.csv/ }).click(),
  ]);
  const saved = await readFile(await download.path(), "utf8");
  let wanted = "";
  for await (const piece of (await openRun(store, writer.info.run)).csv("points")) wanted += piece;
  assert.equal(download.suggestedFilename(), `${writer.info.run}_points.csv`);
  assert.equal(saved, wanted);
  const [svg] = await Promise.all([
    page.waitForEvent("download"),
    page
      .getByRole("link", { name: /as SVG/ })
      .first()
      .click(),
  ]);
  assert.match(await readFile(await svg.path(), "utf8"), /<svg/);
  assert.deepEqual(faults, []);
});

test("the run list finds a device among many, and follows the status of the running one", async (t) => {
  for (const dut of ["W3-D17", "W3-D18", "W4-D01"]) await (await beginSweepRun(store, { dut })).finish("done", {});
  const writer = await beginSweepRun(store, { dut: "W4-D02" });
  const page = await open(t);
  if (page === undefined) return writer.finish("done", {});
  const items = page.locator("#runs li");
  await page.locator("#runs-total", { hasText: "4" }).waitFor();
  await items.first().getByText("● running").waitFor();
  await page.getByRole("searchbox").fill("w4 done");
  await page.locator("#runs-total", { hasText: "1" }).waitFor();
  assert.match(await items.first().innerText(), /W4-D01/);
  await page.getByRole("searchbox").fill("");
  await writer.finish("aborted", {});
  await items.first().getByText("■ aborted").waitFor();
  assert.deepEqual(faults, []);
});

test("a lost connection is said, and the page comes back by itself with what it missed", async (t) => {
  const writer = await beginSweepRun(store, { expectedRows: 1210 });
  await sweeps(writer, 1, 1);
  const page = await open(t);
  if (page === undefined || dashboard === undefined) return writer.finish("done", {});
  await page.getByText("cycle 1").waitFor();
  const port = Number(new URL(dashboard.url).port);
  await dashboard.close();
  await page.getByRole("alert").getByText("connection to memrig is lost").waitFor();
  await picture(page, "lost");
  await sweeps(writer, 2, 3);
  dashboard = await serveDashboard({ store, page: builtPage, port });
  await page.getByText("cycle 3").waitFor();
  await page.locator("#lost").waitFor({ state: "hidden" });
  await writer.finish("done", {});
});

test("nothing is wider than a phone, and the two buttons stay within reach", async (t) => {
  const writer = await beginSweepRun(store, { expectedRows: 1210 });
  await sweeps(writer, 1, 6);
  const page = await open(t, {}, { viewport: { width: 360, height: 740 }, deviceScaleFactor: 2, colorScheme: "dark" });
  if (page === undefined) return writer.finish("done", {});
  await page.getByText("cycle 6").waitFor();
  await picture(page, "phone-dark");
  await writer.finish("done", {});
  for (const view of ["live", "run"]) {
    if (view === "run") {
      await page.locator("#runs a").first().click();
      await page.locator(".run-page canvas").first().waitFor();
      await picture(page, "phone-run", true);
    }
    const wide = await page.evaluate<number>("document.documentElement.scrollWidth");
    assert.ok(wide <= 360, `${view}: ${wide} pixels on a screen of 360`);
    const box = await page.getByRole("button", { name: "Outputs off" }).boundingBox();
    assert.ok(box && box.y + box.height <= 740 && box.height >= 44, JSON.stringify(box));
  }
  assert.deepEqual(faults, []);
});

test("a name full of markup is text, wherever it is shown", async (t) => {
  const nasty = `<img src=x onerror="document.title='owned'">`;
  const writer = await beginSweepRun(store, { dut: nasty, tags: { note: nasty } });
  writer.event("warning", { message: nasty });
  await sweeps(writer, 1, 1);
  await writer.finish("failed", { reason: nasty });
  const page = await open(t, { bench: { name: nasty, dut: { id: nasty } } });
  if (page === undefined) return;
  await page.locator("#runs a").first().click();
  await page.getByRole("heading", { name: "Parameters" }).waitFor();
  assert.equal(await page.locator("img").count(), 0);
  assert.notEqual(await page.title(), "owned");
  assert.deepEqual(faults, []);
});
