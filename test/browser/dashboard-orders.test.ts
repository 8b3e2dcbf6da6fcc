import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test, type TestContext } from "node:test";
import type { Browser, Locator, Page } from "playwright-core";
import { serveDashboard, type Dashboard, type DashboardOptions } from "../../dashboard/server/index.js";
import { deskLab, type DeskLab } from "../support/desk.js";
import { needs } from "../support/needs.js";
import { buildPage, scratch, startBrowser } from "../support/page.js";
import { beginSweepRun, sweepRows } from "../support/runs.js";
import { until } from "../support/until.js";

/** Pictures for a person to look at, when a folder for them is given. */
const pictures = process.env["MEMRIG_PICTURES"];

let folder: Awaited<ReturnType<typeof scratch>>;
let builtPage: string;
let browser: Browser | undefined;

before(async () => {
  folder = await scratch();
  builtPage = await buildPage(join(folder.folder, "page"));
});

after(async () => {
  await browser?.close();
  await folder.remove();
});

interface Opened {
  readonly page: Page;
  readonly dashboard: Dashboard;
  readonly faults: readonly string[];
  /** Another browser at the same dashboard. */
  readonly another: (at?: string) => Promise<Page>;
}

/** The dashboard of a desk in a browser; undefined where there is no browser (the test is then skipped). */
async function open(t: TestContext, lab: DeskLab, at: string, look: object = {}): Promise<Opened | undefined> {
  const chromium = needs(t, "chromium");
  if (chromium === undefined) return undefined;
  const started = (browser ??= await startBrowser(chromium));
  const dashboard = await serve(t, lab);
  const faults: string[] = [];
  const another = async (to = at): Promise<Page> => {
    const context = await started.newContext({ viewport: { width: 1280, height: 800 }, ...look });
    t.after(() => context.close());
    const page = await context.newPage();
    page.setDefaultTimeout(10_000);
    page.on("pageerror", (error) => faults.push(error.message));
    await page.goto(new URL(to, dashboard.url).href);
    return page;
  };
  return { page: await another(), dashboard, faults, another };
}

async function serve(
  t: TestContext,
  { store, desk }: DeskLab,
  more: Partial<DashboardOptions> = {},
): Promise<Dashboard> {
  const bench = { name: "ohms", dut: { id: "R1" } };
  const dashboard = await serveDashboard({
    store,
    page: builtPage,
    bench,
    desk,
    safe: () => Promise.resolve([]),
    ...more,
  });
  let closed = false;
  t.after(async () => {
    if (!closed) await dashboard.close();
  });
  return {
    url: dashboard.url,
    close: async () => {
      closed = true;
      await dashboard.close();
    },
  };
}

async function picture(page: Page, name: string): Promise<void> {
  if (pictures !== undefined) await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true });
}

const field = (page: Page, name: string): Locator => page.getByLabel(name, { exact: true });

async function waits(lab: DeskLab, protocol: string, settings: Record<string, string> = {}): Promise<string> {
  return (await lab.desk.add({ protocol, settings })).id;
}

test("a run is filled in, tried dry, started, and watched to its end; the same form puts the next one in the queue", async (t) => {
  const lab = await deskLab(t, "here");
  const opened = await open(t, lab, "#/new/iv-sweep");
  if (opened === undefined) return;
  const { page, faults } = opened;
  await field(page, "stop").fill("200 mV");
  await field(page, "step").fill("20m");
  await field(page, "dwell").fill("1 ms");
  await field(page, "device").fill("R7");
  await field(page, "tags").fill("wafer=W3");
  await field(page, "tags").press("Enter");
  await page.getByText("✓ The limits hold").waitFor();
  const told = await page.getByRole("region", { name: "Dry run" }).innerText();
  assert.match(
    told,
    /21 rows[\s\S]*Open smu[\s\S]*Reaches 200 mV and 10 µA at most[\s\S]*voltage\s+200 mV\s+2 V\s+90 %/,
  );
  assert.deepEqual(await lab.queue.list(), []);
  await picture(page, "form-dry-run");

  await field(page, "step").fill("10m");
  assert.equal(
    await page.getByRole("button", { name: "Start now" }).isDisabled(),
    true,
    "the dry run was of another step",
  );
  await page.getByRole("button", { name: "Dry run" }).click();
  await page.getByText("41 rows", { exact: true }).waitFor();
  await page.getByRole("button", { name: "Start now" }).click();
  await page.getByRole("link", { name: "Watch it" }).click();
  await page.locator("#badge", { hasText: "done" }).waitFor();
  await page.locator("#runs li", { hasText: "R7" }).getByText("wafer=W3").waitFor();
  await until("its program is gone", async () => ((await lab.queue.hasRunner()) ? undefined : true));

  await page.getByRole("link", { name: "New run" }).click();
  assert.equal(await field(page, "step").inputValue(), "10m", "what was written is still there");
  await page.getByRole("button", { name: "Dry run" }).click();
  await page.getByRole("button", { name: "Put in the queue" }).click();
  await page.getByRole("link", { name: "To the queue" }).click();
  await page.getByRole("heading", { name: /^Waiting \(1\)/ }).waitFor();
  assert.deepEqual(faults, []);
});

test("wrong fields are told at their places, all at once, by the keyboard's focus and to a screen reader", async (t) => {
  const lab = await deskLab(t, "none");
  const opened = await open(t, lab, "#/new/iv-sweep");
  if (opened === undefined) return;
  const { page, faults } = opened;
  await field(page, "stop").fill("3 bananas");
  await field(page, "dwell").fill("-1 s");
  await field(page, "cycles").fill("many");
  await page.getByRole("button", { name: "Dry run" }).click();
  await page.getByRole("alert").getByText("3 fields are wrong").waitFor();
  const wrong = await page.evaluate<string[]>(
    `[...document.querySelectorAll("[aria-invalid=true]")].map(({ name }) => name)`,
  );
  assert.deepEqual(wrong, ["stop", "dwell", "cycles"]);
  assert.equal(await page.evaluate<string>("document.activeElement.name"), "stop");
  const spoken = await page.evaluate<string>(
    `document.getElementById("field-dwell").getAttribute("aria-describedby").split(" ").map((id) => document.getElementById(id).textContent).join(" ")`,
  );
  assert.match(spoken, /time at each level.*more than 0 s.*-1 s was given/);
  await picture(page, "form-errors");

  await field(page, "stop").fill("5 V");
  await field(page, "dwell").fill("");
  await field(page, "cycles").fill("");
  await page.getByRole("button", { name: "Dry run" }).click();
  await page.getByText("✕ The limits do not hold").waitFor();
  await page
    .locator(".field", { has: field(page, "stop") })
    .getByText("5 V is more than the 2 V")
    .waitFor();
  assert.equal(await page.getByRole("button", { name: "Start now" }).count(), 0);
  await picture(page, "form-limits");
  assert.deepEqual(faults, []);
});

test("a preset fills the form, and a protocol that the bench can not do says why", async (t) => {
  const lab = await deskLab(t, "none");
  const opened = await open(t, lab, "#/new/endurance");
  if (opened === undefined) return;
  const { page, faults } = opened;
  await page.locator(".reason", { hasText: "needs a generator at the top of the device" }).waitFor();
  assert.equal(await page.getByRole("button", { name: "Dry run" }).isDisabled(), true);
  await field(page, "preset").selectOption("vo2-26.6M");
  assert.equal(await field(page, "cycles").inputValue(), "26600000");
  await field(page, "protocol").selectOption("hold-and-read");
  await field(page, "readings").waitFor();
  assert.equal(await page.getByRole("button", { name: "Dry run" }).isDisabled(), false);

  // A slow server: what is chosen while the form is asked for again stays chosen.
  const held: (() => void)[] = [];
  await page.route("**/api/form", async (asked) => {
    await new Promise<void>((resolve) => held.push(resolve));
    await asked.continue();
  });
  await page.getByRole("link", { name: "Queue" }).click();
  await page.getByRole("link", { name: "New run", exact: true }).click();
  const release = await until("the form is asked for", () => held[0]);
  await field(page, "protocol").selectOption("iv-sweep");
  const answered = page.waitForResponse("**/api/form");
  release();
  await (await answered).finished();
  assert.equal(await field(page, "protocol").inputValue(), "iv-sweep");
  await field(page, "drive").selectOption("current");
  assert.match(await page.locator(".field", { has: field(page, "stop") }).innerText(), /A[\s\S]*has to be given/);
  assert.deepEqual(faults, []);
});

test("what waits is moved by keys and by the mouse and cancelled, and two browsers show the same", async (t) => {
  const lab = await deskLab(t, "none");
  for (const protocol of ["iv-sweep", "hold-and-read", "retention"]) await waits(lab, protocol);
  const opened = await open(t, lab, "#/queue");
  if (opened === undefined) return;
  const { page, faults, another } = opened;
  const other = await another();
  const order = (of: Page): Promise<string> =>
    of
      .locator(".waiting-list b")
      .allInnerTexts()
      .then((names) => names.join(" "));
  const both = (wanted: string): Promise<true> =>
    until(`${wanted} in both browsers`, async () =>
      (await order(page)) === wanted && (await order(other)) === wanted ? true : undefined,
    );
  await both("iv-sweep mine.ts retention");
  const up = page.locator(".waiting-list li", { hasText: "retention" }).getByRole("button", { name: /up$/ });
  await up.focus();
  await page.keyboard.press("Enter");
  await both("iv-sweep retention mine.ts");
  await page.keyboard.press("Enter");
  await both("retention iv-sweep mine.ts");
  assert.equal(await up.getAttribute("aria-disabled"), "true");

  const rows = other.locator(".waiting-list li");
  await rows.first().dragTo(rows.last(), { targetPosition: { x: 40, y: 60 } });
  await both("iv-sweep mine.ts retention");
  await rows
    .nth(1)
    .getByRole("button", { name: /^Cancel/ })
    .click();
  await both("iv-sweep retention");
  await page.locator(".ended-list", { hasText: "– cancelled" }).waitFor();
  await picture(page, "queue-waiting");
  assert.deepEqual(
    (await lab.queue.list()).filter(({ state }) => state === "queued").map(({ protocol }) => protocol),
    ["iv-sweep", "retention"],
  );
  assert.deepEqual(faults, []);
});

test("the queue page shows the run in hand, paused as the engine has it, and is right again after the server was started anew", async (t) => {
  const lab = await deskLab(t, "none");
  const id = await waits(lab, "iv-sweep");
  await waits(lab, "hold-and-read");
  await lab.queue.beginRunner();
  await lab.queue.take(id);
  const writer = await beginSweepRun(lab.store, { expectedRows: 242, bench: "ohms" });
  await lab.queue.began(id, writer.info.run, writer.folder);
  writer.event("state", { state: "running" });
  writer.append({ table: "points", rows: sweepRows(1) });
  await writer.flush();
  const opened = await open(t, lab, "#/queue");
  if (opened === undefined) return writer.finish("done", {});
  const { page, dashboard } = opened;
  const running = page.locator(".running-list li");
  await running.getByText("121 of 242 rows · 50 %").waitFor();
  await page.getByText("The queue is being run").waitFor();
  await page.getByRole("button", { name: "Stop after this one" }).click();
  await page.getByText("Stops after this one: what waits").waitFor();
  assert.equal(await lab.queue.isHeld(), true);

  writer.event("state", { state: "pausing" });
  writer.event("state", { state: "paused" });
  await writer.flush();
  await running.getByText("‖ paused").waitFor();
  await page.locator("#runs li", { hasText: "‖ paused" }).waitFor();
  assert.match(await page.locator("#badge").innerText(), /paused/);
  assert.equal(await running.getByRole("button", { name: "Go on" }).count(), 1);
  await picture(page, "queue-paused");

  const port = Number(new URL(dashboard.url).port);
  await dashboard.close();
  await page.getByRole("alert").getByText("connection to memrig is lost").waitFor();
  writer.event("state", { state: "running" });
  await writer.flush();
  await lab.queue.release();
  await serve(t, lab, { port });
  await page.locator("#lost").waitFor({ state: "hidden" });
  await running.getByText("● running").waitFor();
  await page.getByText("The queue is being run").waitFor();
  await writer.finish("done", {});
  await lab.queue.finish(id, { state: "done" });
  await lab.queue.endRunner();
  await page.locator(".ended-list", { hasText: "✓ done" }).waitFor();
  await page.getByRole("button", { name: "Run the queue" }).waitFor();
});

test("form and queue fit a phone, light and dark, with outputs off in reach and text that can be read", async (t) => {
  const lab = await deskLab(t, "none");
  await waits(lab, "iv-sweep", { stop: "200 mV", compliance: "10 uA" });
  for (const colorScheme of ["dark", "light"] as const) {
    const opened = await open(t, lab, "#/queue", { viewport: { width: 390, height: 800 }, colorScheme });
    if (opened === undefined) return;
    const { page, dashboard, faults } = opened;
    for (const at of ["#/queue", "#/new/iv-sweep"]) {
      await page.goto(new URL(at, dashboard.url).href);
      await (at === "#/queue" ? page.locator(".waiting-list li") : field(page, "stop")).waitFor();
      await picture(page, `phone-${at.slice(2, 5)}-${colorScheme}`);
      const wide = await page.evaluate<number>("document.documentElement.scrollWidth");
      assert.ok(wide <= 390, `${at}: ${wide} pixels on a screen of 390`);
      const box = await page.getByRole("button", { name: "Outputs off" }).boundingBox();
      assert.ok(box && box.y + box.height <= 800 && box.height >= 44, JSON.stringify(box));
      const unnamed = await page.locator("input:not([id]), select:not([id])").count();
      assert.equal(unnamed - (await page.locator("#main input[type=radio]").count()), 0, `${unnamed} without a label`);
      const faint = await page.evaluate<string[]>(faintTexts);
      assert.deepEqual(faint, [], `${at}, ${colorScheme}: below 4.5 to 1`);
    }
    assert.deepEqual(faults, []);
    await dashboard.close();
  }
});

/** Texts of the page whose contrast to what they stand on is below 4.5 to 1 (WCAG 2.2, 1.4.3). What is disabled is exempt. */
const faintTexts = `(() => {
  const channels = (colour) => (colour.match(/[\\d.]+/g) ?? []).map(Number);
  const light = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((v) => (v /= 255, v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const under = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const found = channels(getComputedStyle(at).backgroundColor);
      if (found.length < 4 || found[3] > 0.99) return found;
    }
    return [255, 255, 255];
  };
  return [...document.querySelectorAll("main *, header.top *")].flatMap((element) => {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim() !== "");
    if (!own || element.closest(":disabled, [aria-disabled=true], [hidden]") || element.getClientRects().length === 0) return [];
    const [a, b] = [light(channels(getComputedStyle(element).color)), light(under(element))].sort((x, y) => y - x);
    const contrast = (a + 0.05) / (b + 0.05);
    return contrast < 4.5 ? [element.textContent.trim().slice(0, 40) + ": " + contrast.toFixed(2)] : [];
  });
})()`;

test("what a hand prober's run asks stands above every page; Done lets it go on, and Abort run stops it while it asks", async (t) => {
  const text =
    "instruments: { smu: { driver: keithley-2450, resource: virtual } }\n" +
    "dut: { id: W3, model: resistor, parameters: { R: 100 kohm } }\nprober: { by: hand, deadline: 60 s }\n";
  const lab = await deskLab(t, "here", text);
  const opened = await open(t, lab, "#/queue");
  if (opened === undefined) return;
  const { page, faults } = opened;
  const ask = (site: string) =>
    lab.desk
      .add({ protocol: "iv-sweep", settings: { stop: "0.1 V" }, site })
      .then(({ id }) => void lab.desk.startRunner(id));
  const asks = page.locator("#question");
  await ask("R1C1");
  await asks.filter({ hasText: "Set the needles down on R1C1" }).waitFor();
  await page.locator(".running-list .status").filter({ hasText: "? asking" }).waitFor();
  await picture(page, "question");
  await asks.getByRole("button", { name: "Done, go on" }).click();
  await page.locator(".ended-list").filter({ hasText: "done" }).waitFor();
  assert.equal(await asks.isVisible(), false);

  await ask("R1C2");
  await asks.filter({ hasText: "R1C2" }).waitFor();
  await page.getByRole("button", { name: "Abort run" }).click();
  await page.locator(".ended-list").filter({ hasText: "cancelled" }).waitFor();
  await page.locator("#report").filter({ hasText: "Asked to stop before it became a run" }).waitFor();
  assert.deepEqual([await asks.isVisible(), await page.locator("#abort").isDisabled(), faults], [false, true, []]);
});
