import { biasSmuSuite } from "./bias-smu.suite.js";
import { resistorBench } from "./smu-bench.js";
import { sweepSmuSuite } from "./sweep-smu.suite.js";

for (const [model, link] of [
  ["2450", "socket"],
  ["2470", "socket"],
  ["2450", "vxi11"],
  ["2450", "hislip"],
] as const) {
  sweepSmuSuite(`virtual Keithley ${model}, ${link}`, resistorBench("keithley-2450", model, link));
}

for (const link of ["socket", "vxi11"] as const) {
  biasSmuSuite(`virtual Keithley 2450, ${link}`, resistorBench("keithley-2450", "2450", link), async (other) => {
    await other.write(":SOUR:FUNC VOLT;:SOUR:VOLT:RANG 2;:SOUR:VOLT:ILIM 0.01;:SOUR:VOLT 0.3;:OUTP ON");
    await other.query("*OPC?");
  });
}
