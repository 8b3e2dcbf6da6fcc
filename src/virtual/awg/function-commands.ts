import { type RawParameter, keyword, optional, raw, takes } from "../scpi/index.js";
import { amount, readNumber } from "./amount.js";
import { selectArb } from "./arb-commands.js";
import type { AwgChannel } from "./channel.js";
import { prbsLengths } from "./functions.js";
import { type Generator, keysightNumber } from "./generator.js";
import { shownVpp } from "./level-commands.js";
import {
  clip,
  fitBurstPeriod,
  fitPulse,
  fitSquare,
  frequencyMax_Hz,
  peak_V,
  setAmplitude,
  setOffset,
} from "./rules.js";
import { type FunctionName, openPerShown } from "./settings.js";
import { word } from "./simple-settings.js";

const functionWords = ["SINusoid", "SQUare", "TRIangle", "RAMP", "PULSe", "PRBS", "NOISe", "ARBitrary", "DC"];
const leastFrequency_Hz = 1e-6;

/** Function, frequency, and what the functions take. */
export function functionCommands(generator: Generator): void {
  const { scpi, notice, model } = generator;
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
  word(generator, "[:SOURce<1-2>]:FREQuency:MODE", ["CW", "FIXed"], { get: () => "CW", set: () => undefined });
  for (const name of ["[:SOURce<1-2>]:FUNCtion:PERiod", "[:SOURce<1-2>]:FUNCtion:PULSe:PERiod"]) {
    amount(generator, name, {
      units: ["S"],
      min: (c) => 1 / (name.includes("PULSe") ? frequencyMax_Hz(model, "PULS") : highest(c)),
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
  scpi.tree.command("[:SOURce<1-2>]:APPLy:DC", applyHandler(generator, "DC"));
  for (const notation of functionWords.filter((w) => w !== "DC")) {
    const fn = notation.replace(/[a-z]/g, "") as FunctionName;
    scpi.tree.command(`[:SOURce<1-2>]:APPLy:${notation}`, applyHandler(generator, fn));
  }
  scpi.tree.query(
    "[:SOURce<1-2>]:APPLy",
    takes([], (_, call) => {
      const c = generator.channelOf(call);
      const ratio = openPerShown(c.settings.load_ohm);
      const numbers = [frequencyOf(c), c.settings.amplitude_Vpp / ratio, c.settings.offset_V / ratio];
      return `"${c.settings.fn} ${numbers.map(keysightNumber).join(",")}"`;
    }),
  );
}

/** Of an arbitrary waveform the frequency is that of its repetition. */
function frequencyOf(c: AwgChannel): number {
  const wave = c.memory.get(c.settings.arb.name);
  return c.settings.fn === "ARB" && wave ? c.settings.arb.rate_Sa_per_s / wave.samples : c.settings.frequency_Hz;
}

function setFrequency(generator: Generator, c: AwgChannel, value_Hz: number): void {
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
function setFunction(generator: Generator, c: AwgChannel, fn: FunctionName): void {
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
  if (fn !== "DC" && Math.abs(k.offset_V) + k.amplitude_Vpp / 2 > peak_V) setOffset(k, k.offset_V, notice);
  fitBurstPeriod(k, c.period_s, notice);
}

/** APPLy: function, frequency, amplitude and offset at once; trigger immediate, burst off, and **the output on**. */
function applyHandler(generator: Generator, fn: FunctionName) {
  const { model, notice } = generator;
  const part = optional(raw());
  return takes([part, part, part], ([first, second, third], call) => {
    const c = generator.channelOf(call);
    const k = c.settings;
    const ratio = openPerShown(k.load_ohm);
    const given = (value: RawParameter | undefined) =>
      value?.kind === "plain" && /^def(ault)?$/i.test(value.text) ? undefined : value;
    k.burst.on = false;
    k.trigger.source = "IMM";
    k.autoRange = true;
    setFunction(generator, c, fn);
    const rate = given(first);
    if (rate && fn === "ARB") {
      const most = model.arbMax_Sa_per_s;
      const asked = readNumber(rate, ["HZ"], { min: leastFrequency_Hz, max: most, default: 40e3 }).value;
      k.arb.rate_Sa_per_s = clip(asked, leastFrequency_Hz, most, notice);
    } else if (rate && fn !== "DC" && fn !== "NOIS" && fn !== "PRBS") {
      const most = frequencyMax_Hz(model, fn);
      const asked = readNumber(rate, ["HZ"], { min: leastFrequency_Hz, max: most, default: 1e3 }).value;
      setFrequency(generator, c, clip(asked, leastFrequency_Hz, most, notice));
    }
    const level = given(second);
    if (level && fn !== "DC") {
      const range = { min: 2e-3 / ratio, max: (2 * peak_V) / ratio, default: 0.1 };
      const { value, unit } = readNumber(level, ["VPP", "VRMS", "DBM", "V"], range);
      const chosen = unit === "VPP" || unit === "VRMS" || unit === "DBM" ? unit : k.unit;
      setAmplitude(k, shownVpp(k, value, chosen) * ratio, notice);
    }
    const offset = given(third);
    if (offset) {
      const range = { min: -peak_V / ratio, max: peak_V / ratio, default: 0 };
      setOffset(k, readNumber(offset, ["V"], range).value * ratio, notice);
    }
    c.refresh();
    c.setOutput(true);
  });
}

function pulseCommands(generator: Generator): void {
  const { model, notice } = generator;
  const fit = (c: AwgChannel) => {
    if (c.settings.fn === "PULS") fitPulse(c.settings, model, notice);
  };
  const root = "[:SOURce<1-2>]:FUNCtion:PULSe";
  const set = (c: AwgChannel, change: Partial<AwgChannel["settings"]["pulse"]>) => {
    Object.assign(c.settings.pulse, change);
    fit(c);
  };
  amount(generator, `${root}:WIDTh`, {
    units: ["S"],
    min: model.widthMin_s,
    max: 1e6,
    default: 1e-4,
    get: (c) => c.settings.pulse.width_s,
    set: (c, width_s) => set(c, { width_s }),
  });
  amount(generator, `${root}:DCYCle`, {
    units: ["PCT"],
    min: 0.01,
    max: 99.99,
    default: 10,
    get: (c) => c.settings.pulse.width_s * c.settings.frequency_Hz * 100,
    set: (c, value) => set(c, { width_s: value / 100 / c.settings.frequency_Hz }),
  });
  word(generator, `${root}:HOLD`, ["WIDTh", "DCYCle"], {
    get: (c) => c.settings.pulse.hold,
    set: (c, hold) => (c.settings.pulse.hold = hold as "WIDT" | "DCYC"),
  });
  const edge = (
    name: string,
    change: (edge_s: number) => { lead_s?: number; trail_s?: number },
    key: "lead_s" | "trail_s",
  ) =>
    amount(generator, `${root}:TRANsition${name}`, {
      units: ["S"],
      min: model.edgeMin_s,
      max: 1e-6,
      default: 10e-9,
      get: (c) => c.settings.pulse[key],
      set: (c, edge_s) => set(c, change(edge_s)),
    });
  edge("[:BOTH]", (edge_s) => ({ lead_s: edge_s, trail_s: edge_s }), "lead_s");
  edge(":LEADing", (lead_s) => ({ lead_s }), "lead_s");
  edge(":TRAiling", (trail_s) => ({ trail_s }), "trail_s");
}

function noiseCommands(generator: Generator): void {
  const { model } = generator;
  amount(generator, "[:SOURce<1-2>]:FUNCtion:NOISe:BANDwidth", {
    units: ["HZ"],
    min: 1e-3,
    max: model.sineMax_Hz,
    default: 100e3,
    get: (c) => c.settings.noiseBand_Hz,
    set: (c, value) => (c.settings.noiseBand_Hz = value),
  });
  amount(generator, "[:SOURce<1-2>]:FUNCtion:PRBS:BRATe", {
    units: ["HZ"],
    min: 1e-3,
    max: 50e6,
    default: 1e3,
    get: (c) => c.settings.prbs.rate_bit_per_s,
    set: (c, value) => (c.settings.prbs.rate_bit_per_s = value),
  });
  amount(generator, "[:SOURce<1-2>]:FUNCtion:PRBS:TRANsition[:BOTH]", {
    units: ["S"],
    min: model.edgeMin_s,
    max: 1e-6,
    default: model.edgeMin_s,
    get: (c) => c.settings.prbs.edge_s,
    set: (c, value) => (c.settings.prbs.edge_s = value),
  });
  word(
    generator,
    "[:SOURce<1-2>]:FUNCtion:PRBS:DATA",
    prbsLengths.map((length) => `PN${length}`),
    {
      get: (c) => `PN${c.settings.prbs.length}`,
      set: (c, value) => (c.settings.prbs.length = Number(value.slice(2))),
    },
  );
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
      units: [],
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
