import { ScpiError, keyword, raw, takes } from "../../scpi/index.js";
import type { AwgChannel } from "../channel.js";
import { setting } from "../channel-setting.js";
import { fitPulse, pulseCommands, pulseDelay } from "../plain-pulse.js";
import { leaveImpossible, plainAllows } from "../modulation/state.js";
import { frequencyMax_Hz } from "../rules.js";
import type { Afg } from "./afg.js";
import { builtInShapes } from "./built-in-shapes.js";
import type { FunctionName } from "../settings.js";

const shapes: ReadonlyMap<string, FunctionName> = new Map([
  ["SIN", "SIN"],
  ["SQU", "SQU"],
  ["PULS", "PULS"],
  ["RAMP", "RAMP"],
  ["PRN", "NOIS"],
  ["DC", "DC"],
]);
const shape = keyword(
  "SINusoid",
  "SQUare",
  "PULSe",
  "RAMP",
  "PRNoise",
  "DC",
  "SINC",
  "GAUSsian",
  "LORentz",
  "ERISe",
  "EDECay",
  "HAVersine",
);
const LEAST_HZ = 1e-6;

/** Shape, frequency, and what the shapes take. */
export function functionCommands(afg: Afg): void {
  for (const c of afg.channels) for (const [name, wave] of builtInShapes) c.memory.set(name, wave);
  shapeCommand(afg);
  const most_Hz = (c: AwgChannel) => frequencyMax_Hz(afg.model, c.settings.fn);
  for (const node of ["FREQuency[:FIXed]", "FREQuency:CW"]) {
    setting(afg, `[:SOURce<1-2>]:${node}`, {
      units: ["HZ"],
      min: LEAST_HZ,
      max: most_Hz,
      default: 1e6,
      get: (c) => c.settings.frequency_Hz,
      set: (c, value) => setFrequency(afg, c, value),
    });
  }
  setting(afg, "[:SOURce<1-2>]:PULSe:PERiod", {
    units: ["S"],
    min: afg.model.pulsePeriodMin_s,
    max: 1 / LEAST_HZ,
    default: 1e-6,
    get: (c) => 1 / c.settings.frequency_Hz,
    set: (c, value) => setFrequency(afg, c, 1 / value),
  });
  setting(afg, "[:SOURce<1-2>]:FUNCtion:RAMP:SYMMetry", {
    units: ["PCT"],
    min: 0,
    max: 100,
    default: 50,
    get: (c) => c.settings.rampSymmetry * 100,
    set: (c, value) => (c.settings.rampSymmetry = value / 100),
  });
  setting(afg, "[:SOURce<1-2>]:PHASe[:ADJust]", {
    units: ["DEG"],
    min: -180,
    max: 180,
    default: 0,
    get: (c) => c.settings.phase_deg,
    set: (c, value) => (c.settings.phase_deg = value),
  });
  afg.scpi.tree.command(
    "[:SOURce<1-2>]:PHASe:INITiate",
    takes([], () => {
      for (const c of afg.channels) c.refresh();
    }),
  );
  pulseCommands(afg, "[:SOURce<1-2>]:PULSe");
  pulseDelay(afg);
}

function shapeCommand(afg: Afg): void {
  const pattern = "[:SOURce<1-2>]:FUNCtion[:SHAPe]";
  afg.scpi.tree.command(
    pattern,
    takes([raw()], ([given], call) => {
      const c = afg.channelOf(call);
      const word = shapeOf(afg, given.kind === "plain" ? given.text : "");
      const fn = shapes.get(word) ?? "ARB";
      if (fn === "ARB" && c.memory.get(word) === undefined) throw new ScpiError(-224);
      c.settings.fn = fn;
      if (fn === "ARB") play(afg, c, word);
      c.settings.frequency_Hz = Math.min(c.settings.frequency_Hz, frequencyMax_Hz(afg.model, fn));
      fitPulse(afg.model, c);
      leaveImpossible(c, plainAllows);
      c.refresh();
    }),
  );
  afg.scpi.tree.query(
    pattern,
    takes([], (_, call) => {
      const c = afg.channelOf(call);
      if (c.settings.fn === "ARB") return afg.memory.get(c) ?? "EMEM";
      return [...shapes].find(([, fn]) => fn === c.settings.fn)?.[0] ?? "SIN";
    }),
  );
}

/** The short form of a shape; memories are taken as they are. @throws ScpiError -224 */
function shapeOf(afg: Afg, written: string): string {
  const memory = /^(?:(EMEM)(?:ory)?|USER)([1-4]?)$/i.exec(written);
  if (memory) {
    const edit = memory[1] !== undefined;
    const number = memory[2] ?? "";
    if (edit && afg.model.memories === "shared") return "EMEM";
    return `${edit ? "EMEM" : "USER"}${number || "1"}`;
  }
  return shape.read({ kind: "plain", text: written });
}

/** Basic mode: the whole memory is one period, so the sample rate follows from the frequency. */
export function play(afg: Afg, c: AwgChannel, memory: string): void {
  afg.memory.set(c, memory);
  const samples = c.memory.get(memory)?.samples ?? 2;
  const { arb } = c.settings;
  arb.name = memory;
  arb.filter = "OFF";
  arb.rate_Sa_per_s = c.settings.frequency_Hz * samples;
}

function setFrequency(afg: Afg, c: AwgChannel, value_Hz: number): void {
  const k = c.settings;
  if (k.pulse.hold === "DCYC") k.pulse.width_s *= k.frequency_Hz / value_Hz;
  k.frequency_Hz = value_Hz;
  if (k.fn === "ARB") play(afg, c, k.arb.name);
  fitPulse(afg.model, c);
}
