import type { AnyProtocol } from "../src/engine/protocol.js";
import { complianceSeries } from "./compliance-series.js";
import { endurance } from "./endurance.js";
import { forming, formingSmu } from "./forming.js";
import { ivSweep } from "./iv-sweep.js";
import { levels } from "./levels.js";
import { pulseTrain } from "./pulse-train.js";
import { setResetTrain } from "./set-reset-train.js";
import { stdp } from "./stdp.js";
import { switchingTime } from "./switching-time.js";
import { thresholdSeek } from "./threshold-seek.js";
import { volatility } from "./volatility.js";
import { writeVerify, writeVerifySmu } from "./write-verify.js";

const pulses: readonly AnyProtocol[] = [
  pulseTrain,
  forming,
  formingSmu,
  thresholdSeek,
  setResetTrain,
  switchingTime,
  writeVerify,
  writeVerifySmu,
  levels,
  volatility,
  stdp,
];
const all: readonly AnyProtocol[] = [ivSweep, complianceSeries, ...pulses, endurance];

/** Every experiment there is, by the name it is run with. */
export const protocols: ReadonlyMap<string, AnyProtocol> = new Map(all.map((protocol) => [protocol.name, protocol]));
