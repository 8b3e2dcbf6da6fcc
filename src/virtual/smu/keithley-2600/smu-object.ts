import { numberOf, numberWithin, TspObject } from "../../tsp/objects.js";
import type { Attribute, Members } from "../../tsp/objects.js";
import type { TspInstrument } from "../../tsp/instrument.js";
import { TspReadingBuffer } from "../../tsp/reading-buffer.js";
import { choiceAttribute } from "../../tsp/objects.js";
import { TspError } from "../../tsp/errors.js";
import { Wait } from "../../tsp/values.js";
import type { LuaFunction } from "../../tsp/values.js";
import type { Channel2600 } from "./channel.js";
import { measureObject } from "./measure-object.js";
import { sourceObject } from "./source-object.js";
import { LIMIT_AUTO, TriggerModel2600 } from "./trigger-model.js";
import { triggerObject } from "./trigger-object.js";

/** Readings that a buffer of the instrument's own holds. */
const NVBUFFER = 140_000;
/** Readings that all buffers made by scripts hold at most, each. */
const MOST_MADE = 200_000;

const constants = {
  OUTPUT_DCAMPS: 0,
  OUTPUT_DCVOLTS: 1,
  OUTPUT_OFF: 0,
  OUTPUT_ON: 1,
  OUTPUT_HIGH_Z: 2,
  OUTPUT_NORMAL: 0,
  OUTPUT_ZERO: 1,
  OE_NONE: 0,
  OE_OUTPUT_OFF: 1,
  SENSE_LOCAL: 0,
  SENSE_REMOTE: 1,
  SENSE_CALA: 3,
  AUTORANGE_OFF: 0,
  AUTORANGE_ON: 1,
  AUTORANGE_FOLLOW_LIMIT: 2,
  AUTOZERO_OFF: 0,
  AUTOZERO_ONCE: 1,
  AUTOZERO_AUTO: 2,
  DISABLE: 0,
  ENABLE: 1,
  ASYNC: 2,
  SOURCE_IDLE: 0,
  SOURCE_HOLD: 1,
  FILTER_OFF: 0,
  FILTER_ON: 1,
  FILTER_MOVING_AVG: 0,
  FILTER_REPEAT_AVG: 1,
  FILTER_MEDIAN: 2,
  REL_OFF: 0,
  REL_ON: 1,
  DELAY_OFF: 0,
  DELAY_AUTO: -1,
  SETTLE_SMOOTH: 0,
  SETTLE_FAST_RANGE: 1,
  SETTLE_FAST_POLARITY: 2,
  SETTLE_DIRECT_IRANGE: 3,
  SETTLE_FAST_ALL: 128,
  FILL_ONCE: 0,
  FILL_WINDOW: 1,
  LIMIT_AUTO,
} satisfies Members;

/** One channel as scripts see it, and what of it a reset of the instrument puts back. */
export interface SmuObject {
  readonly object: TspObject;
  readonly channel: Channel2600;
  readonly model: TriggerModel2600;
  reset(): void;
}

/** `smua` or `smub`. */
export function smuObject(path: string, channel: Channel2600, tsp: TspInstrument, epoch_s: number): SmuObject {
  const model = new TriggerModel2600(channel, tsp);
  const busy: { cancel: (() => void) | undefined } = { cancel: undefined };
  const abort = () => {
    busy.cancel?.();
    model.abort();
  };
  const buffers = [1, 2].map((number) => ownBuffer(`${path}.nvbuffer${number}`, epoch_s));
  const reset = () => {
    abort();
    model.reset();
    channel.reset();
  };
  const measure = measureObject(path, channel, model, tsp, busy);
  const source = sourceObject(path, channel);
  const sense: Attribute = {
    read: () => channel.settings.sense,
    write: (value) => {
      choiceAttribute(channel.settings, "sense", [0, 1, 3]).write?.(value);
      channel.apply();
    },
  };
  const object = new TspObject(path, {
    ...constants,
    source,
    measure,
    // For the factory script; no script of a user can name it as a member.
    "pulse fits": (volts, level, limit, on_s, off_s) => [
      channel.pulseFits(volts === true, numberOf(level), numberOf(limit), numberOf(on_s), numberOf(off_s)),
    ],
    trigger: triggerObject(path, channel, model),
    sense,
    abort,
    reset,
    makebuffer: (size) => [
      new TspReadingBuffer(`${path}.buffer`, numberWithin(size, { min: 1, max: MOST_MADE }), epoch_s),
    ],
    nvbuffer1: { read: () => buffers[0] },
    nvbuffer2: { read: () => buffers[1] },
    ...stepping(measure, source, channel, tsp),
  });
  return { object, channel, model, reset };
}

function ownBuffer(path: string, epoch_s: number): TspReadingBuffer {
  return new TspReadingBuffer(path, NVBUFFER, epoch_s);
}

/** `measureivandstep(next)`: measures, then sets the next level of what is forced. */
function stepping(
  measure: TspObject,
  source: TspObject,
  channel: Channel2600,
  tsp: TspInstrument,
): Record<string, LuaFunction> {
  const members: Record<string, LuaFunction> = {};
  for (const name of ["i", "v", "r", "p", "iv"]) {
    members[`measure${name}andstep`] = (next) => {
      const level = numberOf(next);
      const action = measure.get(name);
      const reading = typeof action === "function" ? action() : undefined;
      if (!(reading instanceof Wait)) throw new TspError(1100);
      return new Wait((resume) =>
        reading.begin((values) => {
          try {
            source.set(channel.sourcesVoltage ? "levelv" : "leveli", level);
          } catch (error) {
            if (!(error instanceof TspError)) throw error;
            tsp.queue(error.code, error.text);
          }
          resume(values);
        }),
      );
    };
  }
  return members;
}
