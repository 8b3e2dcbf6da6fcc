import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import test, { type TestContext } from "node:test";
import { MemrigError } from "../../../src/errors.js";
import { InfluxClient, targetOf } from "../../../src/store/sinks/influx-client.js";

interface Answer {
  readonly status: number;
  readonly error?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A server that answers as told and keeps the lines it took. */
async function serverOf(t: TestContext, answer: (lines: string[]) => Answer | Promise<Answer>) {
  const requests: { path: string; authorization: string | undefined; lines: string[] }[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (text: string) => (body += text));
    request.on("end", async () => {
      const lines = body.split("\n");
      requests.push({ path: request.url ?? "", authorization: request.headers.authorization, lines });
      const { status, error, headers } = await answer(lines);
      response.writeHead(status, { "content-type": "application/json", ...headers });
      response.end(error === undefined ? "" : JSON.stringify({ error }));
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}

const pointsOf = (count: number) => Array.from({ length: count }, (_, i) => `m value=${i} ${i + 1}`);

test("points that can not be read by the database are searched out by halves, and all others sent", async (t) => {
  const bad = new Set([3, 700, 701]);
  const stored = new Set<number>();
  const { url, requests } = await serverOf(t, (lines) => {
    const numbers = lines.map((line) => Number(/value=(\d+)/.exec(line)?.[1]));
    for (const number of numbers) if (!bad.has(number)) stored.add(number);
    if (!numbers.some((number) => bad.has(number))) return { status: 204 };
    return { status: 400, error: "partial write: unable to parse 'm value=x 1': invalid number dropped=0" };
  });
  const client = new InfluxClient({ url, database: "memrig" });
  t.after(() => client.close());
  const { refused, why } = await client.write(pointsOf(1000));
  assert.equal(refused, 3);
  assert.equal(stored.size, 997);
  assert.match(why ?? "", /unable to parse/);
  assert.ok(requests.length < 80, `${requests.length} requests`);
});

test("a request that is too large for the server is sent in parts", async (t) => {
  const { url, requests } = await serverOf(t, (lines) =>
    lines.length > 100 ? { status: 413, error: "Request Entity Too Large" } : { status: 204 },
  );
  const client = new InfluxClient({ url, database: "memrig" });
  t.after(() => client.close());
  assert.deepEqual(await client.write(pointsOf(400)), { refused: 0 });
  assert.equal(requests.filter(({ lines }) => lines.length === 100).length, 4);
});

test("what may pass (overload, no access, a proxy's 400) is no-answer, and the next try goes out at once", async (t) => {
  const replies = [
    { status: 503, error: "timeout" },
    { status: 401, error: "authorization failed" },
    { status: 400, error: "database is required" },
    { status: 204 },
  ];
  const { url, requests } = await serverOf(t, () => replies[requests.length - 1] ?? { status: 204 });
  const client = new InfluxClient({ url, database: "memrig", username: "lab", password: "p:w" });
  t.after(() => client.close());
  for (let i = 0; i < 3; i += 1) {
    await assert.rejects(
      client.write(pointsOf(10)),
      (error) => error instanceof MemrigError && error.kind === "no-answer" && !error.message.includes("p:w"),
    );
  }
  assert.deepEqual(await client.write(pointsOf(10)), { refused: 0 });
  assert.equal(requests.length, 4);
  assert.equal(requests[0]?.authorization, `Basic ${Buffer.from("lab:p:w").toString("base64")}`);
});

test("the time a busy server asks for is told, of a 429 and of a 503, and so is a 5xx's own reason", async (t) => {
  const replies: Answer[] = [
    { status: 429, error: "too many requests", headers: { "retry-after": "7" } },
    { status: 503, error: "busy", headers: { "retry-after": "11" } },
    { status: 500, error: "engine", headers: { "x-influxdb-error": "engine: write x.wal: no space left on device" } },
    { status: 500 },
  ];
  const { url, requests } = await serverOf(t, () => replies[requests.length - 1] ?? { status: 204 });
  const client = new InfluxClient({ url, database: "memrig" });
  t.after(() => client.close());
  const told: { retryAfter_s: unknown; message: string }[] = [];
  for (const _ of replies) {
    await assert.rejects(client.write(pointsOf(3)), (error: MemrigError) => {
      told.push({ retryAfter_s: error.details["retryAfter_s"], message: error.message });
      return error.kind === "no-answer";
    });
  }
  assert.deepEqual(
    told.map(({ retryAfter_s }) => retryAfter_s),
    [7, 11, undefined, undefined],
  );
  assert.match(told[0]?.message ?? "", /too many requests/);
  assert.match(
    told[2]?.message ?? "",
    /no space left on device\. Its disk is full: free some space there and start it again/,
  );
  assert.match(told[3]?.message ?? "", /500 Internal Server Error/);
});

test("a server that takes the request and never answers is given up after the time-out, and then given more time", async (t) => {
  const { url, requests } = await serverOf(t, async () => {
    if (requests.length === 1) await new Promise<void>((resolve) => t.after(() => resolve()));
    return { status: 204 };
  });
  const client = new InfluxClient({ url, database: "memrig" }, 0.2);
  t.after(() => client.close());
  await assert.rejects(client.write(pointsOf(3)), /timed out.*safe in the run folder/);
  assert.deepEqual(await client.write(pointsOf(3)), { refused: 0 });
});

test("a refusal that quotes a point of a megabyte is told in a line", async (t) => {
  const { url } = await serverOf(t, () => ({ status: 400, error: `unable to parse '${"x".repeat(1e6)}': too long` }));
  const client = new InfluxClient({ url, database: "memrig" });
  t.after(() => client.close());
  const { refused, why = "" } = await client.write(pointsOf(1));
  assert.equal(refused, 1);
  assert.ok(why.length < 400 && /^unable to parse.*too long$/.test(why), why);
});

test("a token goes out as the password of the 1.x interface; the target names neither it nor a user", async (t) => {
  const { url, requests } = await serverOf(t, () => ({ status: 204 }));
  const config = { url: `${url.replace("//", "//user:secret@")}/db/`, database: "memrig", token: "t0k" };
  const client = new InfluxClient(config);
  t.after(() => client.close());
  await client.write(pointsOf(1));
  assert.equal(requests[0]?.authorization, `Basic ${Buffer.from("token:t0k").toString("base64")}`);
  assert.match(requests[0]?.path ?? "", /^\/db\/write\?db=memrig&precision=n/);
  assert.equal(targetOf(config), `${url}/db/memrig`);
  assert.throws(() => new InfluxClient({ url: "influx.lab:8086", database: "memrig" }), { kind: "invalid-request" });
});
