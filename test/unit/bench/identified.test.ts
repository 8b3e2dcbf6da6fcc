import assert from "node:assert/strict";
import { test } from "node:test";
import { identified, parseBench } from "../../../src/bench/index.js";
import { smuWiring, virtualBench } from "../../support/virtual-bench.js";

test("asking instruments who they are leaves what was said beside the file: the device's name and the folder of the runs", async (t) => {
  const plan = [{ label: "smu", driver: "keithley-2450" }];
  const bench = await virtualBench(plan, smuWiring("smu"), { id: "R", model: "resistor", parameters: {} });
  t.after(() => bench.close());
  const text = `instruments: { smu: { resource: "${bench.resource("smu")}" } }
dut: { id: of-the-file }
limits: { voltage: 1 V, current: 1 mA }
store: of-the-file`;
  const file = parseBench(text, "lab.yaml");
  assert.deepEqual([file.instruments[0]?.driver, file.dut.id], [undefined, "of-the-file"]);

  const asked = await identified({ ...file, dut: { ...file.dut, id: "W3-D17" }, store: "/elsewhere" }, undefined);

  assert.equal(asked.instruments[0]?.driver, "keithley-2450");
  assert.deepEqual([asked.dut.id, asked.store], ["W3-D17", "/elsewhere"]);
  const named = parseBench(text.replace("{ resource", "{ driver: keithley-2450, resource"), "lab.yaml");
  assert.equal(await identified(named, undefined), named, "one that names its drivers is asked nothing");
});
