import { smuWiring, virtualBench } from "../support/virtual-bench.js";
import { sweepSmuSuite } from "./sweep-smu.suite.js";

const resistance_ohm = 1000;

for (const model of ["2450", "2470"]) {
  sweepSmuSuite(`virtual Keithley ${model}`, async () => {
    const dut = { id: "R", model: "resistor", parameters: { R: resistance_ohm } };
    const bench = await virtualBench([{ label: "smu", driver: "keithley-2450", model }], smuWiring("smu"), dut);
    return { smu: await bench.open("smu", "smu"), resistance_ohm, close: () => bench.close() };
  });
}
