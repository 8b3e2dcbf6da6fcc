import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { createInterface } from "node:readline";
import test from "node:test";
import { tableFromIPC } from "apache-arrow";
import { createRun, listRuns, openRun, openRunFolder, requestAbort, runFiles } from "../../../src/store/index.js";
import { programOf, siblingModule } from "../../support/beside.js";
import { pointsRow, startOf, storeFor } from "./support.js";

const program = programOf(siblingModule(import.meta.url, "writer-process"));

test("kill -9 of the writer loses no row it called durable, and the run is shown as interrupted", async (t) => {
  const store = await storeFor(t);
  const writer = spawn(process.execPath, [...program, store], { stdio: ["ignore", "pipe", "inherit"] });
  t.after(() => writer.kill("SIGKILL"));
  let durable = 0;
  let folder = "";
  for await (const line of createInterface(writer.stdout)) {
    if (folder === "") {
      folder = line;
      assert.equal(await (await openRunFolder(folder)).status(), "running");
    } else durable = Number(line);
    if (durable === 20_000) writer.kill("SIGKILL"); // in the middle of the next batches: it does not wait
  }
  if (writer.exitCode === null && writer.signalCode === null) await once(writer, "exit");

  const run = await openRun(store, path.basename(folder));
  const { length, columns } = await run.table("points");
  assert.ok(length >= durable, `${length} rows are there; ${durable} were called durable`);
  for (let i = 0; i < length; i += 97) assert.equal(columns["current_A"]?.[i], pointsRow(i)["current_A"]);
  assert.equal(await run.status(), "interrupted");
  assert.deepEqual(
    (await listRuns(store)).map(({ status, rows }) => ({ status, rows })),
    [{ status: "interrupted", rows: length }],
  );
  await assert.rejects(requestAbort(folder, "lab"), { kind: "invalid-request", message: /is gone.*memrig safe/ });
});

test("a later process with the writer's number does not pass for it; a writer on another machine is left running", async (t) => {
  const store = await storeFor(t);
  const writer = await createRun(store, startOf());
  const file = path.join(writer.folder, runFiles.info);
  const statusWith = async (changes: object) => {
    await writeFile(file, JSON.stringify({ ...writer.info, ...changes }));
    return (await openRunFolder(writer.folder)).status();
  };
  assert.equal(await statusWith({}), "running");
  assert.equal(await statusWith({ host: "another-bench", pid: 1 }), "running");
  assert.equal(await statusWith({ pid: 0x7ffffffe }), "interrupted");
  if (writer.info.processMark !== undefined) {
    assert.equal(await statusWith({ processMark: writer.info.processMark.replace(/\d+$/, "1") }), "interrupted");
  }
  await writer.finish("aborted");
});

test(
  "a disk that takes no more fails the run with a clear reason, and every row before stays readable, also to plain Arrow",
  { skip: process.platform === "win32" ? "needs a shell with ulimit to make a file that can not grow" : false },
  async (t) => {
    const store = await storeFor(t);
    const limit = `ulimit -f 400; exec "$0" "$@" 1000000`; // 400 blocks of 512 or 1024 bytes
    const writer = spawn("sh", ["-c", limit, process.execPath, ...program, store], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    t.after(() => writer.kill("SIGKILL"));
    const lines: string[] = [];
    for await (const line of createInterface(writer.stdout)) lines.push(line);
    const [folder = "", ...rest] = lines;
    const durable = Math.max(...rest.map(Number).filter((rows) => rows > 0));
    assert.match(rest.at(-1) ?? "", /Rows \d+ and up of .*points\.arrows could not be written: EFBIG/);

    const run = await openRunFolder(folder);
    assert.equal(run.info.status, "failed");
    assert.match(run.info.reason ?? "", /The \d+ rows before them are on the disk and stay readable/);
    assert.equal((await run.table("points")).length, durable);
    assert.equal(tableFromIPC(await readFile(path.join(folder, runFiles.table("points")))).numRows, durable);
  },
);

test("a store that can not be made is refused before a run begins", async (t) => {
  const store = await storeFor(t);
  await writeFile(path.join(store, "file"), "");
  await assert.rejects(createRun(path.join(store, "file"), startOf()), {
    kind: "storage-failed",
    message: /could not be made: .*No run was begun/,
  });
});
