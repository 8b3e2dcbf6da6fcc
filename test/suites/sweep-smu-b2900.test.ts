import { biasSmuSuite } from "./bias-smu.suite.js";
import { resistorBench } from "./smu-bench.js";
import { sweepSmuSuite } from "./sweep-smu.suite.js";

for (const [model, link, channel] of [
  ["B2911A", "socket", 1],
  ["B2902B", "hislip", 2],
] as const) {
  const name = `virtual Keysight ${model}, channel ${channel}, ${link}`;
  const bench = resistorBench("keysight-b2900", model, link, channel);
  sweepSmuSuite(name, bench);
  biasSmuSuite(name, bench, async (other) => {
    const on = `:SOUR${channel}:VOLT:RANG 2;:SENS${channel}:CURR:PROT 0.01;:SOUR${channel}:VOLT 0.3;:OUTP${channel} ON`;
    await other.write(on);
    await other.query("*OPC?");
  });
}
