import { biasSmuSuite } from "./bias-smu.suite.js";
import { resistorBench } from "./smu-bench.js";
import { sweepSmuSuite } from "./sweep-smu.suite.js";

for (const [model, channel, link] of [
  ["2602B", 1, "socket"],
  ["2636B", 2, "vxi11"],
] as const) {
  const name = `virtual Keithley ${model}, channel ${channel}, ${link}`;
  const open = resistorBench("keithley-2600", model, link, channel);
  sweepSmuSuite(name, open);
  biasSmuSuite(name, open, async (other) => {
    const smu = channel === 1 ? "smua" : "smub";
    const source = `${smu}.source`;
    await other.write(
      `${source}.func=1 ${source}.rangev=2 ${source}.limiti=0.01 ${source}.levelv=0.3 ${source}.output=1`,
    );
    await other.query("*OPC?");
  });
}
