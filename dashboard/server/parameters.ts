import { z } from "zod";
import type { AnyProtocol } from "../../src/engine/protocol.js";
import { drivenUnit } from "./driven-unit.js";
import type { ParameterLine } from "./wire.js";

/** A run's parameters with the unit and the sentence of their declaration; without the protocol, as they are. */
export function parameterLines(
  parameters: Readonly<Record<string, unknown>>,
  protocol: AnyProtocol | undefined,
): readonly ParameterLine[] {
  const declared = protocol === undefined ? {} : declaredIn(protocol);
  return Object.entries(parameters).map(([name, value]) => {
    const { unit, description } = declared[name] ?? {};
    return {
      name,
      value,
      unit: typeof unit === "string" ? drivenUnit(unit, parameters["drive"]) : "",
      description: typeof description === "string" ? description : "",
    };
  });
}

/** The parameters of a protocol as JSON Schema has them: unit, description, range, default, choices. */
export function declaredIn(protocol: AnyProtocol): Readonly<Record<string, Readonly<Record<string, unknown>>>> {
  const schema = z.toJSONSchema(protocol.parameters, { io: "input", unrepresentable: "any" });
  const declared: Record<string, Readonly<Record<string, unknown>>> = {};
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    if (typeof property === "object") declared[name] = property;
  }
  return declared;
}
