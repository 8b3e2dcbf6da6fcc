import type { Bias, SourceMeasureUnit, SweepPlan, SweepPulse } from "../capabilities/index.js";
import { MemrigError } from "../errors.js";
import type { Limits } from "./bounds.js";
import { forceOfBias, forceOfSweep } from "./force.js";
import type { Permission } from "./gate.js";
import { above0, channelOf } from "./refusals.js";
import { checkBias, checkSweep } from "./sweep-limits.js";
import { alone } from "./together.js";
import type { Share } from "./together.js";
import { unlimited } from "./unlimited.js";

/**
 * The same SMU, which takes nothing beyond the bench's limits. What is checked is a copy: later changes do not count, and
 * each value is read once.
 *
 * @param limitsOf what holds for a channel
 * @param wired the channel that is meant where a plan names none
 * @param share what it may force beside the other sources at the device
 */
export function limitedSmu(
  smu: SourceMeasureUnit,
  limitsOf: (channel: number) => Limits,
  mayDrive: Permission,
  wired = 1,
  share: Share = alone,
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
        const claim = share.claim(channel, forceOfSweep(plan));
        let failed = false;
        try {
          yield* smu.sweep(plan, signal);
        } catch (error) {
          failed = true; // what its output is at is known once it was made safe
          if (nothingSent(error)) claim.withdraw();
          throw error;
        } finally {
          // Who stops taking readings ends the sweep too, with the output off.
          if (!failed) share.free(channel);
        }
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
        const force = forceOfBias(bias);
        const claim = share.claim(channel, force);
        try {
          await smu.hold(bias, signal);
          claim.settle({ ...force, slew_V_per_s: 0 });
        } catch (error) {
          // Else it may hold either, until it is released.
          if (nothingSent(error)) claim.withdraw();
          throw error;
        }
      } finally {
        end();
      }
    },
    async measure(channel: number, nplc?: number) {
      channelOf(label, channel, channels);
      if (nplc !== undefined) above0(label, "an integration time", nplc);
      return smu.measure(channel, nplc);
    },
    async release(channel: number) {
      await smu.release(channel);
      share.free(channel);
    },
    async makeSafe() {
      await smu.makeSafe();
      share.freeAll();
    },
  };
}

/** A driver that finds a plan impossible says so before it sends anything. */
function nothingSent(error: unknown): boolean {
  return error instanceof MemrigError && error.kind === "invalid-request";
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
    ...(pulse === undefined ? {} : { pulse: copyOfPulse(pulse) }),
  };
}

function copyOfPulse({ base, width_s, edge_s }: SweepPulse): SweepPulse {
  return { base, width_s, ...(edge_s === undefined ? {} : { edge_s }) };
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
