import { INFINITY, ScpiError, boolean, keyword, raw, takes } from "../scpi/index.js";
import { amount, readNumber } from "./amount.js";
import type { Generator } from "./generator.js";
import { setBurst } from "./modulation-commands.js";
import { clip, fitBurstPeriod } from "./rules.js";
import { flag, word } from "./simple-settings.js";

/** Burst, trigger, sync output and what belongs to none. */
export function burstCommands(generator: Generator): void {
  const { notice } = generator;
  flag(generator, "[:SOURce<1-2>]:BURSt:STATe", {
    get: (c) => c.settings.burst.on,
    set: (c, on) => {
      setBurst(generator, c, on);
      fitBurstPeriod(c.settings, c.period_s, notice);
    },
  });
  word(generator, "[:SOURce<1-2>]:BURSt:MODE", ["TRIGgered", "GATed"], {
    get: (c) => c.settings.burst.mode,
    set: (c, mode) => (c.settings.burst.mode = mode as "TRIG" | "GAT"),
  });
  word(generator, "[:SOURce<1-2>]:BURSt:GATE:POLarity", ["NORMal", "INVerted"], {
    get: (c) => c.settings.burst.gatePolarity,
    set: (c, polarity) => (c.settings.burst.gatePolarity = polarity as "NORM" | "INV"),
  });
  amount(generator, "[:SOURce<1-2>]:BURSt:INTernal:PERiod", {
    units: ["S"],
    min: 1e-6,
    max: 8000,
    default: 10e-3,
    get: (c) => c.settings.burst.period_s,
    set: (c, value) => {
      c.settings.burst.period_s = value;
      fitBurstPeriod(c.settings, c.period_s, notice);
    },
  });
  cyclesCommand(generator);
  triggerCommands(generator);
  otherCommands(generator);
}

function cyclesCommand(generator: Generator): void {
  const { scpi, notice } = generator;
  const pattern = "[:SOURce<1-2>]:BURSt:NCYCles";
  const range = { min: 1, max: 1e8, default: 1 };
  scpi.tree.command(
    pattern,
    takes([raw()], ([given], call) => {
      const c = generator.channelOf(call);
      const { value } = readNumber(given, [], range);
      c.settings.burst.cycles = value >= INFINITY ? Infinity : clip(Math.round(value), range.min, range.max, notice);
      fitBurstPeriod(c.settings, c.period_s, notice);
      c.refresh();
    }),
  );
  scpi.tree.query(
    pattern,
    takes([], (_, call) => generator.channelOf(call).settings.burst.cycles),
  );
}

function triggerCommands(generator: Generator): void {
  const { scpi, notice } = generator;
  word(generator, ":TRIGger<1-2>:SOURce", ["IMMediate", "EXTernal", "TIMer", "BUS"], {
    get: (c) => c.settings.trigger.source,
    set: (c, source) => {
      c.settings.trigger.source = source as "IMM" | "EXT" | "TIM" | "BUS";
      fitBurstPeriod(c.settings, c.period_s, notice);
    },
  });
  word(generator, ":TRIGger<1-2>:SLOPe", ["POSitive", "NEGative"], {
    get: (c) => c.settings.trigger.slope,
    set: (c, slope) => (c.settings.trigger.slope = slope as "POS" | "NEG"),
  });
  const plain = (
    name: string,
    key: "delay_s" | "timer_s" | "level_V" | "count",
    range: { min: number; max: number; default: number },
  ) =>
    amount(generator, `:TRIGger<1-2>:${name}`, {
      units: key === "level_V" ? ["V"] : key === "count" ? [] : ["S"],
      ...range,
      get: (c) => c.settings.trigger[key],
      set: (c, value) => (c.settings.trigger[key] = key === "count" ? Math.round(value) : value),
    });
  plain("DELay", "delay_s", { min: 0, max: 1000, default: 0 });
  plain("TIMer", "timer_s", { min: 1e-6, max: 8000, default: 1 });
  plain("LEVel", "level_V", { min: 0.9, max: 3.8, default: 1 });
  plain("COUNt", "count", { min: 1, max: 1e6, default: 1 });
  scpi.tree.command(
    ":TRIGger<1-2>[:IMMediate]",
    takes([], (_, call) => {
      if (!generator.channelOf(call).trigger()) throw new ScpiError(-211);
    }),
  );
  scpi.onTrigger(() => {
    const waiting = generator.channels.filter((c) => c.settings.trigger.source === "BUS");
    if (waiting.filter((c) => c.trigger()).length === 0) throw new ScpiError(-211);
  });
  scpi.tree.command(
    ":ABORt",
    takes([], () => {
      for (const channel of generator.channels) channel.abort();
    }),
  );
}

/** Sync and trigger outputs lead nowhere in the virtual lab: what they are set to is kept. */
function otherCommands(generator: Generator): void {
  const { tree } = generator.scpi;
  const switches = [":OUTPut<1-2>:SYNC[:STATe]", ":OUTPut:TRIGger[:STATe]", ":DISPlay[:STATe]"];
  for (const [index, pattern] of switches.entries()) {
    let on = index !== 1;
    tree.command(
      pattern,
      takes([boolean()], ([state]) => void (on = state)),
    );
    tree.query(
      pattern,
      takes([], () => on),
    );
  }
  const words: readonly (readonly [string, readonly string[]])[] = [
    [":OUTPut<1-2>:SYNC:MODE", ["NORMal", "CARRier", "MARKer"]],
    [":OUTPut<1-2>:SYNC:POLarity", ["NORMal", "INVerted"]],
    [":OUTPut:SYNC:SOURce", ["CH1", "CH2"]],
    [":OUTPut:TRIGger:SLOPe", ["POSitive", "NEGative"]],
  ];
  for (const [pattern, choices] of words) {
    let chosen = (choices[0] ?? "").replace(/[a-z]/g, "");
    tree.command(
      pattern,
      takes([keyword(...choices)], ([value]) => void (chosen = value)),
    );
    tree.query(
      pattern,
      takes([], () => chosen),
    );
  }
  let text = "";
  tree.command(
    ":DISPlay:TEXT",
    takes([raw()], ([given]) => void (text = given.text)),
  );
  tree.query(
    ":DISPlay:TEXT",
    takes([], () => `"${text}"`),
  );
  const silent = [":DISPlay:TEXT:CLEar", ":SYSTem:BEEPer[:IMMediate]", ":SYSTem:LOCal", ":SYSTem:REMote"];
  for (const pattern of silent) {
    tree.command(
      pattern,
      takes([], () => {
        if (pattern.includes("TEXT")) text = "";
      }),
    );
  }
}
