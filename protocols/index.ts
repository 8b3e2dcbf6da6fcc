import type { AnyProtocol } from "../src/engine/protocol.js";
import { complianceSeries } from "./compliance-series.js";
import { endurance } from "./endurance.js";
import { frequencyResponse } from "./frequency-response.js";
import { ivSweep } from "./iv-sweep.js";
import { pulseTrain } from "./pulse-train.js";
import { retention } from "./retention.js";
import { shelfLife } from "./shelf-life.js";
import { temperatureSeries } from "./temperature-series.js";

const all: readonly AnyProtocol[] = [
  ivSweep,
  complianceSeries,
  pulseTrain,
  endurance,
  retention,
  shelfLife,
  temperatureSeries,
  frequencyResponse,
];

/** Every experiment there is, by the name it is run with. */
export const protocols: ReadonlyMap<string, AnyProtocol> = new Map(all.map((protocol) => [protocol.name, protocol]));
