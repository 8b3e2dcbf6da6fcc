import type { CaptureScope, PulseCycle, PulseSource, SweepPlan, SweepSmu } from "../capabilities/index.js";
import { MemrigError } from "../errors.js";
import type { Limits } from "./bounds.js";
import { checkCycle, checkInputs, checkSweep } from "./limits.js";
import type { SourcePath } from "./paths.js";

/** Thrown by an instrument that must not be driven now; does nothing where it may. */
export type Permission = () => void;

/** The same SMU, which takes nothing beyond the bench's limits. What is checked is a copy: later changes do not count. */
export function limitedSmu(smu: SweepSmu, limits: Limits, mayDrive: Permission): SweepSmu {
  return {
    ...unlimited(smu),
    ranges: smu.ranges,
    async *sweep(asked: SweepPlan, signal: AbortSignal) {
      const { drive, cycles, compliance, dwell_s, nplc } = asked;
      const plan: SweepPlan = {
        drive,
        levels: [...asked.levels],
        cycles,
        compliance,
        dwell_s,
        ...(nplc === undefined ? {} : { nplc }),
      };
      checkSweep(limits, smu.label, plan);
      mayDrive();
      yield* smu.sweep(plan, signal);
    },
  };
}

/**
 * The same generator, which takes nothing beyond the bench's limits, and turns on only what was loaded through it: what
 * somebody else left in its memory is not known here.
 *
 * @param pathOf how a channel reaches the device
 */
export function limitedSource(
  source: PulseSource,
  limits: Limits,
  pathOf: (channel: number) => SourcePath | undefined,
  mayDrive: Permission,
): PulseSource {
  const loaded = new Set<number>();
  const needLoaded = (channel: number, what: string): void => {
    if (loaded.has(channel)) return;
    throw new MemrigError(
      "invalid-request",
      `${source.label}: channel ${channel} was to ${what}, but no waveform was loaded into it by this program; what it would play is not known. Nothing was sent.`,
      { channel },
    );
  };
  return {
    ...unlimited(source),
    channels: source.channels,
    ranges: source.ranges,
    async load(channel: number, asked: PulseCycle, cycles: number) {
      const cycle: PulseCycle = {
        segments: Array.from(asked.segments, ({ level_V, duration_s }) => ({ level_V, duration_s })),
        limit: { low_V: asked.limit.low_V, high_V: asked.limit.high_V },
      };
      checkCycle(limits, source.label, cycle, cycles, source.ranges.sourceResistance_ohm, pathOf(channel));
      mayDrive();
      loaded.delete(channel); // while it is half loaded it is not known
      const played = await source.load(channel, cycle, cycles);
      loaded.add(channel);
      return played;
    },
    async outputOn(channel: number) {
      needLoaded(channel, "be turned on");
      mayDrive();
      await source.outputOn(channel);
    },
    outputOff: (channel: number) => source.outputOff(channel),
    async trigger(channel: number) {
      needLoaded(channel, "be triggered");
      mayDrive();
      await source.trigger(channel);
    },
  };
}

/** The same scope, whose inputs stay as the wiring says. */
export function limitedScope(scope: CaptureScope, wired: ReadonlyMap<number, "1M" | "50">): CaptureScope {
  return {
    ...unlimited(scope),
    ranges: scope.ranges,
    async arm(plan, signal) {
      const copy = structuredClone(plan);
      checkInputs(scope.label, copy, wired);
      await scope.arm(copy, signal);
    },
    captures: (timeout_s, signal) => scope.captures(timeout_s, signal),
  };
}

/** What no limit touches: these only ask, or take away. */
function unlimited(instrument: SweepSmu | PulseSource | CaptureScope) {
  return {
    label: instrument.label,
    identity: instrument.identity,
    makeSafe: () => instrument.makeSafe(),
    outputIsOn: () => instrument.outputIsOn(),
    close: () => instrument.close(),
  };
}
