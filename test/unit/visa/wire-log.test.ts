import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { openSession } from "../../../src/visa/index.js";
import type { WireEvent } from "../../../src/visa/index.js";
import { parseWireLog, readWireLog, WireLog } from "../../../src/visa/wire/index.js";
import type { RecordedEvent, WireSink } from "../../../src/visa/wire/index.js";
import { IDENTITY, transportInstrument } from "../../suites/transport-instrument.js";
import { socketTransport, usbtmcTransport, vxi11Transport } from "../../suites/transports.js";
import { scratchFolder } from "../../support/cli.js";
import { asked, scriptedInstrument } from "../../support/scripted-instrument.js";
import { until } from "../../support/until.js";

const resource = "TCPIP0::192.0.2.1::5025::SOCKET";
const message = (text: string, more: Partial<WireEvent> = {}): WireEvent =>
  ({ at_ms: performance.now(), resource, kind: "sent", text, end: false, ...more }) as WireEvent;

/** What was said, without times. */
const said = (events: readonly RecordedEvent[] = []) =>
  events.map((event) => {
    if (event.kind === "act") return event.act;
    if (event.kind === "fault") return "fault";
    return `${event.kind} ${event.bytes?.toString("latin1")}`;
  });

/** A disk of the test's making. */
function disk(append: (text: string) => Promise<void>) {
  return (): Promise<WireSink> => Promise.resolve({ append, close: () => Promise.resolve() });
}

async function recorded(t: TestContext, action: (log: WireLog) => Promise<void>) {
  const file = join(await scratchFolder(t), "wire.jsonl");
  const log = new WireLog("memrig test");
  log.writeTo(file);
  await action(log);
  const report = await log.close();
  return { file, report, recording: await readWireLog(file) };
}

for (const transport of [socketTransport, vxi11Transport, usbtmcTransport]) {
  test(`${transport.name}: a question, its answer, a block and the acts are in the log, byte for byte`, async (t) => {
    const served = await transport.serve(transportInstrument().scpi);
    t.after(() => served.close());
    const every = Uint8Array.from({ length: 256 }, (_, k) => k);
    const { recording, report } = await recorded(t, async (log) => {
      const session = await openSession(served.resource, { ...served.options, onWire: log.listener("smu") });
      await session.query("*IDN?");
      await session.write(Buffer.concat([Buffer.from(":DATA #3256"), every, Buffer.from("\n")]));
      assert.deepEqual([...(await session.queryBlock(":DATA?"))], [...every]);
      await session.clear();
      await session.close();
    });
    const block = `#3256${Buffer.from(every).toString("latin1")}`;
    assert.deepEqual(said(recording.instruments.get("smu")), [
      "connect",
      "sent *IDN?\n",
      `received ${IDENTITY}\n`,
      `sent :DATA ${block}\n`,
      "sent :DATA?\n",
      `received ${block}\n`,
      "clear",
      ...(transport === socketTransport ? ["connect"] : []),
      "close",
    ]);
    assert.deepEqual([report.dropped, recording.missing], [0, 0]);
    const times = recording.instruments.get("smu")?.map(({ t_s }) => t_s) ?? [];
    assert.deepEqual(
      times,
      [...times].sort((a, b) => a - b),
    );
  });
}

test("the line end an instrument sends is kept, and a call that fails is in the log with its reason", async (t) => {
  const instrument = await scriptedInstrument([asked("A?", Buffer.from("1\r\n")), { expect: "B?" }]);
  t.after(() => instrument.close());
  const { file, recording } = await recorded(t, async (log) => {
    const session = await openSession(instrument.resource, { onWire: log.listener("x") });
    assert.equal(await session.query("A?"), "1");
    await assert.rejects(session.query("B?", { timeout_ms: 50 }));
    await session.close();
  });
  assert.deepEqual(said(recording.instruments.get("x")), [
    "connect",
    "sent A?\n",
    "received 1\r\n",
    "sent B?\n",
    "fault",
    "close",
  ]);
  assert.match(await readFile(file, "utf8"), /"error":"no-answer","asked":"B\?","message":".*no answer within 0\.05 s/);
});

test("a block tells its length and hash; one of more than 16 MiB is there with its beginning only", async (t) => {
  const small = Buffer.from([1, 2, 3]);
  const large = Buffer.alloc(16 * 1024 * 1024 + 1, 7);
  const { file, recording } = await recorded(t, async (log) => {
    log.record("scope", message("#13", { kind: "received", block: small, after: "\n" }));
    small.fill(0); // the log has its own copy
    log.record("scope", message("#816777217", { kind: "received", block: large, after: "\n" }));
  });
  const [first, second] = recording.instruments.get("scope") ?? [];
  assert.ok(first?.kind === "received" && second?.kind === "received");
  assert.deepEqual(first.bytes, Buffer.from("#13\x01\x02\x03\n"));
  assert.equal(second.bytes, undefined);
  const text = await readFile(file, "utf8");
  assert.ok(text.includes(`"bytes":16777217,"sha256":"${createHash("sha256").update(large).digest("hex")}"`));
  assert.ok(text.length < 200_000, `${text.length} characters`);
});

test("a disk that is full costs lines and nothing else: they are counted, and the log goes on when there is room", async () => {
  let text = "";
  let full = false;
  let refused = 0;
  const append = (more: string) => {
    if (full) refused += 1;
    if (full) return Promise.reject(Object.assign(new Error("no space left on device"), { code: "ENOSPC" }));
    text += more;
    return Promise.resolve();
  };
  const log = new WireLog("memrig test", disk(append));
  log.writeTo("wire.jsonl");
  await until("the first line is there", () => (text === "" ? undefined : true));
  full = true;
  log.record("smu", message("A\n"));
  await until("the disk has refused", () => (refused > 0 ? true : undefined));
  full = false;
  log.record("smu", message("B\n"));
  await until("the disk is tried again", () => (text.includes("B") ? true : undefined));
  const report = await log.close();
  assert.deepEqual([report.lines, report.dropped, report.failure], [1, 1, "no space left on device"]);
  const [first, torn, ...rest] = text.trimEnd().split("\n");
  assert.match(first ?? "", /^\{"wire":1,"started":"\d{4}-.*Z","software":"memrig test"\}$/);
  assert.equal(torn, ""); // A may have been cut in the middle: its line is ended
  assert.match(rest.join("\n"), /^\{"dropped":1\}\n\{.*"sent":"B\\n".*\}\n\{.*"closed":true,"lines":1,"dropped":1\}$/);
  assert.equal(parseWireLog(text, "wire.jsonl").missing, 1);
});

test("the first line is written late where the disk refused it, and the log is one", async () => {
  let text = "";
  let refusals = 1;
  const append = (more: string) => {
    if (refusals-- > 0) {
      text += more.slice(0, 10);
      return Promise.reject(new Error("no space left on device"));
    }
    text += more;
    return Promise.resolve();
  };
  const log = new WireLog("memrig test", disk(append));
  log.record("smu", message("A\n"));
  log.writeTo("wire.jsonl");
  await until("the disk is tried again", () => (text.includes("sent") ? true : undefined));
  await log.close();
  assert.deepEqual(said(parseWireLog(text, "wire.jsonl").instruments.get("smu")), ["sent A\n"]);
});

test("a disk that hangs delays nobody: lines wait in bounded memory, the rest is counted, and the end comes in time", async () => {
  const log = new WireLog(
    "memrig test",
    disk(() => new Promise(() => undefined)),
    10_000,
  );
  log.writeTo("wire.jsonl");
  for (let k = 0; k < 1000; k++) log.record("smu", message(`:SOUR:VOLT ${k}\n`));
  log.record("smu", message("#520000", { block: new Uint8Array(20_000), after: "\n" }));
  const report = await log.close(10);
  assert.equal(report.lines, 0);
  assert.equal(report.dropped, 1001);
});

test("a torn line is passed over and counted; what is no wire log is refused with what should be there", () => {
  const header = '{"wire":1,"started":"2026-01-31T12:00:00.000Z","software":"memrig 0.1.0"}';
  const good = '{"t_s":0.1,"instrument":"smu","sent":"A\\n","end":false}';
  const recording = parseWireLog(`${header}\n{"t_s":0.1,"instr\n{"dropped":3}\n${good}\n`, "wire.jsonl");
  assert.equal(recording.missing, 4);
  assert.deepEqual(said(recording.instruments.get("smu")), ["sent A\n"]);
  assert.throws(() => parseWireLog("hello\n", "notes.txt"), /notes\.txt is not a wire log: its first line should be/);
});
