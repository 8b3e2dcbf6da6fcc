import type {
  CaptureScope,
  PulseSource,
  PulseStation,
  PulseUnit,
  SourceMeasureUnit,
  StationName,
  Stations,
  TemperatureController,
} from "../capabilities/index.js";
import { MemrigError } from "../errors.js";
import type { Kinds } from "../../drivers/index.js";
import { limitsFor } from "./bounds.js";
import type { BenchConfig } from "./config.js";
import type { ColdSwitching, Permission } from "./gate.js";
import type { OpenInstrument } from "./instrument.js";
import { limitedScope, limitedSwitch, limitedThermal } from "./limited-others.js";
import { limitedSmu } from "./limited-smu.js";
import { limitedSource } from "./limited-source.js";
import { oneChannel } from "./one-channel.js";
import { currentProbes, findSweepWiring, pulsePath, sourcePath, sweepWiring } from "./paths.js";
import type { UnitWiring } from "./paths.js";
import type { Share, Together } from "./together.js";
import { FIRST_PULSE_CHANNEL, kindOf, pulseTerminal } from "./wiring.js";

/** Any instrument as its driver gives it. */
export type AnyInstrument = Kinds[keyof Kinds];

/** Gives a driver's instrument back with the bench's limits before it. */
export function withLimits(
  config: BenchConfig,
  opened: OpenInstrument,
  mayDrive: Permission,
  cold: ColdSwitching,
  together: Together,
): AnyInstrument {
  const { kind, label, instrument } = opened;
  const share = () => together.shareOf(label, opened.foundOn);
  const limitsOf = (channel: number) => limitsFor(config, label, channel);
  switch (kind) {
    case "smu": {
      const smu = limitedSmu(instrument, limitsOf, mayDrive, wiredChannel(config, label), share());
      const { pulses } = instrument;
      return pulses ? { ...smu, pulses: limitedPulses(config, label, pulses, mayDrive, share()) } : smu;
    }
    case "awg": {
      const pathOf = (channel: number) => sourcePath(config, label, String(channel));
      return limitedSource(instrument, limitsOf, pathOf, mayDrive, share());
    }
    case "scope":
      return limitedScope(instrument, wiredInputs(config, label));
    case "thermal":
      return limitedThermal(instrument, limitsOf, mayDrive);
    case "switch":
      return limitedSwitch(instrument, () => mayDrive()(), cold);
  }
}

/** The same pulse cards within the limits of their own terminals, which at the device are sources beside the SMUs. */
function limitedPulses(
  config: BenchConfig,
  label: string,
  unit: PulseUnit,
  mayDrive: Permission,
  share: Share,
): PulseUnit {
  const own: Share = {
    ...share,
    claim: (channel, force) => share.claim(FIRST_PULSE_CHANNEL + channel, force),
    free: (channel) => share.free(FIRST_PULSE_CHANNEL + channel),
    freeAll: () => {
      for (let channel = 1; channel <= unit.source.channels; channel++) share.free(FIRST_PULSE_CHANNEL + channel);
    },
    isOn: (channel) => share.isOn(FIRST_PULSE_CHANNEL + channel),
  };
  const source = limitedSource(
    unit.source,
    (channel) => limitsFor(config, label, FIRST_PULSE_CHANNEL + channel),
    (channel) => sourcePath(config, label, pulseTerminal(channel)),
    mayDrive,
    own,
  );
  return { source, scope: limitedScope(unit.scope, new Map()), probesOf: (channel) => unit.probesOf(channel) };
}

/** The channel of an SMU that a plan means where it names none: the one across the device, else the first. */
function wiredChannel(config: BenchConfig, label: string): number {
  const wired = findSweepWiring(config);
  return wired?.label === label ? wired.channel : 1;
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
  limited: ReadonlyMap<string, AnyInstrument>,
): Stations[N] {
  return makers[name](config, limited);
}

/** The SMU across the device, by the channel that is wired there. */
function acrossDevice(config: BenchConfig, limited: ReadonlyMap<string, AnyInstrument>): SourceMeasureUnit {
  const { label, channel } = sweepWiring(config);
  return oneChannel(limited.get(label) as SourceMeasureUnit, channel);
}

/**
 * A pulse card as a station. What a resistor in its line drops is between its terminal and the device, and makes less the current that
 * a shorted device would let through, by which ranges are chosen.
 */
function unitStation({ label, channel, series_ohm }: UnitWiring, { pulses }: SourceMeasureUnit): PulseStation {
  if (!pulses) throw new Error(`${label} was opened without the pulse channels that are wired`);
  const { source, scope } = pulses;
  const { top, current } = pulses.probesOf(channel);
  const sourceResistance_ohm = source.ranges.sourceResistance_ohm + series_ohm;
  return {
    source: { ...source, ranges: { ...source.ranges, sourceResistance_ohm } },
    sourceChannel: channel,
    scope,
    top,
    current: [{ ...current, inSeries_ohm: series_ohm }],
  };
}

type Maker<N extends StationName> = (config: BenchConfig, limited: ReadonlyMap<string, AnyInstrument>) => Stations[N];

const makers: { readonly [N in StationName]: Maker<N> } = {
  "sweep-smu": (config, limited) => limited.get(sweepWiring(config).label) as SourceMeasureUnit,
  smu: acrossDevice,
  "temperature-station": (config, limited) => {
    const smu = acrossDevice(config, limited);
    const controller = config.instruments.find((instrument) => kindOf(instrument) === "thermal");
    if (!controller) {
      const has = config.instruments.map(({ label, driver }) => `${label} (${driver ?? "not identified"})`).join(", ");
      throw new MemrigError(
        "invalid-request",
        `This protocol holds the device at temperatures, and bench ${config.name} has no temperature controller; it has ${has}. ` +
          "Add one, for example: stage: { driver: lakeshore-336, resource: virtual }. Nothing was turned on.",
      );
    }
    return { smu, thermal: limited.get(controller.label) as TemperatureController, loop: 1, input: "A" };
  },
  "pulse-station": (config, limited) => {
    const path = pulsePath(config);
    if (path.kind === "unit") return unitStation(path, limited.get(path.label) as SourceMeasureUnit);
    const { source, scope, sourceChannel, top, current } = path;
    return {
      sourceChannel,
      top,
      current,
      source: limited.get(source) as PulseSource,
      scope: limited.get(scope) as CaptureScope,
    };
  },
};
