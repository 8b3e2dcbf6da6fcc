import { ScpiError, boolean, keyword, name, optional, takes } from "../scpi/index.js";
import { amount } from "./amount.js";
import type { Generator } from "./generator.js";

/** Bytes of the file memory; nothing is ever stored in it. */
const fileMemory_bytes = 64 * 1024 * 1024;

const modulations = ["AM", "FM", "PM", "PWM", "FSKey", "BPSK", "SUM", "SWEep"];

/** What is switched off, kept, or empty here: programs set it on their way to something else. */
export function keptCommands(generator: Generator): void {
  for (const node of modulations) {
    alwaysOff(generator, `[:SOURce<1-2>]:${node}:STATe`, -241, `${node.toUpperCase()} is not simulated`);
  }
  for (const node of ["FREQuency", "VOLTage"]) {
    const why = `${node.toLowerCase()} coupling of the channels is not simulated`;
    alwaysOff(generator, `[:SOURce<1-2>]:${node}:COUPle[:STATe]`, -221, why);
  }
  markerCommands(generator);
  triggerStateCommands(generator);
  systemCommands(generator);
}

function alwaysOff(generator: Generator, pattern: string, code: number, why: string): void {
  const { tree } = generator.scpi;
  tree.command(
    pattern,
    takes([boolean()], ([on], call) => {
      generator.channelOf(call);
      if (on) throw new ScpiError(code, why);
    }),
  );
  tree.query(
    pattern,
    takes([], (_, call) => {
      generator.channelOf(call);
      return false;
    }),
  );
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
