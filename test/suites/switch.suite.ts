import assert from "node:assert/strict";
import { test } from "node:test";
import type { SwitchMatrix } from "../../src/capabilities/index.js";
import type { MemrigError } from "../../src/errors.js";
import type { Session } from "../../src/visa/index.js";

export interface SwitchBench {
  readonly matrix: SwitchMatrix;
  /** Another connection to the same instrument. */
  readonly session: () => Promise<Session>;
  close(): Promise<void>;
}

const refused = (kind: MemrigError["kind"]) => (error: MemrigError) => error.kind === kind;

/**
 * What every relay matrix must do, real or simulated.
 *
 * @param forbid makes one channel one that can not be closed, by another hand
 */
export function switchSuite(
  name: string,
  open: () => Promise<SwitchBench>,
  forbid: (other: Session, channel: string) => Promise<void>,
): void {
  async function on(action: (bench: SwitchBench) => Promise<void>): Promise<void> {
    const bench = await open();
    try {
      await action(bench);
      await bench.matrix.makeSafe();
      assert.deepEqual(await bench.matrix.closed(), [], "all open at the end");
    } finally {
      await bench.close();
    }
  }

  /** Three channels that it has. */
  function three({ ranges }: SwitchMatrix): readonly [string, string, string] {
    const [a = "", b = ""] = ranges.channels;
    const c = ranges.channels.at(-1) ?? "";
    assert.equal(new Set([a, b, c, ""]).size, 4, `it has ${ranges.channels.length} channels`);
    return [a, b, c];
  }

  test(`${name}: connecting moves nothing, and it has no output`, () =>
    on(async ({ matrix }) => {
      assert.deepEqual(await matrix.closed(), []);
      assert.equal(await matrix.outputIsOn(), false);
      assert.ok(matrix.ranges.settle_s > 0);
    }));

  test(`${name}: exactly what is asked for is closed, and what was closed before is open`, () =>
    on(async ({ matrix }) => {
      const [a, b, c] = three(matrix);
      await matrix.closeOnly([a, c]);
      assert.deepEqual([...(await matrix.closed())].sort(), [a, c].sort());
      await matrix.closeOnly([b]);
      assert.deepEqual(await matrix.closed(), [b]);
      await matrix.closeOnly([b, b]);
      assert.deepEqual(await matrix.closed(), [b]);
      await matrix.closeOnly([]);
      assert.deepEqual(await matrix.closed(), []);
    }));

  test(`${name}: a channel that it does not have is refused, and nothing is moved`, () =>
    on(async ({ matrix }) => {
      const [a] = three(matrix);
      await matrix.closeOnly([a]);
      for (const wrong of ["9Z99", "", `${a}"`, "allslots"]) {
        await assert.rejects(matrix.closeOnly([a, wrong]), refused("invalid-request"), wrong);
      }
      assert.deepEqual(await matrix.closed(), [a]);
    }));

  test(`${name}: what the instrument does not close is an error, with all relays open`, () =>
    on(async ({ matrix, session }) => {
      const [a, b, c] = three(matrix);
      await matrix.closeOnly([a]);
      await forbid(await session(), c);
      await assert.rejects(matrix.closeOnly([b, c]), refused("instrument-refused"));
      assert.deepEqual(await matrix.closed(), []);
      await matrix.closeOnly([b]);
      assert.deepEqual(await matrix.closed(), [b]);
    }));

  test(`${name}: all are opened in any state, any number of times`, () =>
    on(async ({ matrix }) => {
      await matrix.openAll();
      await matrix.closeOnly(three(matrix));
      await matrix.openAll();
      await matrix.openAll();
      assert.deepEqual(await matrix.closed(), []);
    }));
}
