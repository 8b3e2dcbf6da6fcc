/**
 * memrig's own session as contender of benchmarks/links.ts. Orders and answers as in client.c, further `pipelined N`: N
 * questions asked at once, and `ahead N`: N questions in one write, then N reads. Both count replies that are not their own.
 *
 * node ours.js RESOURCE
 */
import { createInterface } from "node:readline";
import { openSession } from "../../src/visa/index.js";

const POINTS = 10_000_000;
const scale = { reference: 100, increment: 1e-4, origin: 0.5 };

const resource = process.argv[2];
if (resource === undefined) throw new Error("which instrument?");
const session = await openSession(resource, { timeout_ms: 30_000 });
const volts = new Float64Array(POINTS);

async function query(times: number): Promise<object> {
  const took_ms = new Float64Array(times);
  for (let i = 0; i < times; i++) {
    const start_ms = performance.now();
    await session.query("*IDN?");
    took_ms[i] = performance.now() - start_ms;
  }
  took_ms.sort();
  return {
    median_us: 1e3 * (took_ms[times >> 1] ?? NaN),
    p99_us: 1e3 * (took_ms[Math.floor((times * 99) / 100)] ?? NaN),
  };
}

async function block(): Promise<object> {
  const start_ms = performance.now();
  const values = await session.queryBinaryValues("BLOCK?", { type: "i16", bigEndian: true, scale, into: volts });
  const total_ms = performance.now() - start_ms;
  let sum_V = 0;
  for (let i = 0; i < values.length; i += 1000) sum_V += values[i] ?? NaN;
  return { total_ms, sum_V };
}

async function pipelined(count: number): Promise<object> {
  const start_ms = performance.now();
  const replies = await Promise.all(Array.from({ length: count }, (_, i) => session.query(`ECHO? number ${i}`)));
  return { total_ms: performance.now() - start_ms, wrong: wrongOf(replies) };
}

async function ahead(count: number): Promise<object> {
  const start_ms = performance.now();
  await session.write(Array.from({ length: count }, (_, i) => `ECHO? number ${i}\n`).join(""));
  const replies: string[] = [];
  while (replies.length < count) replies.push(await session.read());
  return { total_ms: performance.now() - start_ms, wrong: wrongOf(replies) };
}

function wrongOf(replies: readonly string[]): number {
  return replies.filter((reply, i) => reply !== `number ${i}`).length;
}

const orders: Readonly<Record<string, (count: number) => Promise<object>>> = { query, block, pipelined, ahead };

for await (const order of createInterface({ input: process.stdin })) {
  const [what = "", count = ""] = order.split(" ");
  const answer = orders[what];
  if (!answer) throw new Error(`"${order}" is no order`);
  console.log(JSON.stringify(await answer(Number(count))));
}
await session.close();
