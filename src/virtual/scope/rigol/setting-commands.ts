import { ScpiError, integer, keyword, takes } from "../../scpi/index.js";
import { autosetCommand } from "../autoset.js";
import type { Rigol, RigolInput } from "./rigol.js";
import { triggerKinds } from "./trigger-kinds.js";

const clip = (value: number, min: number, max: number) => Math.min(max, Math.max(min, value));

/** The next of 1, 2, 5 times a power of ten. */
function step(value: number): number {
  const decade = 10 ** Math.floor(Math.log10(value) + 1e-9);
  return decade * ([1, 2, 5].find((one) => value <= decade * one * (1 + 1e-6)) ?? 10);
}

/** Channels, time base, trigger, acquisition and run control. */
export function settingCommands(rigol: Rigol): void {
  channelCommands(rigol);
  timebaseCommands(rigol);
  triggerCommands(rigol);
  triggerKinds(rigol);
  acquireCommands(rigol);
  autosetCommand(rigol.scpi, rigol.scope, ":AUToscale", {
    place(input, scale_V, middle_V) {
      Object.assign(input, { scale_V, shift_V: -middle_V });
      fit(rigol, input);
    },
    spread: (scale_s) => void (rigol.timebase = { scale_s, offset_s: 0 }),
    edge: () => rigol.kept.set("EDGE", ":TRIGger:MODE"),
    run: () => rigol.scope.run(),
  });
}

function fit(rigol: Rigol, input: RigolInput): void {
  const scale_V = clip(input.scale_V / input.probe, 1e-3, 10);
  input.scale_V = (input.fine ? scale_V : step(scale_V)) * input.probe;
  // Beyond it the nearest is set without a word (DS1000Z programming guide, :CHANnel<n>:OFFSet).
  const most_V = (input.scale_V / input.probe < 0.5 ? 2 : 100) * input.probe;
  input.shift_V = clip(input.shift_V, -most_V, most_V);
  rigol.fit(input);
}

function channelCommands(rigol: Rigol): void {
  const { commands, scope } = rigol;
  const node = (name: string) => `:CHANnel<1-4>:${name}`;
  const flag = (name: string, key: "display" | "invert" | "fine") =>
    commands.flag(node(name), {
      get: (call) => scope.channelOf(call)[key],
      set: (on, call) => (scope.channelOf(call)[key] = on),
    });
  flag("DISPlay", "display");
  flag("INVert", "invert");
  flag("VERNier", "fine");
  const number = (name: string, key: "scale_V" | "shift_V" | "probe") =>
    commands.number(
      node(name),
      "V",
      {},
      {
        get: (call) => scope.channelOf(call)[key],
        set: (value, call) => {
          scope.channelOf(call)[key] = value;
          fit(rigol, scope.channelOf(call));
        },
      },
    );
  number("SCALe", "scale_V");
  number("OFFSet", "shift_V");
  number("PROBe", "probe");
  commands.word(node("COUPling"), ["DC", "AC", "GND"], {
    get: (call) => scope.channelOf(call).coupling,
    set: (word, call) => (scope.channelOf(call).coupling = word as "DC" | "AC" | "GND"),
  });
  commands.word(node("BWLimit"), rigol.model.newer ? ["20M", "100M", "200M", "OFF"] : ["20M", "OFF"], {
    get: (call) => (scope.channelOf(call).bandLimit ? "20M" : "OFF"),
    set: (word, call) => (scope.channelOf(call).bandLimit = word === "20M"),
  });
}

function timebaseCommands(rigol: Rigol): void {
  const { commands } = rigol;
  rigol.kept.words({ ":TIMebase:MODE": "MAIN XY ROLL" }); // records are taken as in MAIN
  commands.number(
    ":TIMebase[:MAIN]:SCALe",
    "S",
    {},
    {
      get: () => rigol.timebase.scale_s,
      set: (value) => (rigol.timebase.scale_s = step(clip(value, rigol.model.newer ? 1e-9 : 5e-9, 50))),
    },
  );
  commands.number(
    ":TIMebase[:MAIN]:OFFSet",
    "S",
    {},
    {
      get: () => rigol.timebase.offset_s,
      set: (value) => (rigol.timebase.offset_s = value),
    },
  );
}

function triggerCommands({ commands, kept, scope, scpi }: Rigol): void {
  const trigger = () => scope.settings.trigger;
  const inputs = scope.settings.channels.map((_, index) => `CHANnel${index + 1}`);
  commands.word(":TRIGger:EDGe:SOURce", [...inputs, "AC"], {
    get: () => trigger().source.replace(/^CH(?=\d)/, "CHAN"),
    set: (word) => (trigger().source = word),
  });
  commands.word(":TRIGger:EDGe:SLOPe", ["POSitive", "NEGative", "RFALl"], {
    get: () => (trigger().slope === "EITH" ? "RFAL" : trigger().slope),
    set: (word) => (trigger().slope = word === "POS" ? "POS" : word === "NEG" ? "NEG" : "EITH"),
  });
  commands.number(
    ":TRIGger:EDGe:LEVel",
    "V",
    {},
    {
      get: () => trigger().levels_V[(scope.triggerChannel ?? 1) - 1] ?? 0,
      set: (value) => (trigger().levels_V[(scope.triggerChannel ?? 1) - 1] = value),
    },
  );
  kept.words({ ":TRIGger:COUPling": "DC AC LFReject HFReject" });
  kept.flags({ ":TRIGger:NREJect": false });
  commands.number(
    ":TRIGger:HOLDoff",
    "S",
    { min: 16e-9, max: 10 },
    {
      get: () => trigger().holdoff_s,
      set: (value) => (trigger().holdoff_s = value),
    },
  );
  let sweep = "AUTO";
  commands.word(":TRIGger:SWEep", ["AUTO", "NORMal", "SINGle"], {
    get: () => sweep,
    set: (word) => {
      sweep = word;
      trigger().auto = word === "AUTO";
      if (word === "SING") scope.single();
    },
  });
  scpi.onReset(() => (sweep = "AUTO"));
}

function acquireCommands(rigol: Rigol): void {
  const { commands, scope, scpi } = rigol;
  commands.word(":ACQuire:TYPE", ["NORMal", "AVERages", "PEAK", "HRESolution"], {
    get: () => scope.settings.type,
    set: (word) => (scope.settings.type = word as "NORM" | "AVER" | "PEAK" | "HRES"),
  });
  scpi.tree.command(
    ":ACQuire:AVERages",
    takes([integer({ min: 2, max: rigol.model.averagesMax })], ([value]) => {
      if (!Number.isInteger(Math.log2(value))) throw new ScpiError(-222);
      scope.settings.averages = value;
      scope.changed();
    }),
  );
  commands.answer(":ACQuire:AVERages", () => String(scope.settings.averages));
  const words = rigol.model.depths.map((depth) => (depth >= 1e6 ? `${depth / 1e6}M` : `${depth / 1e3}k`));
  scpi.tree.command(
    ":ACQuire:MDEPth",
    rigol.model.newer
      ? takes([keyword("AUTO", ...words.map((word) => word.toUpperCase()))], ([word]) => {
          const index = words.findIndex((one) => one.toUpperCase() === word);
          setDepth(rigol, rigol.model.depths[index]);
        })
      : takes(
          [
            {
              ...integer({}),
              read: (raw) => (raw.kind === "plain" && /^auto$/i.test(raw.text) ? 0 : integer({}).read(raw)),
            },
          ],
          ([value]) => {
            if (value !== 0 && !rigol.model.depths.includes(value * rigol.share)) throw new ScpiError(-222);
            setDepth(rigol, value || undefined);
          },
        ),
  );
  commands.answer(":ACQuire:MDEPth", () => (rigol.depth === undefined ? "AUTO" : rigol.depth.toExponential(4).toUpperCase().replace(/^(.*)E\+(\d)$/, "$1E+0$2"))); // prettier-ignore
  commands.answer(":ACQuire:SRATe", () => rigol.memory.rate_Sa_per_s);
  commands.does(":RUN", () => scope.run());
  commands.does(":STOP", () => scope.stop());
  commands.does(":SINGle", () => {
    scope.settings.trigger.auto = false;
    scope.single();
  });
  commands.does(":TFORce", () => void scope.acquisition.force());
  commands.answer(":TRIGger:STATus", () => {
    if (rigol.justTriggered) {
      rigol.justTriggered = false;
      return "TD";
    }
    if (!scope.running) return "STOP";
    if (scope.settings.trigger.auto) return "AUTO";
    return scope.acquisition.waiting ? "WAIT" : "RUN";
  });
}

/** Taken while the scope runs only. */
function setDepth(rigol: Rigol, depth: number | undefined): void {
  if (!rigol.scope.running) return;
  rigol.depth = depth;
  rigol.scope.changed();
}
