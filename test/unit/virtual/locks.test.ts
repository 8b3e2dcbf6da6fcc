import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Locks } from "../../../src/virtual/links/index.js";

test("an exclusive lock keeps others out until it is released, and goes to who asked first", async () => {
  const locks = new Locks();
  const [a, b, c] = [{}, {}, {}];
  assert.equal(await locks.acquire(a, undefined, 0), "granted");
  assert.equal(await locks.acquire(a, undefined, 0), "held");
  assert.equal(await locks.acquire(b, undefined, 0), "timeout");
  const second = locks.acquire(b, undefined, 5000);
  const third = locks.acquire(c, "key", 5000);
  assert.equal(locks.release(a), "exclusive");
  assert.equal(await second, "granted");
  assert.deepEqual([locks.allows(a), locks.allows(b), locks.allows(c)], [false, true, false]);
  locks.releaseAll(b);
  assert.equal(await third, "granted");
});

test("those who name the same key share, another key waits, and a sharer may add the exclusive lock", async () => {
  const locks = new Locks();
  const [a, b, c] = [{}, {}, {}];
  assert.equal(await locks.acquire(a, "one", 0), "granted");
  assert.equal(await locks.acquire(b, "one", 0), "granted");
  assert.equal(await locks.acquire(c, "two", 0), "timeout");
  assert.equal(await locks.acquire(a, undefined, 0), "granted");
  assert.equal(locks.allows(b), false);
  assert.equal(locks.holders, 2);
  assert.equal(locks.release(a), "exclusive");
  assert.equal(locks.release(a), "shared");
  assert.equal(locks.release(a), undefined);
  assert.deepEqual([locks.allows(a), locks.allows(b)], [false, true]);
});

test("waiting for a lock ends with its signal, and who stands behind is served", async () => {
  const locks = new Locks();
  const [a, b, c] = [{}, {}, {}];
  await locks.acquire(a, "key", 0);
  const stop = new AbortController();
  const gaveUp = locks.acquire(b, undefined, 5000, stop.signal);
  const behind = locks.acquire(c, "key", 5000);
  stop.abort();
  assert.equal(await gaveUp, "timeout");
  assert.equal(await behind, "granted");
});

test("whatever is asked and released, never do two hold what excludes, and nothing is left when all are gone", async () => {
  const step = fc.record({ who: fc.nat(3), what: fc.constantFrom("exclusive", "k1", "k2", "release", "gone") });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      const locks = new Locks();
      const clients = [{}, {}, {}, {}];
      for (const { who, what } of steps) {
        const client = clients[who] ?? {};
        if (what === "release") locks.release(client);
        else if (what === "gone") locks.releaseAll(client);
        else await locks.acquire(client, what === "exclusive" ? undefined : what, 0);
        const allowed = clients.filter((one) => locks.allows(one)).length;
        if (locks.exclusivelyHeld) assert.equal(allowed, 1);
        if (locks.holders === 0) assert.equal(allowed, clients.length);
      }
      for (const client of clients) locks.releaseAll(client);
      assert.equal(locks.holders, 0);
    }),
  );
});
