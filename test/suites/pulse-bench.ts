import type { LinkKind } from "../../src/virtual/bench-plan.js";
import { virtualBench } from "../support/virtual-bench.js";

export type Member = readonly [driver: string, model: string, link: LinkKind];

const resistance_ohm = 1900;
export const [anySource, anyScope]: [Member, Member] = [
  ["keysight-33500", "33512B", "socket"],
  ["keysight-infiniivision", "MSO-X 3104T", "socket"],
];

/** Models whose inputs have 1 MΩ only. */
const without50 = /^DS1|^MSO5\d\d\d|^RTB|X-E$|^SDS8.*HD$/;

/** A generator at the top of a resistor, a scope on both its ends, each over the link that its family has. */
export async function station(source: Member, scope: Member) {
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
