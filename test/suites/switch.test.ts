import { virtualBench } from "../support/virtual-bench.js";
import { switchSuite } from "./switch.suite.js";

for (const [model, link] of [
  ["707B", "socket"],
  ["708B", "prologix"],
  ["3706A", "vxi11"],
] as const) {
  const open = async () => {
    const dut = { id: "R", model: "resistor", parameters: { R: 1000 } };
    const bench = await virtualBench([{ label: "matrix", driver: "keithley-switch", model }], [], dut, link);
    return {
      matrix: await bench.open("matrix", "switch"),
      session: () => bench.session("matrix"),
      close: () => bench.close(),
    };
  };
  switchSuite(`virtual Keithley ${model}, ${link}`, open, async (other, channel) => {
    await other.write(`channel.setforbidden("${channel}")`);
    await other.query("*OPC?");
  });
}
