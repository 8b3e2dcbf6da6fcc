import type { AnyProtocol } from "../src/engine/protocol.js";
import { complianceSeries } from "./compliance-series.js";
import { endurance } from "./endurance.js";
import { ivSweep } from "./iv-sweep.js";
import { pulseTrain } from "./pulse-train.js";

const all: readonly AnyProtocol[] = [ivSweep, complianceSeries, pulseTrain, endurance];

/** Every experiment there is, by the name it is run with. */
export const protocols: ReadonlyMap<string, AnyProtocol> = new Map(all.map((protocol) => [protocol.name, protocol]));
