import { smuWiring, virtualBench } from "../support/virtual-bench.js";
import { sweepSmuSuite } from "./sweep-smu.suite.js";

const resistance_ohm = 1000;

for (const [model, link] of [
  ["2450", "socket"],
  ["2470", "socket"],
  ["2450", "vxi11"],
  ["2450", "hislip"],
] as const) {
  sweepSmuSuite(`virtual Keithley ${model}, ${link}`, async () => {
    const dut = { id: "R", model: "resistor", parameters: { R: resistance_ohm } };
    const smu = { label: "smu", driver: "keithley-2450", model };
    const bench = await virtualBench([smu], smuWiring("smu"), dut, link);
    return { smu: await bench.open("smu", "smu"), resistance_ohm, close: () => bench.close() };
  });
}
