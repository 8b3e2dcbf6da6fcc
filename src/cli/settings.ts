import { z } from "zod";
import type { AnyProtocol } from "../engine/protocol.js";
import { MemrigError } from "../errors.js";

export { collect, keyValues } from "./key-values.js";

/** Bare numbers of the command line become numbers; quantities with units are read by the protocol's schema. */
export function numbersRead(settings: Readonly<Record<string, string>>): Record<string, string | number> {
  return Object.fromEntries(
    Object.entries(settings).map(([key, text]) => [
      key,
      text !== "" && Number.isFinite(Number(text)) ? Number(text) : text,
    ]),
  );
}

/**
 * The plan of a protocol from what a person set; defaults filled in, base units.
 *
 * @throws MemrigError `invalid-request`: each unknown or impossible parameter, with what is allowed
 */
export function planFrom(protocol: AnyProtocol, settings: Readonly<Record<string, unknown>>): object {
  const parsed = protocol.parameters.safeParse(settings);
  if (parsed.success) return parsed.data as object;
  const complaints = parsed.error.issues.map((issue) => complaint(protocol, issue));
  throw new MemrigError(
    "invalid-request",
    `${protocol.name}: ${complaints.join(" ")} Nothing was opened or sent. "memrig protocols ${protocol.name}" lists the parameters.`,
    {
      protocol: protocol.name,
      issues: parsed.error.issues.map((issue) => ({ path: issue.path.map(String), message: issue.message })),
    },
  );
}

function complaint(protocol: AnyProtocol, issue: z.core.$ZodIssue): string {
  if (issue.code === "unrecognized_keys") {
    const schema = z.toJSONSchema(protocol.parameters, { io: "input", unrepresentable: "any" }) as {
      properties?: object;
    };
    const known = Object.keys(schema.properties ?? {}).join(", ");
    return `There is no parameter ${issue.keys.map((key) => `"${key}"`).join(", ")}; there are ${known}.`;
  }
  const name = issue.path.map(String).join(".");
  return name === "" ? issue.message : `${name}: ${issue.message}`;
}
