import { numberAttribute, TspObject } from "../tsp/objects.js";
import { TspError } from "../tsp/errors.js";
import type { TspInstrument } from "../tsp/instrument.js";
import { Wait } from "../tsp/values.js";
import type { LuaValue } from "../tsp/values.js";
import type { Relays } from "./relays.js";

/** States of a scan, as `scan.state()` gives them first. */
const STATE = { empty: 0, building: 1, running: 2, aborted: 3, done: 6 };

/** `scan`: channels closed one after the other, by themselves; a step takes the relay's time and the channel's delay. */
export function scanObject(tsp: TspInstrument, relays: Relays, settle_s: number) {
  const settings = { scancount: 1 };
  let steps: readonly string[] = [];
  let state = STATE.empty;
  let done = 0;
  let cancel: (() => void) | undefined;
  let ended: (() => void) | undefined;

  const end = (how: number) => {
    cancel?.();
    cancel = undefined;
    state = how;
    const tell = ended;
    ended = undefined;
    tell?.();
  };
  const step = () => {
    if (done >= steps.length * settings.scancount) {
      end(STATE.done);
      return;
    }
    const name = steps[done++ % steps.length] ?? "";
    relays.open(steps);
    relays.close([name]);
    cancel = tsp.clock.schedule(tsp.clock.now_s + settle_s + (relays.delays_s.get(name) ?? 0), step);
  };
  const checkReady = () => {
    if (steps.length === 0 || ended) throw new TspError(-221);
  };
  const begin = (whenEnded: () => void) => {
    const finish = tsp.operations.begin();
    ended = () => {
      finish();
      whenEnded();
    };
    state = STATE.running;
    done = 0;
    step();
  };
  const take = (list: LuaValue) => {
    if (ended) throw new TspError(-221);
    if (typeof list !== "string") throw new TspError(list === undefined ? -109 : -104);
    const names = relays.named(list);
    relays.checkAllowed(names);
    state = STATE.building;
    return names;
  };
  const abort = () => {
    if (ended) end(STATE.aborted);
  };
  const object = new TspObject("scan", {
    create: (list) => {
      steps = list === undefined ? [] : take(list);
    },
    add: (list) => {
      steps = [...steps, ...take(list)];
    },
    list: () => [steps.join(",")],
    stepcount: { read: () => steps.length },
    scancount: numberAttribute(settings, "scancount", { min: 1, max: 1e6 }),
    execute: () => {
      checkReady();
      return new Wait((resume) => {
        begin(() => resume());
        return abort;
      });
    },
    background: () => {
      checkReady();
      begin(() => undefined);
    },
    abort,
    state: () => [state, Math.floor(done / Math.max(1, steps.length)), done],
    reset: () => {
      abort();
      steps = [];
      state = STATE.empty;
    },
  });
  return {
    object,
    reset: () => {
      abort();
      steps = [];
      state = STATE.empty;
      settings.scancount = 1;
    },
  };
}
