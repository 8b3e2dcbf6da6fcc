import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { promisify } from "node:util";
import { parseResource } from "../../src/visa/index.js";
import { serveVirtualBench } from "../../src/virtual/serve.js";
import { scratchFolder } from "../support/cli.js";
import { needs } from "../support/needs.js";
import { pulseWiring } from "../support/pulse-bench.js";

const run = promisify(execFile);

/** Generator and scope around a resistor, as lxi-tools addresses them. */
async function served(t: TestContext, lxi: string) {
  const bench = await serveVirtualBench({
    name: "lxi",
    instruments: [
      { label: "awg", driver: "keysight-33500" },
      { label: "scope", driver: "keysight-infiniivision" },
    ],
    dut: { id: "R", model: "resistor", parameters: { R: 950 } },
    wiring: pulseWiring(50),
    address: "127.0.0.1",
    ports: "any",
    links: ["socket", "vxi11"],
    time: "fast",
    seed: 1,
  });
  t.after(() => bench.close());
  const placeOf = (name: string, kind: "socket" | "vxi11") => {
    const names = bench.instruments.find((instrument) => instrument.name === name)?.resources ?? [];
    const parsed = names.map(parseResource).find((each) => each.kind === kind);
    assert.ok(parsed?.kind === "socket" || parsed?.kind === "vxi11", `${name} on ${kind}: ${names.join(" ")}`);
    return { host: parsed.host, port: parsed.port };
  };
  const raw = (name: string) => {
    const { host, port } = placeOf(name, "socket");
    return ["--address", host, "--raw", "--port", String(port)];
  };
  return {
    raw,
    /** Foreign clients know no port but 111. */
    vxi11: (name: string) => placeOf(name, "vxi11"),
    ask: async (where: readonly string[], message: string) =>
      (await run(lxi, ["scpi", ...where, "--timeout", "10", message])).stdout.trim(),
  };
}

test("lxi screenshot knows the virtual scope by its identity and saves the picture with the sine that is on its screen", async (t) => {
  const lxi = needs(t, "lxi");
  if (!lxi) return;
  const { raw, vxi11, ask } = await served(t, lxi);
  const { host, port } = vxi11("scope");
  if (port !== undefined) {
    if (process.env["CI"] === "true") throw new Error("port 111 can not be had (a skip is a failure with CI=true)");
    t.skip("port 111 can not be had here: run as root, with no port mapper of the system running");
    return;
  }
  await ask(raw("awg"), ":OUTP:LOAD INF;:APPL:SIN 1E3,2,0");
  assert.equal(await ask(["--address", host], ":CHAN1:RANG 4;:TIM:RANG 2E-3;:DIG CHAN1;*OPC?"), "1");
  const file = join(await scratchFolder(t), "screen.bmp");

  const { stdout } = await run(lxi, ["screenshot", "--address", host, "--timeout", "20", file], { timeout: 40_000 });

  assert.match(stdout, /Saved screenshot image to .*screen\.bmp/);
  const bmp = await readFile(file);
  assert.equal(bmp.toString("latin1", 0, 2), "BM");
  assert.equal(bmp.length, 54 + 800 * 480 * 3);
  const columns = new Set<number>();
  const heights = new Set<number>();
  for (let point = 0; point < 800 * 480; point++) {
    const [blue, green, red] = bmp.subarray(54 + 3 * point, 57 + 3 * point);
    if (red !== 255 || green !== 255 || blue !== 0) continue; // channel 1 is yellow
    columns.add(point % 800);
    heights.add(Math.floor(point / 800));
  }
  assert.equal(columns.size, 720, "the trace crosses the whole grid");
  // 1.9 V of 4 V, 400 points high: a sine, not a line
  assert.ok(heights.size > 180 && heights.size < 210, `${heights.size} points high`);
  assert.equal(await ask(["--address", host], ":SYST:ERR?"), '+0,"No error"');
});

test("lxi scpi and lxi benchmark talk to the virtual scope over its raw socket", async (t) => {
  const lxi = needs(t, "lxi");
  if (!lxi) return;
  const { raw, ask } = await served(t, lxi);

  assert.match(await ask(raw("scope"), "*IDN?"), /^KEYSIGHT TECHNOLOGIES,MSO-X 3104T,/);
  const { stdout } = await run(lxi, ["benchmark", ...raw("scope"), "--count", "200"], { timeout: 30_000 });

  assert.match(stdout, /Result: [\d.]+ requests\/second/);
});
