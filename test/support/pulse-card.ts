import type { TestContext } from "node:test";
import type { PulseStation, SourceMeasureUnit } from "../../src/capabilities/index.js";
import { parseBench } from "../../src/bench/index.js";
import type { BenchConfig } from "../../src/bench/index.js";
import type { OpenInstrument } from "../../src/bench/instrument.js";
import { stationOf, withLimits } from "../../src/bench/stations.js";
import { Together } from "../../src/bench/together.js";
import { virtualPlan } from "../../src/bench/virtual-plan.js";
import { keithley4200a } from "../../drivers/smu/keithley-4200a.js";
import type { Lab } from "../../src/virtual/lab.js";
import { serveVirtualBench } from "../../src/virtual/serve.js";
import { openSession } from "../../src/visa/index.js";

export interface CardBench {
  readonly config: BenchConfig;
  readonly lab: Lab;
  readonly station: PulseStation;
  /** Its SMUs, limits included. */
  readonly smu: SourceMeasureUnit;
  /** Every message that arrived at the instrument. */
  readonly sent: string[];
}

/** A bench file whose only instrument is `analyzer`, a virtual 4200A, as a protocol gets it: limits included. */
export async function cardBench(t: TestContext, device: string, limits: string, wire = "dut.top"): Promise<CardBench> {
  const config = parseBench(
    `instruments: { analyzer: { driver: keithley-4200a, resource: virtual } }\ndut: { ${device} }\n` +
      `wiring: { analyzer.pmu1: ${wire}, analyzer.high: dut.top, analyzer.low: dut.bottom }\nlimits: { ${limits} }\n`,
    "bench.yaml",
  );
  const served = await serveVirtualBench(virtualPlan(config));
  t.after(() => served.close());
  const sent: string[] = [];
  const resource = served.instruments[0]?.resources[0] ?? "";
  const session = await openSession(resource, {
    ...keithley4200a.session,
    onWire: (event) => void (event.kind === "sent" && sent.push(event.text)),
  });
  const instrument = await keithley4200a.open(session, "analyzer", {});
  t.after(() => instrument.close());
  const opened: OpenInstrument = {
    kind: "smu",
    label: "analyzer",
    driver: "keithley-4200a",
    resource,
    identity: "",
    virtual: true,
    foundOn: false,
    foundLevels: [],
    foundErrors: "",
    instrument,
  };
  const mayDrive = () => () => undefined;
  const limited = withLimits(config, opened, mayDrive, (move) => move(), new Together(config));
  const station = stationOf("pulse-station", config, new Map([["analyzer", limited]]));
  return { config, lab: served.lab, station, smu: limited as SourceMeasureUnit, sent };
}
