import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { PassThrough, Readable, Writable } from "node:stream";
import { test, type TestContext } from "node:test";
import {
  checkConnected,
  crosspointsOf,
  parseBench,
  siteNamed,
  siteOfTags,
  type Site,
} from "../../../src/bench/index.js";
import { moveProber } from "../../../src/bench/prober.js";
import type { ProberConfig } from "../../../src/bench/sites.js";
import { Person } from "../../../src/cli/campaign/person.js";
import { placeTags } from "../../../src/engine/campaign/plan.js";
import { MemrigError } from "../../../src/errors.js";

const site: Site = { name: "R7C2-D3", die: { name: "R7C2", column: 2, row: 7 }, device: "D3" };

function move(prober: ProberConfig, options: Parameters<typeof moveProber>[4] = {}): Promise<void> {
  return moveProber(prober, site, "R7C2", undefined, options);
}

/** A command that runs a line of JavaScript. */
function node(line: string, ...words: string[]): ProberConfig {
  return { kind: "command", argv: [process.execPath, "-e", line, "--", ...words], deadline_s: 20 };
}

async function scratch(t: TestContext): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), "memrig-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

test("a prober command is given the place in its words and in its environment", async (t) => {
  const file = path.join(await scratch(t), "seen.json");
  const seen = "[process.argv.slice(1), process.env.MEMRIG_SITE, process.env.MEMRIG_ROW]";
  await move(
    node(
      `require("fs").writeFileSync(${JSON.stringify(file)}, JSON.stringify(${seen}))`,
      "x={column}",
      "{die}/{device}",
    ),
  );
  assert.deepEqual(JSON.parse(await readFile(file, "utf8")), [["x=2", "R7C2/D3"], "R7C2-D3", "7"]);
});

test("a prober command that fails is told with what it said", async () => {
  const failing = move(node('console.error("no vacuum"); process.exit(3)'));
  await assert.rejects(failing, (error: MemrigError) => {
    assert.equal(error.kind, "no-answer");
    assert.match(error.message, /R7C2-D3.*exit code 3: no vacuum.*not known/s);
    return true;
  });
});

test("a prober command that is not there, and one that never ends, are told", async () => {
  await assert.rejects(move({ kind: "command", argv: ["./no-such-prober"], deadline_s: 20 }), /ENOENT/);
  const hung = { ...node("setInterval(() => {}, 1000)"), deadline_s: 0.3 };
  await assert.rejects(move(hung), /it was not there within 0\.3 s/);
});

test("a bench with many devices is not measured before one is named; a name says die and device", () => {
  const bench = (rest: string) =>
    parseBench(`instruments: { smu: { driver: keithley-2450, resource: virtual }, m: { driver: keithley-switch, resource: virtual } }\ndut: { model: resistor }\nwiring: { smu.high: dut.top, smu.low: dut.bottom }\n${rest}`, "b.yaml"); // prettier-ignore
  const [array, wafer] = [bench("sites: { through: m, at: { D1: [1101], D2: [1102] } }"), bench("prober: virtual")];
  assert.throws(() => checkConnected(array, undefined), /\(D1, D2\).*open circuit.*--site D1/s);
  assert.throws(() => checkConnected(wafer, undefined), /--site R1C1/);
  checkConnected(bench(""), undefined);
  checkConnected(bench("prober: hand"), undefined); // whatever the needles stand on
  checkConnected(array, siteNamed(array, "D2"));
  assert.throws(() => siteNamed(array, "D3"), /"D3" is not a site/);
  assert.deepEqual(siteNamed(wafer, "R48C50-D1"), {
    ...{ name: "R48C50-D1", device: "D1", die: { name: "R48C50", row: 48, column: 50 } },
  });
  const both = bench("prober: virtual\nsites: { through: m, at: { D1: [1101] } }");
  assert.throws(() => siteNamed(both, "D1"), /where on the wafer.*--site R1C2-D1/s);
  assert.deepEqual(siteOfTags(both, placeTags(siteNamed(both, "R2C3-D1"))), siteNamed(both, "R2C3-D1"));
  assert.equal(siteOfTags(bench(""), { site: "shelf 3" }), undefined);
});

test("an abort ends the move", async () => {
  const controller = new AbortController();
  const moving = move(node("setInterval(() => {}, 1000)"), { signal: controller.signal });
  controller.abort();
  await assert.rejects(moving, { kind: "aborted" });
});

test("a prober behind a file finds the wish there and answers in it", async (t) => {
  const file = path.join(await scratch(t), "prober.json");
  const answer = async (state: string) => {
    const moving = move({ kind: "file", file, deadline_s: 20 });
    moving.catch(() => undefined);
    let wish: { id?: string; site?: string; state?: string } = {};
    while (wish.state !== "move") {
      wish = JSON.parse(await readFile(file, "utf8").catch(() => "{}")) as typeof wish;
      await new Promise((resolve) => setImmediate(resolve));
    }
    assert.equal(wish.site, "R7C2-D3");
    await writeFile(file, JSON.stringify({ id: wish.id, state, message: "edge sensor" }));
    return moving;
  };
  await answer("there");
  await assert.rejects(answer("failed"), /it failed: edge sensor/);
});

test("a move by hand waits for the person; where nobody is, it says what to do", async () => {
  const asked: string[] = [];
  const hand = { kind: "hand", deadline_s: 20 } as const;
  await move(hand, { ask: (question) => Promise.resolve(void asked.push(question)) });
  assert.match(asked[0] ?? "", /R7C2-D3 \(die R7C2, device D3\)$/);
  await assert.rejects(move(hand), /nobody can be asked.*command or a file/s);
});

test("the terminal says to press Enter; a question that was answered elsewhere leaves the line to the next one", async () => {
  const input = new PassThrough();
  let said = "";
  const person = new Person(input, new Writable({ write: (chunk, _, done) => (done(), void (said += String(chunk))) }));
  const elsewhere = new AbortController();
  const first = person.ask("Move", elsewhere.signal);
  elsewhere.abort();
  await assert.rejects(first, /nobody answered/);
  const second = person.ask("Move on", new AbortController().signal);
  input.write("\n");
  await second;
  assert.equal(said, "Move, then press Enter: Move on, then press Enter: ");
  person.close();
});

test("what was typed ahead answers the next questions; an input that has ended answers none, at once", async () => {
  const person = new Person(Readable.from(["\n\n"]), new Writable({ write: (_chunk, _encoding, done) => done() }));
  const { signal } = new AbortController();
  await person.ask("first", signal);
  await person.ask("second", signal);
  for (const question of ["third", "fourth"]) await assert.rejects(person.ask(question, signal), /input ended/);
  person.close();
});

const bench = (rest: string) =>
  parseBench(
    `instruments: { smu: { driver: keithley-2450, resource: virtual }, m: { driver: keithley-switch, resource: virtual } }\n` +
      `dut: { model: zno-diffusive }\nwiring: { smu.high: dut.top, smu.low: dut.bottom }\n${rest}`,
    "b.yaml",
  );

test("crosspoints are those of the site, else those of its device; an unknown site is refused with those there are", () => {
  const config = bench(`sites: { through: m, at: { D3: "1A03, 1B03", R7C2-D4: [1A04] } }`);
  assert.deepEqual(crosspointsOf(config, site), ["1A03", "1B03"]);
  assert.deepEqual(crosspointsOf(config, { ...site, name: "R7C2-D4", device: "D4" }), ["1A04"]);
  assert.throws(() => crosspointsOf(config, { name: "D33" }), /D33 is not said.*Did you mean "D3"/s);
  assert.throws(() => crosspointsOf(bench(""), site), /neither sites:.*nor prober:/);
  assert.equal(crosspointsOf(bench("prober: hand"), site), undefined);
});

test("faults of sites and prober are told with their lines", () => {
  assert.throws(
    () => bench("sites: { through: mm, at: { A: [1A01] } }"),
    /b\.yaml:4: "mm" is not a switch.*Did you mean "m"/,
  );
  assert.throws(() => bench("sites: { through: smu, at: { A: [1A01] } }"), /"smu" is not a switch/);
  assert.throws(() => bench("sites: { through: m, at: {} }"), /No site stands here/);
  assert.throws(() => bench("sites: { through: m, at: { A: [] } }"), /at least one crosspoint/);
  assert.throws(() => bench("prober: { command: [a], file: b }"), /2 ways to move/);
  assert.throws(() => bench("prober: robot"), /write virtual, hand/);
  assert.throws(
    () =>
      parseBench('instruments: { smu: { resource: "TCPIP0::127.0.0.1::5025::SOCKET" } }\nprober: virtual', "b.yaml"),
    /b\.yaml:2: No instrument of this bench is virtual/,
  );
});
