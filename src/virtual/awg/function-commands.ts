import { keyword, takes } from "../scpi/index.js";
import { amount } from "./amount.js";
import { selectArb } from "./arb-commands.js";
import type { AwgChannel } from "./channel.js";
import type { Generator } from "./generator.js";
import { leaveImpossibleMode } from "./modulation-commands.js";
import { clip, fitBurstPeriod, fitPulse, fitSquare, fitOffset, frequencyMax_Hz, peak_V } from "./rules.js";
import type { FunctionName } from "./settings.js";
import { noiseCommands, pulseCommands } from "./shape-commands.js";
import { word } from "./simple-settings.js";

export const functionWords = ["SINusoid", "SQUare", "TRIangle", "RAMP", "PULSe", "PRBS", "NOISe", "ARBitrary", "DC"];
export const leastFrequency_Hz = 1e-6;

/** Function, frequency, and what the functions take. */
export function functionCommands(generator: Generator): void {
  const { notice, model } = generator;
  word(generator, "[:SOURce<1-2>]:FUNCtion", functionWords, {
    get: (c) => c.settings.fn,
    set: (c, fn) => setFunction(generator, c, fn as FunctionName),
  });
  const highest = (c: AwgChannel) => frequencyMax_Hz(model, c.settings.fn);
  amount(generator, "[:SOURce<1-2>]:FREQuency[:CW]", {
    units: ["HZ"],
    min: leastFrequency_Hz,
    max: highest,
    default: 1e3,
    get: frequencyOf,
    set: (c, value) => setFrequency(generator, c, value),
  });
  for (const name of ["[:SOURce<1-2>]:FUNCtion:PERiod", "[:SOURce<1-2>]:FUNCtion:PULSe:PERiod"]) {
    amount(generator, name, {
      units: ["S"],
      min: (c) => (name.includes("PULSe") || c.settings.fn === "PULS" ? model.pulsePeriodMin_s : 1 / highest(c)),
      max: 1 / leastFrequency_Hz,
      default: 1e-3,
      get: (c) => 1 / frequencyOf(c),
      set: (c, value) => setFrequency(generator, c, 1 / value),
    });
  }
  amount(generator, "[:SOURce<1-2>]:FUNCtion:SQUare:DCYCle", {
    units: ["PCT"],
    min: 0.01,
    max: 99.99,
    default: 50,
    get: (c) => c.settings.squareDuty * 100,
    set: (c, value) => {
      c.settings.squareDuty = value / 100;
      if (c.settings.fn === "SQU") fitSquare(c.settings, model, notice);
    },
  });
  amount(generator, "[:SOURce<1-2>]:FUNCtion:RAMP:SYMMetry", {
    units: ["PCT"],
    min: 0,
    max: 100,
    default: 100,
    get: (c) => c.settings.rampSymmetry * 100,
    set: (c, value) => (c.settings.rampSymmetry = value / 100),
  });
  pulseCommands(generator);
  noiseCommands(generator);
  phaseCommands(generator);
}

/** Of an arbitrary waveform the frequency is that of its repetition. */
export function frequencyOf(c: AwgChannel): number {
  const wave = c.memory.get(c.settings.arb.name);
  return c.settings.fn === "ARB" && wave ? c.settings.arb.rate_Sa_per_s / wave.samples : c.settings.frequency_Hz;
}

export function setFrequency(generator: Generator, c: AwgChannel, value_Hz: number): void {
  const k = c.settings;
  const { model, notice } = generator;
  const wave = c.memory.get(k.arb.name);
  if (k.fn === "ARB" && wave) {
    k.arb.rate_Sa_per_s = clip(value_Hz * wave.samples, 1e-6, model.arbMax_Sa_per_s, notice);
    return;
  }
  if (k.pulse.hold === "DCYC") k.pulse.width_s *= k.frequency_Hz / value_Hz;
  k.frequency_Hz = value_Hz;
  if (k.fn === "PULS") fitPulse(k, model, notice);
  if (k.fn === "SQU") fitSquare(k, model, notice);
  fitBurstPeriod(k, c.period_s, notice);
}

/** Selects a function; a frequency, width or offset that it can not have gives way. */
export function setFunction(generator: Generator, c: AwgChannel, fn: FunctionName): void {
  const { model, notice } = generator;
  const k = c.settings;
  k.fn = fn;
  const most_Hz = frequencyMax_Hz(model, fn);
  if (k.frequency_Hz > most_Hz && fn !== "DC" && fn !== "NOIS" && fn !== "ARB") {
    k.frequency_Hz = most_Hz;
    notice(-221, "frequency reduced for selected function");
  }
  if (fn === "PULS") fitPulse(k, model, notice);
  if (fn === "SQU") fitSquare(k, model, notice);
  if (fn === "ARB") selectArb(c, k.arb.name);
  if (fn !== "DC" && Math.abs(k.offset_V) + k.amplitude_Vpp / 2 > peak_V) fitOffset(k, k.offset_V, notice);
  leaveImpossibleMode(generator, c);
  fitBurstPeriod(k, c.period_s, notice);
}

function phaseCommands(generator: Generator): void {
  const { scpi } = generator;
  const perDegree = (c: AwgChannel) => {
    if (generator.angle === "DEG") return 1;
    return generator.angle === "RAD" ? Math.PI / 180 : 1 / 360 / frequencyOf(c);
  };
  for (const [pattern, part] of [
    ["[:SOURce<1-2>]:PHASe[:ADJust]", "phase"],
    ["[:SOURce<1-2>]:BURSt:PHASe", "burst"],
  ] as const) {
    const where = (c: AwgChannel) => (part === "phase" ? c.settings : c.settings.burst);
    amount(generator, pattern, {
      units: ["DEG", "RAD", "S"],
      convert: (c, value, unit) => {
        if (unit === "") return value;
        const degrees =
          unit === "DEG" ? value : unit === "RAD" ? (value * 180) / Math.PI : value * 360 * frequencyOf(c);
        return degrees * perDegree(c);
      },
      min: (c) => -360 * perDegree(c),
      max: (c) => 360 * perDegree(c),
      default: 0,
      get: (c) => where(c).phase_deg * perDegree(c),
      set: (c, value) => (where(c).phase_deg = value / perDegree(c)),
    });
  }
  scpi.tree.command(
    ":UNIT:ANGLe",
    takes([keyword("DEGree", "RADian", "SECond")], ([unit]) => void (generator.angle = unit as Generator["angle"])),
  );
  scpi.tree.query(
    ":UNIT:ANGLe",
    takes([], () => generator.angle),
  );
  for (const pattern of ["[:SOURce<1-2>]:PHASe:SYNChronize", "[:SOURce<1-2>]:FUNCtion:ARBitrary:SYNChronize"]) {
    scpi.tree.command(
      pattern,
      takes([], () => {
        for (const channel of generator.channels) channel.refresh();
      }),
    );
  }
}
