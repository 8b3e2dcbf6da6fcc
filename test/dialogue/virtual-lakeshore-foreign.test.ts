// What PyMeasure's LakeShore3xx and QCoDeS's LakeshoreModel336 ask of a controller, word for word.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Session } from "../../src/visa/index.js";
import { virtualBench } from "../support/virtual-bench.js";

const dut = { id: "R", model: "resistor", parameters: { R: 1000 } };

async function on(model: string, action: (stage: Session) => Promise<void>): Promise<void> {
  const bench = await virtualBench([{ label: "stage", driver: "lakeshore-336", model }], [], dut);
  try {
    await action(await bench.session("stage"));
  } finally {
    await bench.close();
  }
}
const ask = async (stage: Session, question: string) => (await stage.query(question)).replace(/\r$/, "");

test("sensor type, name and curve of an input are told as they were set", () =>
  on("336", async (stage) => {
    assert.equal(await ask(stage, "INTYPE? A"), "1,0,0,0,1");
    await stage.write("INTYPE B, 2, 1, 3, 1, 1");
    assert.equal(await ask(stage, "INTYPE? B"), "2,1,3,1,1");
    await stage.write('INNAME A,"wafer chuck"');
    assert.equal((await ask(stage, "INNAME? A")).trim(), "wafer chuck");
    const curve = Number(await ask(stage, "INCRV? A"));
    assert.match(await ask(stage, `CRVHDR? ${curve}`), /^DT-670\s+,STANDARD C\s*,2,\+475\.000,1$/);
    const sensor_V = Number(await ask(stage, "SRDG? A"));
    assert.ok(sensor_V > 0.5 && sensor_V < 0.65, `${sensor_V} V of a diode at room temperature`);
  }));

test("a set-point is in the units its input prefers, and the limit stays in kelvin", () =>
  on("336", async (stage) => {
    await stage.write("SETP 1,300");
    await stage.write("INTYPE A,1,0,0,0,2");
    assert.equal(await ask(stage, "SETP? 1"), "+026.850");
    await stage.write("SETP 1,-20");
    await stage.write("INTYPE A,1,0,0,0,1");
    assert.equal(await ask(stage, "SETP? 1"), "+253.150");
    await stage.write("SETP 1,-1");
    assert.equal(await ask(stage, "SETP? 1"), "+253.150", "below zero kelvin is ignored");
  }));

test("the heater setup of a 335 has the type of its output before the rest, that of a 336 has not", async () => {
  await on("335", async (stage) => {
    await stage.write("HTRSET 1,0,2,0,0.5,1");
    assert.equal(await ask(stage, "HTRSET? 1"), "0,2,0,+0.500,1");
  });
  await on("336", async (stage) => {
    await stage.write("HTRSET 2,1,2,0,2");
    assert.equal(await ask(stage, "HTRSET? 2"), "1,2,+0.000,2");
  });
});
