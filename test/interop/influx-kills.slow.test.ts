import assert from "node:assert/strict";
import test from "node:test";
import { influxServer } from "../support/influxd.js";
import { killsAndRows } from "../support/influx-kills.js";

test("server and sender killed at 20 random moments: no point lost or doubled, every value as on the disk", async (t) => {
  const influx = await influxServer(t);
  if (influx === undefined) return;
  const { rows, inTheMiddle } = await killsAndRows(t, influx, 20, 20);
  t.diagnostic(`${rows} rows; ${inTheMiddle} of 20 kills with rows left to send`);
  assert.ok(inTheMiddle >= 10, `only ${inTheMiddle} kills were in the middle of sending`);
});
