import { parseResource } from "../visa/index.js";
import type { DriverEntry } from "../../drivers/index.js";
import type { SafeTarget } from "./safe-socket.js";

/** What the guardian has to know of an instrument. */
export function safeTarget(label: string, entry: DriverEntry, resource: string): SafeTarget {
  const parsed = parseResource(resource);
  if (parsed.kind !== "socket") {
    return { label, resource, messages: entry.safe.off, queries: entry.safe.isOn };
  }
  const standard = parsed.port === entry.defaultPort;
  return {
    label,
    host: parsed.host,
    port: parsed.port,
    messages: entry.safe.off,
    queries: entry.safe.isOn,
    // A simulated one on a free port has no such port, and whoever has that number there is somebody else.
    ...(entry.deadSocketPort !== undefined && standard ? { deadSocketPort: entry.deadSocketPort } : {}),
  };
}
