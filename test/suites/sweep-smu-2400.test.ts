import { biasSmuSuite } from "./bias-smu.suite.js";
import { resistorBench } from "./smu-bench.js";
import { sweepSmuSuite } from "./sweep-smu.suite.js";

for (const [model, link] of [
  ["2400", "serial"],
  ["2410", "prologix"],
] as const) {
  sweepSmuSuite(`virtual Keithley ${model}, ${link}`, resistorBench("keithley-2400", model, link));
}

for (const link of ["socket", "prologix"] as const) {
  biasSmuSuite(`virtual Keithley 2400, ${link}`, resistorBench("keithley-2400", "2400", link), async (other) => {
    await other.write(":SOUR:FUNC VOLT;:SOUR:VOLT:RANG 2;:SENS:CURR:PROT 0.01;:SOUR:VOLT 0.3;:OUTP ON");
    await other.query("*OPC?");
  });
}
