import { ScpiError, keyword, takes } from "../../scpi/index.js";
import type { AwgChannel } from "../channel.js";
import { setting } from "../channel-setting.js";
import { fitPulse, pulseCommands, pulseDelay } from "../plain-pulse.js";
import { frequencyMax_Hz } from "../rules.js";
import type { FunctionName } from "../settings.js";
import { VOLATILE } from "./dg.js";
import type { Dg } from "./dg.js";
import { leaveForFunction } from "./modulation-commands.js";

/** Short form as it is set, and the word that answers. */
const shapes: readonly (readonly [short: string, fn: FunctionName, reply: string])[] = [
  ["SIN", "SIN", "SIN"],
  ["SQU", "SQU", "SQU"],
  ["RAMP", "RAMP", "RAMP"],
  ["PULS", "PULS", "PULSE"],
  ["NOIS", "NOIS", "NOISE"],
  ["DC", "DC", "DC"],
  ["USER", "ARB", "USER"],
];
const LEAST_HZ = 1e-6;

/** Shape, frequency, sample clock, and what the shapes take. The built-in shapes are not simulated (-224). */
export function functionCommands(dg: Dg): void {
  const pattern = "[:SOURce<1-2>]:FUNCtion[:SHAPe]";
  dg.scpi.tree.command(
    pattern,
    takes([keyword("SINusoid", "SQUare", "RAMP", "PULSe", "NOISe", "DC", "USER", "HARMonic")], ([word], call) => {
      const c = dg.channelOf(call);
      if (word === "HARM") selectHarmonic(dg, c);
      else select(dg, c, shapes.find(([short]) => short === word)?.[1] ?? "SIN");
    }),
  );
  dg.scpi.tree.query(
    pattern,
    takes([], (_, call) => replyOf(dg.channelOf(call))),
  );
  setting(dg, "[:SOURce<1-2>]:FREQuency[:FIXed]", {
    units: ["HZ"],
    min: LEAST_HZ,
    max: (c) => most_Hz(dg, c.settings.fn),
    default: 1e3,
    get: (c) => frequencyOf(dg, c),
    set: (c, value) => setFrequency(dg, c, value),
  });
  for (const [node, key] of [
    ["RAMP:SYMMetry", "rampSymmetry"],
    ["SQUare:DCYCle", "squareDuty"],
  ] as const) {
    setting(dg, `[:SOURce<1-2>]:FUNCtion:${node}`, {
      units: ["PCT"],
      min: key === "squareDuty" ? 0.01 : 0,
      max: key === "squareDuty" ? 99.99 : 100,
      default: 50,
      get: (c) => c.settings[key] * 100,
      set: (c, value) => (c.settings[key] = value / 100),
    });
  }
  setting(dg, "[:SOURce<1-2>]:PHASe[:ADJust]", {
    units: ["DEG"],
    min: 0,
    max: 360,
    default: 0,
    get: (c) => c.settings.phase_deg,
    set: (c, value) => (c.settings.phase_deg = value),
  });
  // Aligns both channels. The DG1000Z takes both words for it.
  for (const word of dg.model.family === "DG1000Z" ? ["INITiate", "SYNChronize"] : ["INITiate"]) {
    dg.scpi.tree.command(
      `[:SOURce<1-2>]:PHASe:${word}`,
      takes([], () => {
        for (const c of dg.channels) c.refresh();
      }),
    );
  }
  pulseCommands(dg, "[:SOURce<1-2>]:PULSe");
  if (dg.model.family === "DG4000") pulseDelay(dg);
  if (dg.model.family === "DG1000Z") {
    pulseCommands(dg, "[:SOURce<1-2>]:FUNCtion:PULSe");
    clockCommands(dg);
  }
}

export function replyOf(c: AwgChannel): string {
  if (c.kept.on("harmonic")) return "HARM";
  return shapes.find(([, fn]) => fn === c.settings.fn)?.[2] ?? "SIN";
}

const most_Hz = (dg: Dg, fn: FunctionName) => (fn === "ARB" ? dg.model.arbMax_Hz : frequencyMax_Hz(dg.model, fn));

/** Periods per second: of samples with a clock of their own it follows from that. */
export function frequencyOf(dg: Dg, c: AwgChannel): number {
  const samples = c.memory.get(VOLATILE)?.samples ?? 0;
  const { clock, rate_Sa_per_s } = dg.stateOf(c);
  return c.settings.fn === "ARB" && clock === "SRATE" && samples > 0
    ? rate_Sa_per_s / samples
    : c.settings.frequency_Hz;
}

/** Selects a shape; a frequency that it does not have comes down without a word. */
export function select(dg: Dg, c: AwgChannel, fn: FunctionName): void {
  c.kept.set("harmonic", false);
  c.settings.fn = fn;
  c.settings.frequency_Hz = Math.min(c.settings.frequency_Hz, most_Hz(dg, fn));
  if (fn === "DC" || fn === "NOIS") c.settings.burst.on = false;
  leaveForFunction(c);
  fitPulse(dg.model, c);
  play(dg, c);
}

/** A sine with harmonics: set and told again, and never put out. */
export function selectHarmonic(dg: Dg, c: AwgChannel): void {
  select(dg, c, "SIN");
  c.enter(undefined);
  c.setBurst(false);
  c.kept.set("harmonic", true);
  c.refresh();
}

export function setFrequency(dg: Dg, c: AwgChannel, value_Hz: number): void {
  const k = c.settings;
  if (k.pulse.hold === "DCYC") k.pulse.width_s *= k.frequency_Hz / value_Hz;
  k.frequency_Hz = value_Hz;
  fitPulse(dg.model, c);
  play(dg, c);
}

/** Puts the clock of the samples into effect. */
export function play(dg: Dg, c: AwgChannel): void {
  const { clock, rate_Sa_per_s } = dg.stateOf(c);
  const samples = c.memory.get(VOLATILE)?.samples ?? 2;
  c.settings.arb.rate_Sa_per_s = clock === "SRATE" ? rate_Sa_per_s : c.settings.frequency_Hz * samples;
  c.refresh();
}

function clockCommands(dg: Dg): void {
  const { tree } = dg.scpi;
  const mode = "[:SOURce<1-2>]:FUNCtion:ARB:MODE";
  tree.command(
    mode,
    takes([keyword("FREQuency", "SRATe", "PERiod")], ([word], call) => {
      if (word === "PER") throw new ScpiError(-224);
      const c = dg.channelOf(call);
      dg.stateOf(c).clock = word === "SRAT" ? "SRATE" : "FREQ";
      play(dg, c);
    }),
  );
  tree.query(
    mode,
    takes([], (_, call) => dg.stateOf(dg.channelOf(call)).clock),
  );
  setting(dg, "[:SOURce<1-2>]:FUNCtion:ARB:SRATe", {
    units: [],
    min: 1e-6,
    max: dg.model.arbMax_Sa_per_s,
    default: 20e6,
    get: (c) => dg.stateOf(c).rate_Sa_per_s,
    set: (c, value) => {
      dg.stateOf(c).rate_Sa_per_s = value;
      play(dg, c);
    },
  });
}
