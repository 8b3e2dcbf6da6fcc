import type { LinkKind } from "../../src/virtual/bench-plan.js";
import { virtualBench } from "../support/virtual-bench.js";
import { captureScopeSuite } from "./capture-scope.suite.js";
import { pulseSourceSuite } from "./pulse-source.suite.js";

type Member = readonly [driver: string, model: string, link: LinkKind];

const resistance_ohm = 1900;
const [anySource, anyScope]: [Member, Member] = [
  ["keysight-33500", "33512B", "socket"],
  ["keysight-infiniivision", "MSO-X 3104T", "socket"],
];

/** Models whose inputs have 1 MΩ only. */
const without50 = /^DS1|^MSO5\d\d\d|^RTB|X-E$/;

async function station(source: Member, scope: Member) {
  const shunt = without50.test(scope[1]);
  const bench = await virtualBench(
    [
      { label: "awg", driver: source[0], model: source[1] },
      { label: "scope", driver: scope[0], model: scope[1] },
    ],
    [
      { instrument: "awg", terminal: "1", node: "dut.top" },
      { instrument: "scope", terminal: "1", node: "dut.top" },
      { instrument: "scope", terminal: "2", node: "dut.bottom", ...(shunt ? { through: { shunt_ohm: 50 } } : {}) },
    ],
    { id: "R", model: "resistor", parameters: { R: resistance_ohm } },
    source === anySource ? scope[2] : source[2],
  );
  return {
    scope: await bench.open("scope", "scope"),
    source: await bench.open("awg", "awg"),
    resistance_ohm,
    shunt,
    close: () => bench.close(),
  };
}

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
];

for (const source of sources) pulseSourceSuite(`virtual ${source.join(" ")}`, () => station(source, anyScope));
for (const scope of scopes) captureScopeSuite(`virtual ${scope.join(" ")}`, () => station(anySource, scope));
