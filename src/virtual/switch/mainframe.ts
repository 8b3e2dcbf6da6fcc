import { TspError } from "../tsp/errors.js";
import { TspObject, numberOf, numberWithin } from "../tsp/objects.js";
import type { Attribute } from "../tsp/objects.js";
import type { LuaValue } from "../tsp/values.js";
import type { LuaInterpreter } from "../tsp/interpreter.js";
import type { Relays } from "./relays.js";

/** A truth value that is kept and acts on nothing. */
function keptFlag(preset: boolean): Attribute {
  let on = preset;
  return {
    read: () => on,
    write: (value) => {
      if (typeof value !== "boolean" && value !== 0 && value !== 1) throw new TspError(-104);
      on = value === true || value === 1;
    },
  };
}

/**
 * What a switch has beside its channels: interfaces, memory and saved setups. Turning an interface off ends no session here, and
 * a setup holds which relays are closed.
 *
 * @param settle relays have moved
 * @see Series 3700A reference manual, 3700AS-901-01: comm, gpib, lan, memory, setup
 */
export function installMainframe(lua: LuaInterpreter, relays: Relays, settle: () => void, reset: () => void): void {
  let address = 16;
  const enabled = (path: string) => new TspObject(path, { enable: keptFlag(true) });
  lua.setGlobal("comm", new TspObject("comm", { gpib: enabled("comm.gpib"), lan: enabled("comm.lan") }));
  lua.setGlobal(
    "gpib",
    new TspObject("gpib", {
      address: {
        read: () => address,
        write: (value) => void (address = Math.round(numberWithin(value, { min: 0, max: 30 }))),
      },
    }),
  );
  const status = new TspObject("lan.status", { ipaddress: { read: () => "127.0.0.1" } });
  lua.setGlobal("lan", new TspObject("lan", { status, reset: () => undefined }));
  // Shares that are free: in all, for scripts, for channel patterns, for configurations.
  lua.setGlobal("memory", new TspObject("memory", { available: () => ["98.12, 100.00, 100.00, 100.00"] }));

  const saved = new Map<string, readonly string[]>();
  const nameOf = (value: LuaValue) =>
    typeof value === "string" ? value : String(value === undefined ? 1 : numberOf(value));
  lua.setGlobal(
    "setup",
    new TspObject("setup", {
      save: (name) => void saved.set(nameOf(name), relays.closedOf(relays.channels)),
      recall: (name) => {
        const key = nameOf(name);
        const closed = saved.get(key);
        if (closed === undefined && key !== "0") throw new TspError(-292);
        reset();
        relays.close(closed ?? []);
        settle();
      },
    }),
  );
}
