import { anyScope, station } from "./pulse-bench.js";
import type { Member } from "./pulse-bench.js";
import { pulseSourceSuite } from "./pulse-source.suite.js";

/** By themselves: each upload waits until the generator has stored it. */
const sources: readonly Member[] = [
  ["siglent-sdg", "SDG1032X", "vxi11"],
  ["siglent-sdg", "SDG2042X", "socket"],
];

for (const source of sources) pulseSourceSuite(`virtual ${source.join(" ")}`, () => station(source, anyScope));
