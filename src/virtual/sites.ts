import { complete, createDevice, deviceModel, drawsOf } from "../simulator/catalogue.js";
import type { Device } from "../simulator/models/device.js";
import { parallel } from "../simulator/models/parallel.js";
import type { Drive, OnePort, Probe } from "../simulator/one-port.js";
import { createRandom } from "../simulator/random.js";
import { DevicePort } from "../simulator/transient/device-port.js";
import { siteName } from "./bench-plan.js";
import type { DutPlan, SitesPlan } from "./bench-plan.js";
import { OPEN } from "./wiring.js";

/** Insulation of relays and of needles in the air. */
const insulation_ohm = 1e14;

interface SiteDevice {
  readonly device: Device;
  readonly port: DevicePort;
}

/**
 * Many devices, each of its own, of which closed relays and lowered needles connect some. What is not connected is left
 * alone and goes on relaxing: it is brought up to the clock when it is connected again. Nothing connected is an open
 * circuit; several closed at once lie in parallel, as they do in a matrix.
 *
 * A device comes into being when it is first connected: from the seed of the bench and the name of the site, so that it is
 * the same one whatever was measured before.
 */
export class Sites implements OnePort {
  time_s = 0;
  private readonly known = new Map<string, SiteDevice>();
  private connected: readonly SiteDevice[] = [];
  private readonly open = createDevice("resistor", { R: insulation_ohm }) as DevicePort;
  private active: DevicePort = this.open;
  private position: string | undefined;
  private closed: readonly string[] = [];

  constructor(
    private readonly dut: DutPlan,
    private readonly plan: SitesPlan,
  ) {
    complete(deviceModel(dut.model), dut.parameters); // a mistake is told when the bench is built, not at the first site
  }

  get voltage_V(): number {
    return this.active.voltage_V;
  }

  get current_A(): number {
    return this.active.current_A;
  }

  /** Names of the sites that are connected now. */
  get names(): readonly string[] {
    const under = this.position;
    if (this.plan.prober && under === undefined) return [];
    const { switch: matrix } = this.plan;
    if (!matrix) return under === undefined ? [] : [under];
    const closed = Object.entries(matrix.crosspoints).flatMap(([name, all]) =>
      all.every((crosspoint) => this.closed.includes(crosspoint)) ? [name] : [],
    );
    return under === undefined ? closed : closed.map((device) => siteName(under, device));
  }

  /** The needles are there now; undefined: they are up. */
  moveTo(position: string | undefined): void {
    this.position = position;
    this.connect();
  }

  /** These crosspoints of the switch are closed now. */
  close(crosspoints: readonly string[]): void {
    this.closed = crosspoints;
    this.connect();
  }

  /** All of them are on one stage; who is connected later is told then. */
  setTemperature(temperature_K: number): void {
    this.active.setTemperature(temperature_K);
    for (const { port } of this.connected) port.setTemperature(temperature_K);
  }

  advance(until_s: number, drive: Drive, probe?: Probe): void {
    this.active.advance(until_s, drive, probe);
    this.time_s = this.active.time_s;
  }

  private connect(): void {
    this.putBack();
    this.connected = this.names.map((name) => this.siteOf(name));
    for (const { port } of this.connected) port.advance(this.time_s, OPEN);
    const [first, second] = this.connected;
    if (first && second) this.active = this.joined();
    else this.active = first?.port ?? this.open;
    if (this.active === this.open) this.open.resume(this.time_s, []);
  }

  private joined(): DevicePort {
    const device = parallel(this.connected.map(({ device: each, port }) => ({ device: each, state: port.state })));
    const port = new DevicePort(device);
    const charge_C = this.connected.reduce(
      (sum, each) => sum + each.device.capacitance_F * (each.port.state[each.device.size] ?? 0),
      0,
    );
    const shared = device.capacitance_F > 0 ? [charge_C / device.capacitance_F] : [];
    port.resume(this.time_s, [...device.initial, ...shared]);
    return port;
  }

  /** What happened to devices in parallel, given back to each. */
  private putBack(): void {
    if (this.connected.length < 2) return;
    const { state } = this.active;
    const all = this.connected.reduce((sum, { device }) => sum + device.size, 0);
    let from = 0;
    for (const { device, port } of this.connected) {
      const own = state.slice(from, (from += device.size));
      port.resume(this.time_s, device.capacitance_F > 0 ? [...own, state[all] ?? 0] : own);
    }
  }

  private siteOf(name: string): SiteDevice {
    const known = this.known.get(name);
    if (known) return known;
    const { model, parameters, seed, cycleSeed } = deviceAt(name, this.dut, this.plan.variants);
    const found = deviceModel(model);
    const device = found.create(complete(found, parameters), drawsOf(model, seed, cycleSeed));
    const made = { device, port: new DevicePort(device) };
    made.port.resume(this.time_s, made.port.state); // fresh: it has waited at rest
    this.known.set(name, made);
    return made;
  }
}

/** The one of many devices that stands at a site, as a plan of its own: also who simulates it alone simulates the same one. */
export function deviceAt(site: string, dut: DutPlan, variants: SitesPlan["variants"]): DutPlan {
  const { seed, cycleSeed } = dut;
  const own = variants.filter(({ pattern }) => fits(site, pattern));
  return {
    ...dut,
    parameters: own.reduce((under, one) => ({ ...under, ...one.parameters }), dut.parameters),
    ...(seed === undefined ? {} : { seed: seedOf(seed, site) }),
    cycleSeed: seedOf(cycleSeed ?? seed ?? 0, site),
  };
}

function seedOf(seed: number, site: string): number {
  return Math.floor(createRandom(seed, `site:${site}`).uniform() * 2 ** 32);
}

/** `*` stands for anything. */
export function fits(name: string, pattern: string): boolean {
  const literal = pattern.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${literal.join(".*")}$`).test(name);
}
