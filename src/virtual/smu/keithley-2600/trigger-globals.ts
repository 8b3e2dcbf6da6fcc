import { TspError } from "../../tsp/errors.js";
import { Detector } from "../../tsp/events.js";
import type { TspInstrument } from "../../tsp/instrument.js";
import { numberAttribute, numberOf, TspObject } from "../../tsp/objects.js";
import type { LuaObject } from "../../tsp/values.js";
import { isList, Wait } from "../../tsp/values.js";
import type { LuaValue } from "../../tsp/values.js";

const TIMERS = 8;
const BLENDERS = 6;
const BLENDER_INPUTS = 4;

/** `trigger`: the command trigger, timers and blenders. @see 2600BS-901-01 Rev B, trigger.timer[N], trigger.blender[N] */
export function triggerGlobals(tsp: TspInstrument): TspObject {
  const numbered = (path: string, count: number, make: (path: string) => LuaObject) => {
    const all = Array.from({ length: count }, (_, index) => make(`${path}[${index + 1}]`));
    return new TspObject(path, {}, (index) => all[index - 1]);
  };
  const command = new Detector(tsp.events);
  command.stimulus = tsp.commandTrigger;
  return new TspObject("trigger", {
    EVENT_ID: tsp.commandTrigger,
    clear: () => command.clear(),
    wait: (timeout) => waitFor(tsp, command, timeout),
    timer: numbered("trigger.timer", TIMERS, (path) => timer(path, tsp)),
    blender: numbered("trigger.blender", BLENDERS, (path) => blender(path, tsp)),
    // A generator fires by itself, on a digital line or a command: none of them is here.
  });
}

/** True when the event comes in time. */
function waitFor({ clock }: TspInstrument, detector: Detector, timeout: LuaValue): Wait {
  const timeout_s = numberOf(timeout);
  return new Wait((resume) => {
    const late = clock.schedule(clock.now_s + timeout_s, () => {
      detector.clear();
      resume([false]);
    });
    detector.pass(() => {
      late();
      resume([true]);
    });
    return () => {
      late();
      detector.clear();
    };
  });
}

function timer(path: string, tsp: TspInstrument): TspObject {
  const settings = { count: 1, delay: 10e-6, passthrough: false, delays: [] as readonly number[] };
  const event = tsp.events.number();
  let left = 0;
  let unlisten: (() => void) | undefined;
  let stimulus = 0;
  const { clock } = tsp;
  const tick = (number: number) => {
    const delay_s = settings.delays[number % Math.max(1, settings.delays.length)] ?? settings.delay;
    clock.schedule(clock.now_s + delay_s, () => {
      if (left === 0) return; // cleared meanwhile
      left--;
      tsp.events.fire(event);
      if (left > 0) tick(number + 1);
    });
  };
  const start = () => {
    if (left > 0) return; // it runs: what comes meanwhile is lost
    if (settings.passthrough) tsp.events.fire(event);
    left = settings.count === 0 ? Infinity : settings.count;
    tick(0);
  };
  return new TspObject(path, {
    EVENT_ID: event,
    count: numberAttribute(settings, "count", { min: 0, max: 1_048_575 }),
    delay: numberAttribute(settings, "delay", { min: 0, max: 4294 }),
    delaylist: {
      read: () => settings.delays,
      write: (value) => {
        if (!isList(value)) throw new TspError(-104);
        settings.delays = value.map(numberOf);
      },
    },
    passthrough: { read: () => settings.passthrough, write: (value) => void (settings.passthrough = value === true) },
    stimulus: {
      read: () => stimulus,
      write: (value) => {
        unlisten?.();
        stimulus = numberOf(value);
        unlisten = stimulus === 0 ? undefined : tsp.events.listen(stimulus, start);
      },
    },
    clear: () => {
      left = 0;
    },
    reset: () => {
      left = 0;
      unlisten?.();
      stimulus = 0;
      Object.assign(settings, { count: 1, delay: 10e-6, passthrough: false, delays: [] });
    },
  });
}

function newInput(): { stimulus: number; seen: boolean; unlisten: () => void } {
  return { stimulus: 0, seen: false, unlisten: () => undefined };
}

/** Fires when all, or with `orenable` any, of its stimuli came. */
function blender(path: string, tsp: TspInstrument): TspObject {
  const event = tsp.events.number();
  const state = { any: false };
  const inputs = Array.from({ length: BLENDER_INPUTS }, newInput);
  const came = (input: (typeof inputs)[number]) => {
    input.seen = true;
    const used = inputs.filter(({ stimulus }) => stimulus !== 0);
    if (!state.any && !used.every(({ seen }) => seen)) return;
    for (const one of inputs) one.seen = false;
    tsp.events.fire(event);
  };
  const stimuli: LuaObject = {
    path: `${path}.stimulus`,
    get: (index) => inputs[Number(index) - 1]?.stimulus,
    set: (index, value) => {
      const input = inputs[Number(index) - 1];
      if (!input) throw new TspError(1101);
      input.unlisten();
      input.stimulus = numberOf(value);
      if (input.stimulus !== 0) input.unlisten = tsp.events.listen(input.stimulus, () => came(input));
    },
  };
  return new TspObject(path, {
    EVENT_ID: event,
    orenable: { read: () => state.any, write: (value) => void (state.any = value === true) },
    stimulus: stimuli,
    clear: () => {
      for (const input of inputs) input.seen = false;
    },
  });
}
