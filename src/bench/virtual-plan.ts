import { MemrigError } from "../errors.js";
import type { VirtualBenchPlan } from "../virtual/bench-plan.js";
import { deviceAt } from "../virtual/sites.js";
import type { BenchConfig, DutConfig } from "./config.js";
import type { Site } from "./prober.js";

/** Noise and serial numbers of a bench whose device has no seed. */
const seedOfNominal = 1;

/** A bench whose device has a model. */
export type SimulatedBench = BenchConfig & { readonly dut: DutConfig & { readonly model: string } };

/**
 * What is to be served for this bench.
 *
 * @param which `virtual`: the instruments with `resource: virtual`; `all`: a double of every one
 * @throws MemrigError `invalid-request`: the file names no model of the device
 */
export function virtualPlan(config: BenchConfig, which: "virtual" | "all" = "virtual"): VirtualBenchPlan {
  const { id, model, parameters, seed, cycleSeed } = simulated(config).dut;
  const instruments = config.instruments.filter(({ resource }) => which === "all" || resource === "virtual");
  const labels = new Set(instruments.map(({ label }) => label));
  return {
    name: config.name,
    instruments: instruments.map(({ label, driver, model: family }) => ({
      label,
      driver: driver ?? undriven(config, label),
      ...(family === undefined ? {} : { model: family }),
    })),
    dut: {
      id,
      model,
      parameters,
      ...(seed === undefined ? {} : { seed }),
      ...(cycleSeed === undefined ? {} : { cycleSeed }),
    },
    wiring: config.wiring.filter(({ instrument }) => labels.has(instrument)),
    address: config.virtual.address,
    ports: config.virtual.ports,
    links: config.virtual.links,
    time: config.virtual.time,
    seed: cycleSeed ?? seed ?? seedOfNominal,
    ...sitesOf(config, labels),
  };
}

/** Many devices, where the bench can select between them by something simulated; else one, always connected. */
function sitesOf({ dut, sites, prober }: BenchConfig, labels: ReadonlySet<string>): Pick<VirtualBenchPlan, "sites"> {
  const matrix = sites && labels.has(sites.through) ? { label: sites.through, crosspoints: sites.at } : undefined;
  const moved = prober?.kind === "virtual";
  if (!matrix && !moved) return {};
  return { sites: { variants: dut.variants ?? [], prober: moved, ...(matrix ? { switch: matrix } : {}) } };
}

/** Far from the seeds people count through. */
const twinOffset = 1_000_003;

/**
 * The same bench with every instrument simulated, on free ports of this machine, and the model in place of the device.
 * Its cycles and its noise are drawn anew: a twin that repeated a simulated run to the last digit would say nothing of the
 * model's spread.
 *
 * @param site where the bench has many devices, the one that was measured: its own draw and parameters, alone on the bench
 * @throws MemrigError `invalid-request`: the file names no model of the device
 */
export function twinConfig(config: BenchConfig, site?: Site): SimulatedBench {
  const rest = { ...simulated(config) };
  const { variants = [], ...one } = rest.dut;
  const dut = site ? { ...one, ...deviceAt(site.name, one, variants) } : rest.dut;
  delete rest.sites; // one device, always connected
  delete rest.prober;
  return {
    ...rest,
    dut: { ...dut, cycleSeed: (dut.cycleSeed ?? dut.seed ?? 0) + twinOffset },
    instruments: config.instruments.map((instrument) => ({ ...instrument, resource: "virtual" })),
    virtual: { address: "127.0.0.1", ports: "any", links: ["socket"], time: "fast" },
  };
}

/** @throws MemrigError `invalid-request`: it was not asked what it is, so there is nothing to make a double of */
function undriven(config: BenchConfig, label: string): never {
  throw new MemrigError(
    "invalid-request",
    `${config.file}: which instrument "${label}" is has not been asked, so that it can not be simulated. Write driver: for it.`,
    { label },
  );
}

function simulated(config: BenchConfig): SimulatedBench {
  const { dut } = config;
  if (dut.model !== undefined) return { ...config, dut: { ...dut, model: dut.model } };
  throw new MemrigError(
    "invalid-request",
    `${config.file}: the device "${dut.id}" has no model to simulate. Write model: under dut:.`,
    { file: config.file },
  );
}
