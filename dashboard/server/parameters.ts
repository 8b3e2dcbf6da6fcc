import { z } from "zod";
import type { AnyProtocol } from "../../src/engine/protocol.js";
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
      unit: typeof unit === "string" ? asDriven(unit, parameters) : "",
      description: typeof description === "string" ? description : "",
    };
  });
}

/** Units are declared for a forced voltage; where the current is forced, levels and limit change places. */
function asDriven(unit: string, parameters: Readonly<Record<string, unknown>>): string {
  if (parameters["drive"] !== "current") return unit;
  return unit === "V" ? "A" : unit === "A" ? "V" : unit;
}

function declaredIn(protocol: AnyProtocol): Readonly<Record<string, Readonly<Record<string, unknown>>>> {
  const schema = z.toJSONSchema(protocol.parameters, { io: "input", unrepresentable: "any" });
  const declared: Record<string, Readonly<Record<string, unknown>>> = {};
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    if (typeof property === "object") declared[name] = property;
  }
  return declared;
}
