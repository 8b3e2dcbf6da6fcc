import type { CaptureScope, PulseSource, StationName, Stations, SweepSmu } from "../capabilities/index.js";
import type { BenchConfig } from "./config.js";
import type { OpenInstrument } from "./instrument.js";
import { limitedScope, limitedSmu, limitedSource } from "./limited.js";
import type { Permission } from "./limited.js";
import { currentProbes, pulseWiring, sourcePath, sweepWiring } from "./paths.js";

/** Gives a driver's instrument back with the bench's limits before it. */
export function withLimits(
  config: BenchConfig,
  opened: OpenInstrument,
  mayDrive: Permission,
): SweepSmu | PulseSource | CaptureScope {
  const { kind, label, instrument } = opened;
  switch (kind) {
    case "smu":
      return limitedSmu(instrument as SweepSmu, config.limits, mayDrive);
    case "awg": {
      const pathOf = (channel: number) => sourcePath(config, label, channel);
      return limitedSource(instrument as PulseSource, config.limits, pathOf, mayDrive);
    }
    case "scope":
      return limitedScope(instrument as CaptureScope, wiredInputs(config, label));
  }
}

/** Impedance by channel, as the wiring takes it. */
function wiredInputs(config: BenchConfig, label: string): Map<number, "1M" | "50"> {
  const wired = new Map<number, "1M" | "50">();
  for (const wire of config.wiring) {
    if (wire.instrument === label) wired.set(Number(wire.terminal), "1M");
  }
  const below = config.wiring.filter(({ instrument, node }) => instrument === label && node === "dut.bottom");
  for (const probe of currentProbes(config)) {
    if (below.some(({ terminal }) => Number(terminal) === probe.channel)) wired.set(probe.channel, probe.impedance);
  }
  return wired;
}

/**
 * Joins instruments and wiring into what a protocol asks for.
 *
 * @param limited instruments by label, limits included
 * @throws MemrigError `invalid-request`: the wiring has not what the station needs
 */
export function stationOf<N extends StationName>(
  name: N,
  config: BenchConfig,
  limited: ReadonlyMap<string, SweepSmu | PulseSource | CaptureScope>,
): Stations[N] {
  return makers[name](config, limited);
}

type Maker<N extends StationName> = (
  config: BenchConfig,
  limited: ReadonlyMap<string, SweepSmu | PulseSource | CaptureScope>,
) => Stations[N];

const makers: { readonly [N in StationName]: Maker<N> } = {
  "sweep-smu": (config, limited) => limited.get(sweepWiring(config)) as SweepSmu,
  "pulse-station": (config, limited) => {
    const { source, scope, ...channels } = pulseWiring(config);
    return { ...channels, source: limited.get(source) as PulseSource, scope: limited.get(scope) as CaptureScope };
  },
};
