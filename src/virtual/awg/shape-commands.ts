import { amount } from "./amount.js";
import type { AwgChannel } from "./channel.js";
import { prbsLengths } from "./functions.js";
import type { Generator } from "./generator.js";
import { fitPulse } from "./rules.js";
import { word } from "./simple-settings.js";

/** Width, duty cycle and edges of pulses. */
export function pulseCommands(generator: Generator): void {
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

/** Bandwidth of noise; rate, length and edges of bit streams. */
export function noiseCommands(generator: Generator): void {
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
