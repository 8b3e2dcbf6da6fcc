import { MemrigError } from "../errors.js";
import { si } from "../units.js";
import { agSiox } from "./models/ag-siox.js";
import { capacitor } from "./models/capacitor.js";
import { ExponentialPort } from "./cycles/exponential-port.js";
import type { DeviceModel, Draws, ModelInfo, ParameterInfo } from "./models/device.js";
import { diode } from "./models/diode.js";
import { hhMembrane } from "./models/hh-membrane.js";
import { jartVcm } from "./models/jart-vcm.js";
import { lifNeuron } from "./models/lif-neuron.js";
import { nbo2Mott } from "./models/nbo2-mott.js";
import { ots } from "./models/ots.js";
import { resistor } from "./models/resistor.js";
import { stanfordRram } from "./models/stanford-rram.js";
import { taox } from "./models/taox.js";
import { vo2Mott } from "./models/vo2-mott.js";
import { voxNdr } from "./models/vox-ndr.js";
import { vteam } from "./models/vteam.js";
import { wo3Pedot } from "./models/wo3-pedot.js";
import { yakopcic } from "./models/yakopcic.js";
import { znoDiffusive } from "./models/zno-diffusive.js";
import type { OnePort } from "./one-port.js";
import { createRandom } from "./random.js";
import { DevicePort } from "./transient/device-port.js";

const all: readonly DeviceModel[] = [
  znoDiffusive,
  vo2Mott,
  nbo2Mott,
  voxNdr,
  taox,
  agSiox,
  wo3Pedot,
  ots,
  vteam,
  yakopcic,
  stanfordRram,
  jartVcm,
  lifNeuron,
  hhMembrane,
  resistor,
  capacitor,
  diode,
];

/** The models themselves, to make devices for a circuit of. */
export const deviceModels: ReadonlyMap<string, DeviceModel> = new Map(all.map((model) => [model.name, model]));

/** The device models by name, with their parameters. */
export const modelCatalogue: ReadonlyMap<string, ModelInfo> = deviceModels;

/**
 * A simulated device at rest, at time 0.
 *
 * @param model name in `modelCatalogue`
 * @param parameters those that differ from the defaults, base units
 * @param seed one device drawn from the model's spread, and its own sequence of cycles. Left out: the nominal device,
 *   whose cycles still vary, always in the same sequence. A spread set to 0 is off.
 * @param cycleSeed another sequence of cycles of the same device
 * @throws MemrigError `invalid-request`: no such model or parameter, or a value out of range; the message says what is allowed
 */
export function createDevice(
  model: string,
  parameters: Readonly<Record<string, number>>,
  seed?: number,
  cycleSeed?: number,
): OnePort {
  const found = deviceModel(model);
  return new DevicePort(found.create(complete(found, parameters), drawsOf(model, seed, cycleSeed)));
}

/** The same device as the virtual bench drives it: faster behind a generator, where the model allows it (`ExponentialPort`). */
export function createBenchDevice(
  model: string,
  parameters: Readonly<Record<string, number>>,
  seed?: number,
  cycleSeed?: number,
): OnePort {
  const found = deviceModel(model);
  const device = found.create(complete(found, parameters), drawsOf(model, seed, cycleSeed));
  return ExponentialPort.suits(device) ? new ExponentialPort(device) : new DevicePort(device);
}

/** @throws MemrigError `invalid-request`: no such model; the message lists those there are */
export function deviceModel(model: string): DeviceModel {
  const found = deviceModels.get(model);
  if (found) return found;
  throw new MemrigError(
    "invalid-request",
    `"${model}" was given as device model; there are: ${[...deviceModels.keys()].join(", ")}.`,
    { model, allowed: [...deviceModels.keys()] },
  );
}

/** The generators of a device: one of many with a seed, the nominal one without. */
export function drawsOf(model: string, seed: number | undefined, cycleSeed = seed): Draws {
  const cycle =
    cycleSeed === undefined ? createRandom(0, `nominal cycles:${model}`) : createRandom(cycleSeed, `cycles:${model}`);
  return seed === undefined ? { cycle } : { device: createRandom(seed, `device:${model}`), cycle };
}

/** All parameters of the model: the given ones, checked, and the defaults of the others. */
export function complete(model: ModelInfo, given: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  const known = new Map(model.parameters.map((parameter) => [parameter.name, parameter]));
  for (const [name, value] of Object.entries(given)) {
    const parameter = known.get(name);
    if (!parameter) {
      throw new MemrigError(
        "invalid-request",
        `"${name}" was given as a parameter of ${model.name}; it has: ${[...known.keys()].join(", ")}.`,
        { model: model.name, name, allowed: [...known.keys()] },
      );
    }
    checkRange(model, parameter, value);
  }
  return Object.fromEntries(model.parameters.map(({ name, default: nominal }) => [name, given[name] ?? nominal]));
}

function checkRange(model: ModelInfo, { name, unit, min, max }: ParameterInfo, value: number): void {
  if (value >= (min ?? -Infinity) && value <= (max ?? Infinity) && Number.isFinite(value)) return;
  const bounds = [
    ...(min === undefined ? [] : [`at least ${si(min, unit)}`]),
    ...(max === undefined ? [] : [`at most ${si(max, unit)}`]),
  ].join(" and ");
  throw new MemrigError(
    "invalid-request",
    `${name} of ${model.name} was given as ${si(value, unit)}; allowed is ${bounds || "any finite number"}.`,
    { model: model.name, name, value, min, max },
  );
}
