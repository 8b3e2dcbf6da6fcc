import { parseResource } from "../visa/index.js";
import type { SerialOptions } from "../visa/index.js";
import type { DriverEntry } from "../../drivers/index.js";
import type { SafeTarget } from "./safe-socket.js";

/**
 * What the guardian has to know of an instrument.
 *
 * @param serial how its line is set, where it is on one
 */
export function safeTarget(
  label: string,
  entry: DriverEntry,
  resource: string,
  serial: SerialOptions = {},
): SafeTarget {
  const parsed = parseResource(resource);
  if (parsed.kind !== "socket") {
    const line = parsed.kind === "serial" ? { serial } : {};
    return { label, resource, messages: entry.safeMessages, queries: entry.outputQuestions, ...line };
  }
  const standard = parsed.port === entry.defaultPort;
  return {
    label,
    host: parsed.host,
    port: parsed.port,
    messages: entry.safeMessages,
    queries: entry.outputQuestions,
    // A simulated one on a free port has no such port, and whoever has that number there is somebody else.
    ...(entry.deadSocketPort !== undefined && standard ? { deadSocketPort: entry.deadSocketPort } : {}),
  };
}
