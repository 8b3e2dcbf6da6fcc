import test from "node:test";
import { influxServer } from "../support/influxd.js";
import { killsAndRows } from "../support/influx-kills.js";

test("server and sender killed at three random moments: every value of the table is in the database once", async (t) => {
  const influx = await influxServer(t);
  if (influx === undefined) return;
  await killsAndRows(t, influx, 3, 6);
});
