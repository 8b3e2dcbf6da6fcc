import { virtualBench } from "../support/virtual-bench.js";
import { captureScopeSuite } from "./capture-scope.suite.js";
import { pulseSourceSuite } from "./pulse-source.suite.js";

const resistance_ohm = 1900;

async function station(models: { awg: string; scope: string }) {
  const bench = await virtualBench(
    [
      { label: "awg", driver: "keysight-33500", model: models.awg },
      { label: "scope", driver: "keysight-infiniivision", model: models.scope },
    ],
    [
      { instrument: "awg", terminal: "1", node: "dut.top" },
      { instrument: "scope", terminal: "1", node: "dut.top" },
      { instrument: "scope", terminal: "2", node: "dut.bottom" },
    ],
    { id: "R", model: "resistor", parameters: { R: resistance_ohm } },
  );
  return {
    scope: await bench.open("scope", "scope"),
    source: await bench.open("awg", "awg"),
    resistance_ohm,
    close: () => bench.close(),
  };
}

for (const awg of ["33512B", "33622A"]) {
  pulseSourceSuite(`virtual Keysight ${awg}`, () => station({ awg, scope: "MSO-X 3104T" }));
}
captureScopeSuite("virtual Keysight MSO-X 3104T", () => station({ awg: "33512B", scope: "MSO-X 3104T" }));
