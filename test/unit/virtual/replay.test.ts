import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { Keithley2450 } from "../../../drivers/smu/keithley-2450.js";
import { openSession } from "../../../src/visa/index.js";
import type { Session } from "../../../src/visa/index.js";
import { readWireLog, WireLog } from "../../../src/visa/wire/index.js";
import { replayLinks, serveReplay } from "../../../src/virtual/replay/index.js";
import { transportInstrument } from "../../suites/transport-instrument.js";
import { vxi11Transport } from "../../suites/transports.js";
import { scratchFolder } from "../../support/cli.js";
import { needs } from "../../support/needs.js";
import { virtualBench, smuWiring } from "../../support/virtual-bench.js";
import { wireDialogue } from "../../support/wire-dialogue.js";

const every = Uint8Array.from({ length: 256 }, (_, k) => k);

/** What is said over a link of the instrument for trying links. */
async function record(t: TestContext, say: (session: Session) => Promise<void>): Promise<string> {
  const file = join(await scratchFolder(t), "wire.jsonl");
  const log = new WireLog("memrig test");
  log.writeTo(file);
  const served = await vxi11Transport.serve(transportInstrument().scpi);
  const session = await openSession(served.resource, { onWire: log.listener("x") });
  await say(session);
  await session.close();
  await served.close();
  await log.close();
  return file;
}

const story = async (session: Session) => {
  assert.equal(await session.query(":ECHO? 'one'"), "one");
  await session.write(Buffer.concat([Buffer.from(":DATA #3256"), every, Buffer.from("\n")]));
  assert.deepEqual([...(await session.queryBlock(":DATA?"))], [...every]);
  assert.equal(await session.query(":ECHO? 'two'"), "two");
};

async function replayed(t: TestContext, file: string, options: Parameters<typeof serveReplay>[1] = {}) {
  const left: string[] = [];
  const server = await serveReplay(await readWireLog(file), {
    ...options,
    onLeft: (_, sentence) => left.push(sentence),
  });
  t.after(() => server.close());
  const [served] = server.instruments;
  assert.ok(served);
  return { left, served, resource: served.resources[0] ?? "" };
}

for (const link of replayLinks) {
  test(`a dialogue recorded over VXI-11 is replayed on ${link}, binary blocks and all`, async (t) => {
    if (link === "serial" && needs(t, "socat") === undefined) return;
    const { served, resource, left } = await replayed(t, await record(t, story), { links: [link] });
    const session = await openSession(resource);
    t.after(() => session.close());
    await story(session);
    assert.deepEqual([served.replay.due, left], [undefined, []]);
  });
}

test("another message than was recorded hangs up, and the sentence says where, what was due and what came", async (t) => {
  const file = await record(t, story);
  const { left, served, resource } = await replayed(t, file);
  const session = await openSession(resource);
  t.after(() => session.close());
  assert.equal(await session.query(":ECHO? 'one'"), "one");
  await assert.rejects(session.query(":ECHO? 'three'"), /the instrument closed the connection/);
  await assert.rejects(session.query(":ECHO? 'two'"), /the instrument closed the connection/);
  assert.equal(left.length, 1);
  const [sentence = ""] = left;
  assert.ok(sentence.startsWith(`x left ${file}:5 (message 2 of 4, `), sentence);
  assert.match(sentence, /expected ":DATA #3256.*", got ":ECHO\? 'three'"\.$/s);
  assert.equal(served.replay.due, sentence);
});

test("a block that differs in one byte is told apart from the recorded one by the place of that byte", async (t) => {
  const send = (bytes: Uint8Array) => (session: Session) =>
    session.write(Buffer.concat([Buffer.from(`:DATA #3${bytes.length}`), bytes, Buffer.from("\n")]));
  const { left, resource } = await replayed(t, await record(t, send(new Uint8Array(200))));
  const session = await openSession(resource);
  t.after(() => session.close());
  const other = new Uint8Array(200);
  other[150] = 1;
  await send(other)(session);
  await assert.rejects(session.query("*IDN?"));
  assert.match(left[0] ?? "", /\(211 and 211 bytes, the first difference at byte 161\)/);
});

test("messages beyond the recording, and messages that never came, are told", async (t) => {
  const { left, resource, served } = await replayed(t, await record(t, async (session) => session.write(":ECHO? 'a'")));
  assert.match(served.replay.due ?? "", /\(message 1 of 1, [\d.]+ s\): ":ECHO\? 'a'" is due and did not come/);
  const session = await openSession(resource);
  t.after(() => session.close());
  await session.write(":ECHO? 'a'");
  await assert.rejects(session.query("*IDN?"));
  assert.match(left[0] ?? "", /left .* at its end: nothing more was recorded, got "\*IDN\?"/);
});

test("a question that was never answered is not answered again: the caller runs out of time as it did", async (t) => {
  const file = await record(t, async (session) => {
    await assert.rejects(session.query(":LATE?", { timeout_ms: 100 }));
    assert.equal(await session.query(":ECHO? 'after'"), "after");
  });
  const { served, resource } = await replayed(t, file);
  const session = await openSession(resource);
  t.after(() => session.close());
  await assert.rejects(session.query(":LATE?", { timeout_ms: 100 }), /no answer within 0\.1 s/);
  assert.equal(await session.query(":ECHO? 'after'"), "after");
  assert.equal(served.replay.due, undefined);
});

test("in any order, a question is answered as often as it is asked, in the order of its own answers", async (t) => {
  const file = await record(t, async (session) => {
    await session.write(":DATA #11a");
    await session.queryBlock(":DATA?");
    await session.write(":DATA #11b");
    await session.queryBlock(":DATA?");
    await session.query(":ECHO? 'x'");
  });
  const { left, resource } = await replayed(t, file, { anyOrder: true });
  const session = await openSession(resource);
  t.after(() => session.close());
  assert.equal(await session.query(":ECHO? 'x'"), "x");
  const answers: string[] = [];
  for (let k = 0; k < 3; k++) answers.push(Buffer.from(await session.queryBlock(":DATA?")).toString());
  assert.deepEqual(answers, ["a", "b", "b"]);
  await assert.rejects(session.query(":NEVER?"));
  assert.match(left[0] ?? "", /":NEVER\?" was never recorded/);
});

test("a label that was not recorded, and a block that is too long for the log, are refused", async (t) => {
  const file = await record(t, story);
  await assert.rejects(
    serveReplay(await readWireLog(file), { instruments: ["awg"] }),
    /no "awg" was recorded; there is x/,
  );
  const cut =
    '{"t_s":1,"instrument":"x","received":"#9","block":{"bytes":20000000,"sha256":"","base64":"AAAA"},"end":true}';
  await writeFile(
    file,
    `{"wire":1,"started":"2026-01-31T12:00:00Z"}\n{"t_s":0,"instrument":"x","sent":"A?\\n"}\n${cut}\n`,
  );
  await assert.rejects(serveReplay(await readWireLog(file)), /wire\.jsonl:3: a block was received that is too long/);
});

test("a driver's dialogue is a test in three lines, from the wire log of a session with the instrument", async (t) => {
  const file = join(await scratchFolder(t), "wire.jsonl");
  const resistor = { id: "R", model: "resistor", parameters: { R: 1000 } };
  const bench = await virtualBench([{ label: "smu", driver: "keithley-2450" }], smuWiring("smu"), resistor);
  const log = new WireLog("memrig test");
  log.writeTo(file);
  const session = await openSession(bench.resource("smu"), { onWire: log.listener("smu") });
  const driver = await Keithley2450.open(session, "smu");
  await driver.makeSafe();
  await driver.close();
  await bench.close();
  await log.close();

  const open = (session: Session) => Keithley2450.open(session, "smu");
  await wireDialogue(file, "smu", open, (smu) => smu.makeSafe());
  await assert.rejects(
    wireDialogue(file, "smu", open, async (smu) => void (await smu.outputIsOn())),
    /expected ":ABOR", got ":OUTP\?"/,
  );
  await assert.rejects(
    wireDialogue(file, "smu", open, async () => undefined),
    /":ABOR" is due and did not come/,
  );
});
