import type { PulseCycle, PulseSource, Waveform, WaveformPlan } from "../capabilities/index.js";
import { MemrigError } from "../errors.js";
import type { Limits } from "./bounds.js";
import { forceOfCycle, forceOfWaveform } from "./force.js";
import type { Force } from "./force.js";
import type { Permission } from "./gate.js";
import type { SourcePath } from "./paths.js";
import { checkCycle } from "./pulse-limits.js";
import type { Reach } from "./pulse-limits.js";
import { channelOf, invalid } from "./refusals.js";
import { alone } from "./together.js";
import type { Share } from "./together.js";
import { unlimited } from "./unlimited.js";
import { checkWaveform } from "./waveform-limits.js";

/**
 * The same generator, which takes nothing beyond the bench's limits, and turns on only what was loaded through it: what
 * somebody else left in its memory is not known here.
 *
 * @param limitsOf what holds for a channel
 * @param pathOf how a channel reaches the device
 * @param share what it may force beside the other sources at the device
 */
export function limitedSource(
  source: PulseSource,
  limitsOf: (channel: number) => Limits,
  pathOf: (channel: number) => SourcePath | undefined,
  mayDrive: Permission,
  share: Share = alone,
): PulseSource {
  const { label, channels } = source;
  /** What each channel would play. */
  const loaded = new Map<number, Force>();
  const source_ohm = source.ranges.sourceResistance_ohm;
  const reachOf = (channel: number): Reach => {
    channelOf(label, channel, channels);
    return { limits: limitsOf(channel), source_ohm, path: pathOf(channel) };
  };
  const setting = async <T>(channel: number, force: Force, set: () => Promise<T>): Promise<T> => {
    const end = mayDrive();
    try {
      // An output that is on plays what is loaded.
      const claim = share.isOn(channel) ? share.claim(channel, force) : undefined;
      loaded.delete(channel); // while it is half loaded it is not known
      const played = await set();
      claim?.settle();
      loaded.set(channel, force);
      return played;
    } finally {
      end();
    }
  };
  const driving = async (channel: number, what: string, drive: () => Promise<void>): Promise<void> => {
    channelOf(label, channel, channels);
    const force = loaded.get(channel);
    if (!force) {
      throw new MemrigError(
        "invalid-request",
        `${label}: channel ${channel} was to ${what}, but no waveform was loaded into it by this program; what it would play is not known. Nothing was sent.`,
        { channel },
      );
    }
    const end = mayDrive();
    try {
      share.claim(channel, force); // until it is known to be off
      await drive();
    } finally {
      end();
    }
  };
  return {
    ...unlimited(source),
    channels,
    ranges: source.ranges,
    async load(channel: number, asked: PulseCycle, cycles: number) {
      const { segments, limit } = asked;
      const { low_V, high_V } = limit;
      const cycle: PulseCycle = {
        segments: Array.from(segments, ({ level_V, duration_s }) => ({ level_V, duration_s })),
        limit: { low_V, high_V },
      };
      checkCycle(label, cycle, cycles, reachOf(channel));
      return setting(channel, forceOfCycle(cycle, cycles, source_ohm), () => source.load(channel, cycle, cycles));
    },
    async setWaveform(channel: number, asked: WaveformPlan) {
      const plan = copyOfPlan(label, asked);
      checkWaveform(label, plan, reachOf(channel));
      return setting(channel, forceOfWaveform(plan, source_ohm), () => source.setWaveform(channel, plan));
    },
    outputOn: (channel: number) => driving(channel, "be turned on", () => source.outputOn(channel)),
    async outputOff(channel: number) {
      await source.outputOff(channel);
      share.free(channel);
    },
    async makeSafe() {
      await source.makeSafe();
      share.freeAll();
    },
    trigger: (channel: number) => driving(channel, "be triggered", () => source.trigger(channel)),
  };
}

function copyOfPlan(who: string, asked: WaveformPlan): WaveformPlan {
  const { waveform, low_V, high_V, limit, load_ohm, polarity, burst } = asked;
  return {
    waveform: copyOfWaveform(who, waveform),
    low_V,
    high_V,
    limit: { low_V: limit.low_V, high_V: limit.high_V },
    ...(load_ohm === undefined ? {} : { load_ohm }),
    ...(polarity === undefined ? {} : { polarity }),
    ...(burst === undefined ? {} : { burst: { cycles: burst.cycles, trigger: burst.trigger } }),
  };
}

/** Every field read once, so that what is checked is what is sent. */
function copyOfWaveform(who: string, asked: Waveform): Waveform {
  const copy = { ...asked }; // reads each of its own fields once
  switch (copy.shape) {
    case "samples": {
      const { volts, rate_Sa_per_s } = copy;
      if (!(volts instanceof Float64Array)) throw invalid(who, "a waveform whose samples are no Float64Array");
      return { shape: "samples", volts: Float64Array.from(volts), rate_Sa_per_s };
    }
    default:
      return copy;
  }
}
