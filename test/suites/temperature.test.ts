import { virtualBench } from "../support/virtual-bench.js";
import { temperatureSuite } from "./temperature.suite.js";

for (const [model, link] of [
  ["336", "socket"],
  ["335", "prologix"],
] as const) {
  temperatureSuite(`virtual Lake Shore ${model}, ${link}`, async () => {
    const dut = { id: "R", model: "resistor", parameters: { R: 1000 } };
    const bench = await virtualBench([{ label: "stage", driver: "lakeshore-336", model }], [], dut, link);
    return { controller: await bench.open("stage", "thermal"), close: () => bench.close() };
  });
}
