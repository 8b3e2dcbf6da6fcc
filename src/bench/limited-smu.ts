import type { Bias, SourceMeasureUnit, SweepPlan } from "../capabilities/index.js";
import type { Limits } from "./bounds.js";
import type { Permission } from "./gate.js";
import { above0, channelOf } from "./refusals.js";
import { checkBias, checkSweep } from "./sweep-limits.js";
import { unlimited } from "./unlimited.js";

/**
 * The same SMU, which takes nothing beyond the bench's limits. What is checked is a copy: later changes do not count, and
 * each value is read once.
 *
 * @param limitsOf what holds for a channel
 * @param wired the channel that is meant where a plan names none
 */
export function limitedSmu(
  smu: SourceMeasureUnit,
  limitsOf: (channel: number) => Limits,
  mayDrive: Permission,
  wired = 1,
): SourceMeasureUnit {
  const { label, channels } = smu;
  return {
    ...unlimited(smu),
    channels,
    ranges: smu.ranges,
    async *sweep(asked: SweepPlan, signal: AbortSignal) {
      const plan = copyOfSweep(asked, wired);
      const channel = plan.channel ?? 1;
      channelOf(label, channel, channels);
      checkSweep(limitsOf(channel), label, plan);
      const end = mayDrive();
      try {
        yield* smu.sweep(plan, signal);
      } finally {
        end();
      }
    },
    async hold(asked: Bias, signal: AbortSignal) {
      const bias = copyOfBias(asked, wired);
      const channel = bias.channel ?? 1;
      channelOf(label, channel, channels);
      checkBias(limitsOf(channel), label, bias);
      const end = mayDrive();
      try {
        await smu.hold(bias, signal);
      } finally {
        end();
      }
    },
    async measure(channel: number, nplc?: number) {
      channelOf(label, channel, channels);
      if (nplc !== undefined) above0(label, "an integration time", nplc);
      return smu.measure(channel, nplc);
    },
    release: (channel: number) => smu.release(channel),
  };
}

function copyOfSweep(asked: SweepPlan, wired: number): SweepPlan {
  const { channel = wired, drive, levels, cycles, compliance, dwell_s, nplc, wires, measureRange, pulse } = asked;
  return {
    ...(channel === 1 ? {} : { channel }),
    drive,
    levels: Array.from(levels),
    cycles,
    compliance,
    dwell_s,
    ...(nplc === undefined ? {} : { nplc }),
    ...(wires === undefined ? {} : { wires }),
    ...(measureRange === undefined ? {} : { measureRange }),
    ...(pulse === undefined ? {} : { pulse: { base: pulse.base, width_s: pulse.width_s } }),
  };
}

function copyOfBias(asked: Bias, wired: number): Bias {
  const { channel = wired, drive, level, compliance, slew_per_s, wires } = asked;
  return {
    ...(channel === 1 ? {} : { channel }),
    drive,
    level,
    compliance,
    ...(slew_per_s === undefined ? {} : { slew_per_s }),
    ...(wires === undefined ? {} : { wires }),
  };
}
