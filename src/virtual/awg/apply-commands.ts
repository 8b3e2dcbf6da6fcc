import { type RawParameter, optional, raw, takes } from "../scpi/index.js";
import { readNumber } from "./amount.js";
import { frequencyOf, functionWords, leastFrequency_Hz, setFrequency, setFunction } from "./function-commands.js";
import { type Generator, keysightNumber } from "./generator.js";
import { shownVpp } from "./level-commands.js";
import { clip, fitOffset, frequencyMax_Hz, peak_V, setAmplitude } from "./rules.js";
import { type FunctionName, openPerShown } from "./settings.js";

/** `APPLy:<function> frequency,amplitude,offset`, and its query. */
export function applyCommands(generator: Generator): void {
  const { tree } = generator.scpi;
  for (const notation of functionWords) {
    const fn = notation.replace(/[a-z]/g, "") as FunctionName;
    tree.command(`[:SOURce<1-2>]:APPLy:${notation}`, applyHandler(generator, fn));
  }
  tree.query(
    "[:SOURce<1-2>]:APPLy",
    takes([], (_, call) => {
      const c = generator.channelOf(call);
      const ratio = openPerShown(c.settings.load_ohm);
      const numbers = [frequencyOf(c), c.settings.amplitude_Vpp / ratio, c.settings.offset_V / ratio];
      return `"${c.settings.fn} ${numbers.map(keysightNumber).join(",")}"`;
    }),
  );
}

/** APPLy: function, frequency, amplitude and offset at once; trigger immediate, burst and modulation off, and **the output on**. */
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
    c.enter(undefined);
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
      fitOffset(k, readNumber(offset, ["V"], range).value * ratio, notice);
    }
    c.refresh();
    c.setOutput(true);
  });
}
