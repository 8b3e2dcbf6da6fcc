import type { RangeFacts } from "../models.js";
import { steadyRange } from "./models.js";
import type { Smu2600Model } from "./models.js";

/** 0: current, 1: voltage, as `smua.source.func` has it. */
export const VOLTS = 1;
export const AMPS = 0;

/** All that `smua.reset()` puts back. The names are those of the attributes; 1 is on. */
export function resetChannel(model: Smu2600Model) {
  const last = (ranges: readonly RangeFacts[]) => steadyRange(ranges).full;
  return {
    sense: 0,
    source: {
      func: VOLTS,
      levelv: 0,
      leveli: 0,
      limitv: 20,
      limiti: model.defaultLimit_A,
      limitp: 0,
      rangev: model.voltage[0]?.full ?? 0,
      rangei: model.current[0]?.full ?? 0,
      autorangev: 1,
      autorangei: 1,
      lowrangev: model.voltage[0]?.full ?? 0,
      lowrangei: model.current[0]?.full ?? 0,
      delay: 0,
      settling: 0,
      highc: 0,
      sink: 0,
      offmode: 0,
      offfunc: VOLTS,
      offlimiti: 1e-3,
      offlimitv: last(model.voltage),
      outputenableaction: 0,
    },
    measure: {
      nplc: 1,
      count: 1,
      interval: 0,
      delay: -1,
      delayfactor: 1,
      autozero: 2,
      analogfilter: 1,
      autorangev: 1,
      autorangei: 1,
      rangev: last(model.voltage),
      rangei: last(model.current),
      lowrangev: model.voltage[0]?.full ?? 0,
      lowrangei: model.current[0]?.full ?? 0,
    },
    filter: { enable: 0, type: 1, count: 1 },
    rel: { enablev: 0, levelv: 0, enablei: 0, leveli: 0, enabler: 0, levelr: 0, enablep: 0, levelp: 0 },
  };
}

export type ChannelSettings = ReturnType<typeof resetChannel>;
