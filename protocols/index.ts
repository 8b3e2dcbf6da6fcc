import type { AnyProtocol } from "../src/engine/protocol.js";
import { complianceSeries } from "./compliance-series.js";
import { endurance } from "./endurance.js";
import { enduranceSmu } from "./endurance-smu.js";
import { forming, formingSmu } from "./forming.js";
import { frequencyResponse } from "./frequency-response.js";
import { ivSweep } from "./iv-sweep.js";
import { levels } from "./levels.js";
import { pulseTrain } from "./pulse-train.js";
import { retention } from "./retention.js";
import { setResetTrain } from "./set-reset-train.js";
import { shelfLife } from "./shelf-life.js";
import { stdp } from "./stdp.js";
import { switchingTime } from "./switching-time.js";
import { temperatureSeries } from "./temperature-series.js";
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
const all: readonly AnyProtocol[] = [
  ivSweep,
  complianceSeries,
  ...pulses,
  endurance,
  enduranceSmu,
  retention,
  shelfLife,
  temperatureSeries,
  frequencyResponse,
];

/** Every experiment there is, by the name it is run with. */
export const protocols: ReadonlyMap<string, AnyProtocol> = new Map(all.map((protocol) => [protocol.name, protocol]));
