import { MemrigError } from "../../errors.js";
import { complete } from "../catalogue.js";
import type { ParameterInfo } from "../models/device.js";
import type { Circuit, Element, EventSpec, Quantity, Waveform } from "../netlist/types.js";

/** What is connected to a circuit's input: a voltage (V) or a current (A), as it goes with time. */
export interface CircuitDrive {
  readonly kind: "voltage" | "current";
  readonly wave: Waveform;
}

/** A column of a circuit's waveform table; the names are those of its probes and what follows from them. */
export interface CircuitColumn {
  readonly name: string;
  readonly unit: string;
  readonly quantity: Quantity;
  /** Column value from the quantity; the quantity itself when left out. */
  readonly of?: (value: number) => number;
}

/** Settings under which a circuit shows something named. */
export interface Preset {
  readonly name: string;
  readonly title: string;
  /** Where the values come from, and what they depart from. */
  readonly source: string;
  /** Values that differ from the circuit's defaults, base units. */
  readonly parameters: Readonly<Record<string, number>>;
  readonly drive: CircuitDrive;
  readonly stop_s: number;
  /** Does the model do with these settings what the paper shows? `no` and `departs` say why in `remark`. */
  readonly shown: "as published" | "departs" | "no";
  readonly remark: string;
}

/** A circuit with parameters. */
export interface NamedCircuit {
  readonly name: string;
  readonly title: string;
  /** Where topology and values come from. */
  readonly source: string;
  readonly parameters: readonly ParameterInfo[];
  readonly presets: ReadonlyMap<string, Preset>;
  /** What drives it when nothing is said. @param parameters as for `build` */
  drive(parameters: Readonly<Record<string, number>>): CircuitDrive;
  readonly stop_s: number;
  /** Longest step with which a SPICE still sees every switching of this circuit. */
  readonly spiceStep_s: number;
  /**
   * Where a simulation starts when nothing is said. `rest`: the solved rest state. `own`: capacitors empty unless said
   * otherwise, devices as made; an oscillator has no rest.
   */
  readonly start: "rest" | "own";
  /** With the default parameters; see `eventsWith`. */
  readonly events: readonly EventSpec[];
  /** Moments worth locating, where their levels depend on parameters. */
  eventsWith(parameters: Readonly<Record<string, number>>): readonly EventSpec[];
  readonly columns: readonly CircuitColumn[];
  /**
   * The circuit with its numbers in place.
   *
   * @param parameters those that differ from the defaults, base units
   * @param drive left out: the circuit's own
   * @param seed draws the devices and their cycles from the models' spreads; left out: nominal devices
   * @throws MemrigError `invalid-request`: unknown parameter, value out of range, or a drive this circuit can not take
   */
  build(parameters: Readonly<Record<string, number>>, drive?: CircuitDrive, seed?: number): Circuit;
}

/** Every parameter of a circuit by name. */
export interface Values {
  get(name: string): number;
}

export function valuesOf(complete: Readonly<Record<string, number>>): Values {
  return {
    get(name) {
      const value = complete[name];
      if (value === undefined) throw new RangeError(`this circuit has no parameter ${name}`);
      return value;
    },
  };
}

/** What a circuit's file gives; `nameCircuit` adds the checks every circuit shares. */
export interface CircuitDefinition extends Omit<NamedCircuit, "build" | "drive" | "presets" | "events" | "eventsWith"> {
  readonly events: readonly EventSpec[] | ((k: Values) => readonly EventSpec[]);
  readonly drive: (k: Values) => CircuitDrive;
  readonly presets?: readonly Preset[];
  /** Which drives make sense; both when left out. */
  readonly drives?: readonly CircuitDrive["kind"][];
  readonly elements: (k: Values, drive: CircuitDrive) => readonly Element[];
}

export function nameCircuit(definition: CircuitDefinition): NamedCircuit {
  const { presets = [], drives, elements, events, ...named } = definition;
  const eventsWith = (given: Readonly<Record<string, number>>): readonly EventSpec[] =>
    typeof events === "function" ? events(valuesOf(complete(named, given))) : events;
  return {
    ...named,
    events: eventsWith({}),
    eventsWith,
    presets: new Map(presets.map((preset) => [preset.name, preset])),
    drive: (given) => definition.drive(valuesOf(complete(named, given))),
    build(given, asked, seed) {
      const k = valuesOf(complete(named, given));
      const drive = asked ?? definition.drive(k);
      if (drives && !drives.includes(drive.kind)) {
        throw new MemrigError(
          "invalid-request",
          `${named.name} was given a ${drive.kind} drive; it takes ${drives.join(" or ")}.`,
          { circuit: named.name, drive: drive.kind, allowed: drives },
        );
      }
      return {
        name: named.name,
        title: named.title,
        source: named.source,
        elements: elements(k, drive).map((element, i) =>
          element.kind === "device" ? drawn(element, given, seed === undefined ? undefined : seed * 1009 + i) : element,
        ),
        probes: named.columns
          .filter((column) => column.of === undefined)
          .map(({ name, unit, quantity }) => ({ name, unit, quantity })),
      };
    },
  };
}

type DeviceElement = Extract<Element, { kind: "device" }>;

/** Without a seed only the spreads that were asked for by name are there. */
function drawn(
  element: DeviceElement,
  asked: Readonly<Record<string, number>>,
  seed: number | undefined,
): DeviceElement {
  if (seed !== undefined) return { ...element, seed };
  const kept = Object.entries(element.parameters ?? {}).filter(([name]) => !name.startsWith("sigma_") || name in asked);
  return { ...element, parameters: Object.fromEntries(kept) };
}

/** A column, and so a probe, for a node's voltage over ground. */
export function voltageOf(name: string, node: string): CircuitColumn {
  return { name, unit: "V", quantity: { kind: "voltage", node } };
}

/** The current through an element, from its first terminal to its second. */
export function currentOf(name: string, element: string): CircuitColumn {
  return { name, unit: "A", quantity: { kind: "current", element } };
}

export function stateOf(name: string, element: string, index = 0, unit = ""): CircuitColumn {
  return { name, unit, quantity: { kind: "state", element, index } };
}

/** Two events: the quantity rises through the level, and falls through it. */
export function crossings(up: string, down: string, quantity: Quantity, level: number): EventSpec[] {
  return [
    { event: up, quantity, level, direction: "up" },
    { event: down, quantity, level, direction: "down" },
  ];
}

export function constantVoltage(value: number): CircuitDrive {
  return { kind: "voltage", wave: { kind: "dc", value } };
}

/** Corner points as (time s, value) pairs. */
export function pwl(...points: readonly (readonly [number, number])[]): Waveform {
  return { kind: "pwl", times_s: points.map(([t]) => t), values: points.map(([, value]) => value) };
}

/** From 0 to `value` at `at_s`, within `edge_s`. */
export function step(value: number, edge_s: number, at_s = 10e-6): Waveform {
  return pwl([0, 0], [at_s, 0], [at_s + edge_s, value]);
}

/** Rectangles on 0: [start s, width s, height]; each edge takes `edge_s`, the width counts from rise to fall. */
export function pulses(edge_s: number, ...each: readonly (readonly [number, number, number])[]): Waveform {
  return pwl(
    [0, 0],
    ...each.flatMap(([start, width, height]): [number, number][] => [
      [start, 0],
      [start + edge_s, height],
      [start + width, height],
      [start + width + edge_s, 0],
    ]),
  );
}

/** The drive as a source from ground to a node. */
export function sourceTo(node: string, drive: CircuitDrive, name = "in"): Element {
  return drive.kind === "voltage"
    ? { kind: "V", name: `V${name}`, plus: node, minus: "0", wave: drive.wave }
    : { kind: "I", name: `I${name}`, from: "0", to: node, wave: drive.wave };
}
