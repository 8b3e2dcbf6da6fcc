import { ScpiError, boolean, keyword, name, optional, takes } from "../scpi/index.js";
import { amount } from "./amount.js";
import type { AwgChannel } from "./channel.js";
import type { Generator } from "./generator.js";
import { flag, word } from "./simple-settings.js";

/** Bytes of the file memory; nothing is ever stored in it. */
const fileMemory_bytes = 64 * 1024 * 1024;

/** What leads nowhere here: programs set it on their way to something else. */
export function keptCommands(generator: Generator): void {
  couplingCommands(generator);
  markerCommands(generator);
  triggerStateCommands(generator);
  systemCommands(generator);
}

/** The channel that is told leads; it is coupled from either side. */
function couplingCommands(generator: Generator): void {
  const { coupling, channels } = generator;
  const replays = () => false;
  const set = (part: "frequency" | "levels") => (c: AwgChannel, on: boolean) => {
    if (on && channels.length < 2) throw new ScpiError(-221, "there is one channel only");
    coupling[part] = on;
    coupling.from(c);
  };
  for (const [node, part] of [
    ["FREQuency", "frequency"],
    ["VOLTage", "levels"],
  ] as const) {
    flag(generator, `[:SOURce<1-2>]:${node}:COUPle[:STATe]`, { get: () => coupling[part], set: set(part), replays });
  }
  for (const c of channels) c.kept.declare("coupling", "OFFS");
  word(generator, "[:SOURce<1-2>]:FREQuency:COUPle:MODE", ["OFFSet", "RATio"], {
    get: () => channels[0]?.kept.word("coupling") ?? "OFFS",
    set: (c, mode) => {
      for (const one of channels) one.kept.set("coupling", mode);
      Object.assign(coupling, mode === "RAT" ? { deviation_Hz: 0 } : { ratio: 1 });
      coupling.from(c);
    },
    replays,
  });
  for (const [node, key, units, min, max, preset] of [
    ["RATio", "ratio", [], 1e-3, 1e3, 1],
    ["OFFSet", "deviation_Hz", ["HZ"], -generator.model.sineMax_Hz, generator.model.sineMax_Hz, 0],
  ] as const) {
    amount(generator, `[:SOURce<1-2>]:FREQuency:COUPle:${node}`, {
      units: [...units],
      min,
      max,
      default: preset,
      get: () => coupling[key],
      set: (c, value) => {
        Object.assign(coupling, { ratio: 1, deviation_Hz: 0, [key]: value });
        coupling.from(c);
      },
      replays,
    });
  }
}

function markerCommands(generator: Generator): void {
  for (const [node, key, least, initial] of [
    ["CYCLe", "cycle", 2, 2],
    ["POINt", "point", 1, 10],
  ] as const) {
    amount(generator, `[:SOURce<1-2>]:MARKer:${node}`, {
      units: [],
      min: least,
      max: key === "cycle" ? 1e8 : generator.model.memory_Sa,
      default: initial,
      get: (c) => c.settings.marker[key],
      set: (c, value) => (c.settings.marker[key] = Math.round(value)),
    });
  }
}

/** The trigger system is always initiated: a burst waits for its trigger from the moment it is on. */
function triggerStateCommands({ scpi }: Generator): void {
  for (const pattern of [":INITiate<1-2>[:IMMediate]", ":INITiate[:IMMediate]:ALL"]) {
    scpi.tree.command(
      pattern,
      takes([], () => undefined),
    );
  }
  let continuous = true;
  scpi.onReset(() => void (continuous = true));
  for (const pattern of [":INITiate<1-2>:CONTinuous", ":INITiate:CONTinuous:ALL"]) {
    scpi.tree.command(
      pattern,
      takes([boolean()], ([on]) => void (continuous = on)),
    );
  }
  scpi.tree.query(
    ":INITiate<1-2>:CONTinuous",
    takes([], () => continuous),
  );
}

function systemCommands({ scpi }: Generator): void {
  const { tree } = scpi;
  tree.command(
    ":ROSCillator:SOURce",
    takes([keyword("INTernal", "EXTernal")], ([source]) => {
      if (source === "EXT") throw new ScpiError(-221, "no signal at the reference input");
    }),
  );
  tree.query(
    ":ROSCillator:SOURce",
    takes([], () => "INT"),
  );
  let searches = true;
  let beeps = true;
  for (const [pattern, get, set] of [
    [":ROSCillator:SOURce:AUTO", () => searches, (on: boolean) => void (searches = on)],
    [":SYSTem:BEEPer:STATe", () => beeps, (on: boolean) => void (beeps = on)],
  ] as const) {
    tree.command(
      pattern,
      takes([boolean()], ([on]) => set(on)),
    );
    tree.query(
      pattern,
      takes([], () => get()),
    );
  }
  tree.query(
    ":MMEMory:CATalog:DATA:ARBitrary",
    takes([optional(name())], () => `+0,+${fileMemory_bytes}`),
  );
}
