import assert from "node:assert/strict";
import { test } from "node:test";
import { virtualBench } from "../support/virtual-bench.js";

const resistor = { id: "R", model: "resistor", parameters: { R: 1000 } };

for (const [driver, model, outputs] of [
  ["rigol-scope", "MSO5074", [":SOUR1:OUTP", ":SOUR2:OUTP"]],
  ["rigol-scope", "MSO1104Z-S", [":SOUR2:OUTP"]],
  ["siglent-sds", "SDS2104X Plus", ["C1:OUTP"]],
  ["siglent-sds", "SDS2104X HD", ["C1:OUTP"]],
  ["tektronix-mso", "MDO3024", ["AFG:OUTP:STATE"]],
  ["rohde-schwarz-rtx", "RTB2004", ["WGEN:OUTP"]],
  ["rohde-schwarz-rtx", "RTO", ["WGEN1:ENAB", "WGEN2:ENAB"]],
] as const) {
  test(`${model}: a generator inside it that somebody turned on is off, and was asked, once the scope is safe`, async () => {
    const bench = await virtualBench([{ label: "scope", driver, model }], [], resistor);
    try {
      const other = await bench.session("scope");
      const scope = await bench.open("scope", "scope");
      for (const output of outputs) {
        await other.write(`${output} ON`);
        assert.match(await other.query(`${output}?`), /^(1|C1:OUTP ON,.*)$/, output);
      }
      await scope.makeSafe();
      assert.equal(await scope.outputIsOn(), false);
      for (const output of outputs) assert.match(await other.query(`${output}?`), /^(0|C1:OUTP OFF,.*)$/, output);
      await other.write(`${outputs[0]} ON`);
      await other.query("*IDN?"); // it was taken
      assert.equal(await scope.outputIsOn(), true);
    } finally {
      await bench.close();
    }
  });
}
