import { TspError } from "../../tsp/errors.js";
import type { Detector } from "../../tsp/events.js";
import { choiceAttribute, numberAttribute, numberOf, TspObject } from "../../tsp/objects.js";
import type { Attribute, Members } from "../../tsp/objects.js";
import { isList } from "../../tsp/values.js";
import type { LuaFunction, LuaValue } from "../../tsp/values.js";
import { linearLevels } from "../sweep.js";
import type { Channel2600 } from "./channel.js";
import { storingOf } from "./measure-object.js";
import { OVERRANGE_2600 } from "./models.js";
import type { TriggerModel2600 } from "./trigger-model.js";

/** Points of a sweep that there is room for. */
const MOST_POINTS = 100_000;

/** `smua.trigger` @see 2600BS-901-01 Rev B, smuX.trigger attributes and functions */
export function triggerObject(path: string, channel: Channel2600, model: TriggerModel2600): TspObject {
  const { settings, events } = model;
  const stimulus = (detector: Detector): Members => ({
    stimulus: { read: () => detector.stimulus, write: (value) => void (detector.stimulus = numberOf(value)) },
    set: () => detector.set(),
  });
  const measuring = (of: "i" | "v" | "r" | "p") => (buffer: LuaValue) => {
    model.storing = storingOf([of], [buffer]);
  };
  const own = `${path}.trigger`;
  return new TspObject(own, {
    count: numberAttribute(settings, "count", { min: 0 }),
    initiate: () => model.initiate(),
    arm: new TspObject(`${own}.arm`, {
      count: numberAttribute(settings, "armCount", { min: 0 }),
      ...stimulus(model.arm),
    }),
    source: new TspObject(`${own}.source`, {
      action: choiceAttribute(settings, "sourceAction", [0, 1]),
      limitv: limit(settings, "limitv"),
      limiti: limit(settings, "limiti"),
      ...sweeps(channel, model),
      ...stimulus(model.source),
    }),
    measure: new TspObject(`${own}.measure`, {
      action: choiceAttribute(settings, "measureAction", [0, 1, 2]),
      i: measuring("i"),
      v: measuring("v"),
      r: measuring("r"),
      p: measuring("p"),
      iv: (current, voltage) => {
        model.storing = storingOf(["i", "v"], [current, voltage]);
      },
      ...stimulus(model.measure),
    }),
    endpulse: new TspObject(`${own}.endpulse`, {
      action: choiceAttribute(settings, "endPulseAction", [0, 1]),
      ...stimulus(model.endPulse),
    }),
    endsweep: new TspObject(`${own}.endsweep`, { action: choiceAttribute(settings, "endSweepAction", [0, 1]) }),
    ARMED_EVENT_ID: events.armed,
    SOURCE_COMPLETE_EVENT_ID: events.source,
    MEASURE_COMPLETE_EVENT_ID: events.measure,
    PULSE_COMPLETE_EVENT_ID: events.pulse,
    SWEEP_COMPLETE_EVENT_ID: events.sweep,
    SWEEPING_EVENT_ID: events.armed,
    IDLE_EVENT_ID: events.idle,
  });
}

/** Negative: `smua.LIMIT_AUTO`, the programmed one counts. */
function limit(settings: TriggerModel2600["settings"], key: "limitv" | "limiti"): Attribute {
  return numberAttribute(settings, key, { min: -1 });
}

function sweeps(channel: Channel2600, model: TriggerModel2600): Record<string, LuaFunction> {
  const members: Record<string, LuaFunction> = {};
  for (const [letter, volts] of [
    ["v", true],
    ["i", false],
  ] as const) {
    const take = (levels: readonly number[]) => {
      const most = (channel.ranges(volts).at(-1)?.full ?? 0) * OVERRANGE_2600;
      if (levels.length === 0) throw new TspError(-109);
      for (const level of levels) if (Math.abs(level) > most) throw new TspError(level > 0 ? 1101 : 1102);
      model.swept = { volts, levels };
    };
    members[`linear${letter}`] = (start, stop, points) => {
      const count = pointsOf(points);
      take(count === 1 ? [numberOf(start)] : linearLevels(numberOf(start), numberOf(stop), count));
    };
    members[`log${letter}`] = (start, stop, points, asymptote = 0) => {
      const [from, to, zero] = [numberOf(start), numberOf(stop), numberOf(asymptote)];
      const count = pointsOf(points);
      if (!((from - zero) * (to - zero) > 0)) throw new TspError(-221);
      take(
        Array.from(
          { length: count },
          (_, k) => zero + (from - zero) * ((to - zero) / (from - zero)) ** (k / (count - 1)),
        ),
      );
    };
    members[`list${letter}`] = (list) => {
      if (!isList(list)) throw new TspError(-104);
      take(list.map(numberOf));
    };
  }
  return members;
}

function pointsOf(points: LuaValue): number {
  const count = numberOf(points);
  if (!Number.isInteger(count) || count < 1) throw new TspError(1102);
  if (count > MOST_POINTS) throw new TspError(1101);
  return count;
}
