import { messageOf } from "../errors.js";
import { createDevice, modelCatalogue } from "../simulator/index.js";
import type { ModelInfo } from "../simulator/index.js";
import { parseQuantity } from "../units.js";
import type { Unit } from "../units.js";
import { listed, unknownName } from "./complaints.js";
import type { Complaints } from "./complaints.js";
import type { DutConfig, InstrumentConfig } from "./config.js";
import { siteKeys } from "./schema.js";
import type { BenchFile } from "./schema.js";

/** The device under test: who it is, and what stands in for it where it is simulated. */
export function readDut(
  dut: BenchFile["dut"],
  instruments: readonly InstrumentConfig[],
  complaints: Complaints,
): DutConfig {
  const models = [...modelCatalogue.keys()];
  if (dut.circuit !== undefined) {
    complaints.add(
      ["dut", "circuit"],
      `Circuits ("${dut.circuit}") are not simulated by this version of memrig. Write model: with one of ${listed(models)}.`,
    );
  }
  const id = dut.id ?? dut.model ?? "dut";
  const site: Record<string, string> = {};
  for (const key of siteKeys) {
    const value: unknown = Reflect.get(dut, key);
    if (typeof value === "string") site[key] = value;
  }
  const seed = dut.seed === undefined ? {} : { seed: dut.seed };
  const plain = { id, parameters: {}, site, ...seed };
  if (dut.model === undefined) {
    const simulated = instruments.find(({ resource }) => resource === "virtual");
    if (simulated && dut.circuit === undefined) {
      complaints.add(
        ["dut"],
        `"${simulated.label}" is virtual, so the device must be simulated too: "dut.model" is missing. Allowed: ${listed(models)}.`,
      );
    }
    return plain;
  }
  const info = modelCatalogue.get(dut.model);
  if (!info) {
    complaints.add(["dut", "model"], unknownName("a model", dut.model, models));
    return plain;
  }
  const parameters = readParameters(dut.parameters, ["dut", "parameters"], info, complaints);
  const variants = Object.entries(dut.sites ?? {}).map(([pattern, given]) => ({
    pattern,
    parameters: readParameters(given, ["dut", "sites", pattern], info, complaints, parameters),
  }));
  return { ...plain, model: info.name, parameters, ...(variants.length > 0 ? { variants } : {}) };
}

/** @param under those that the model is tried with besides */
function readParameters(
  given: Readonly<Record<string, number | string>>,
  place: readonly string[],
  info: ModelInfo,
  complaints: Complaints,
  under: Readonly<Record<string, number>> = {},
): Record<string, number> {
  const parameters: Record<string, number> = {};
  for (const [name, value] of Object.entries(given)) {
    const at = [...place, name];
    const known = info.parameters.find((parameter) => parameter.name === name);
    if (!known) {
      const names = info.parameters.map((parameter) => parameter.name);
      complaints.add(at, unknownName(`a parameter of ${info.name}`, name, names));
      continue;
    }
    try {
      parameters[name] = parseQuantity(value, known.unit as Unit);
    } catch (error) {
      complaints.add(at, `"${name}": ${messageOf(error)}`);
    }
  }
  if (!complaints.any) {
    try {
      createDevice(info.name, { ...under, ...parameters }); // the model itself knows which values it can take
    } catch (error) {
      complaints.add(place, messageOf(error));
    }
  }
  return parameters;
}
