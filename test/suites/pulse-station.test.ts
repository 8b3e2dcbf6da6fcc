import { captureScopeSuite } from "./capture-scope.suite.js";
import { anyScope, anySource, station } from "./pulse-bench.js";
import type { Member } from "./pulse-bench.js";
import { pulseSourceSuite } from "./pulse-source.suite.js";

/** Each family over two kinds of link. */
const sources: readonly Member[] = [
  ["keysight-33500", "33512B", "hislip"],
  ["keysight-33500", "33622A", "socket"],
  ["tektronix-afg", "AFG3102C", "vxi11"],
  ["tektronix-afg", "AFG31152", "socket"],
  ["rigol-dg", "DG1062Z", "vxi11"],
  ["rigol-dg", "DG4162", "socket"],
];
const scopes: readonly Member[] = [
  anyScope,
  ["keysight-infiniivision", "DSO-X 3034A", "vxi11"],
  ["tektronix-mso", "MSO54", "socket"],
  ["tektronix-mso", "MSO64B", "hislip"],
  ["tektronix-mso", "MDO3024", "socket"],
  ["tektronix-mso", "DPO4054B", "vxi11"],
  ["rigol-scope", "DS1104Z", "socket"],
  ["rigol-scope", "MSO5074", "vxi11"],
  ["rohde-schwarz-rtx", "RTB2004", "vxi11"],
  ["rohde-schwarz-rtx", "RTO", "hislip"],
];

for (const source of sources) pulseSourceSuite(`virtual ${source.join(" ")}`, () => station(source, anyScope));
for (const scope of scopes) captureScopeSuite(`virtual ${scope.join(" ")}`, () => station(anySource, scope));
