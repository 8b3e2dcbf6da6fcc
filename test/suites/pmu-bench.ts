import type { PulseUnit } from "../../src/capabilities/index.js";
import type { LinkKind } from "../../src/virtual/bench-plan.js";
import { virtualBench } from "../support/virtual-bench.js";

/** Channel 1 of the virtual pulse card at the top of a resistor whose other end is grounded. */
export async function pulseUnit(link: LinkKind, resistance_ohm: number, series_ohm?: number) {
  const bench = await virtualBench(
    [{ label: "smu", driver: "keithley-4200a" }],
    [
      {
        instrument: "smu",
        terminal: "pmu1",
        node: "dut.top",
        ...(series_ohm === undefined ? {} : { through: { series_ohm } }),
      },
    ],
    { id: "R", model: "resistor", parameters: { R: resistance_ohm } },
    link,
  );
  const smu = await bench.open("smu", "smu");
  const { pulses } = smu;
  if (!pulses) throw new Error("the virtual analyzer names no pulse card");
  const unit: PulseUnit = pulses;
  return { bench, smu, unit, source: unit.source, scope: unit.scope, resistance_ohm, close: () => bench.close() };
}
