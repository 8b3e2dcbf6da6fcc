import { parseResource } from "../visa/index.js";
import type { DriverEntry } from "../../drivers/index.js";
import type { InstrumentConfig } from "./config.js";
import type { SafeTarget } from "./safe-socket.js";

/**
 * What the guardian has to know of an instrument.
 *
 * @param identity its reply to `*IDN?`; undefined: not asked, so that only what the whole family has is asked about
 */
export function safeTarget(
  { label, settings, serial }: Pick<InstrumentConfig, "label" | "settings" | "serial">,
  entry: DriverEntry,
  resource: string,
  identity?: string,
): SafeTarget {
  const parsed = parseResource(resource);
  const safe = (identity === undefined ? undefined : entry.safeOf?.(identity)) ?? entry.safe;
  const plan = {
    label,
    halt: safe.halt,
    ramps: safe.ramps.map((ramp) => ({
      ...ramp,
      slew_per_s: settings.ramp[ramp.unit === "V" ? "V_per_s" : "A_per_s"],
    })),
    measured: (safe.measured ?? []).map((one) => ({ ...one, slew_per_s: settings.ramp.V_per_s })),
    messages: safe.off,
    queries: safe.isOn,
    ...(entry.kind === "switch" ? { last: true } : {}),
  };
  const { session } = entry;
  // A raw socket that speaks otherwise than in lines needs a session, too.
  if (parsed.kind !== "socket" || session?.socket) {
    const socket = session?.socket ? { socket: session.socket } : {};
    return { ...plan, resource, serial: { ...session?.serial, ...serial }, ...socket };
  }
  const standard = parsed.port === entry.defaultPort;
  return {
    ...plan,
    host: parsed.host,
    port: parsed.port,
    // A simulated one on a free port has no such port, and whoever has that number there is somebody else.
    ...(entry.deadSocketPort !== undefined && standard ? { deadSocketPort: entry.deadSocketPort } : {}),
  };
}
