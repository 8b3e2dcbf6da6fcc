import type { PulseCycle, PulseSource, Waveform, WaveformPlan } from "../capabilities/index.js";
import { MemrigError } from "../errors.js";
import type { Limits } from "./bounds.js";
import type { Permission } from "./gate.js";
import type { SourcePath } from "./paths.js";
import { checkCycle } from "./pulse-limits.js";
import type { Reach } from "./pulse-limits.js";
import { channelOf, invalid } from "./refusals.js";
import { unlimited } from "./unlimited.js";
import { checkWaveform } from "./waveform-limits.js";

/**
 * The same generator, which takes nothing beyond the bench's limits, and turns on only what was loaded through it: what
 * somebody else left in its memory is not known here.
 *
 * @param limitsOf what holds for a channel
 * @param pathOf how a channel reaches the device
 */
export function limitedSource(
  source: PulseSource,
  limitsOf: (channel: number) => Limits,
  pathOf: (channel: number) => SourcePath | undefined,
  mayDrive: Permission,
): PulseSource {
  const { label, channels } = source;
  const loaded = new Set<number>();
  const reachOf = (channel: number): Reach => {
    channelOf(label, channel, channels);
    const { sourceResistance_ohm: source_ohm } = source.ranges;
    return { limits: limitsOf(channel), source_ohm, path: pathOf(channel) };
  };
  const setting = async <T>(channel: number, set: () => Promise<T>): Promise<T> => {
    const end = mayDrive();
    try {
      loaded.delete(channel); // while it is half loaded it is not known
      const played = await set();
      loaded.add(channel);
      return played;
    } finally {
      end();
    }
  };
  const driving = async (channel: number, what: string, drive: () => Promise<void>): Promise<void> => {
    channelOf(label, channel, channels);
    if (!loaded.has(channel)) {
      throw new MemrigError(
        "invalid-request",
        `${label}: channel ${channel} was to ${what}, but no waveform was loaded into it by this program; what it would play is not known. Nothing was sent.`,
        { channel },
      );
    }
    const end = mayDrive();
    try {
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
      return setting(channel, () => source.load(channel, cycle, cycles));
    },
    async setWaveform(channel: number, asked: WaveformPlan) {
      const plan = copyOfPlan(label, asked);
      checkWaveform(label, plan, reachOf(channel));
      return setting(channel, () => source.setWaveform(channel, plan));
    },
    outputOn: (channel: number) => driving(channel, "be turned on", () => source.outputOn(channel)),
    outputOff: (channel: number) => source.outputOff(channel),
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
