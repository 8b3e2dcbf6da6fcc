import { ScpiError, integer, keyword, nr3, numeric, raw, rest, takes } from "../../scpi/index.js";
import type { Call, ScpiUnit } from "../../scpi/index.js";
import { selectCommand } from "./flat-triggers.js";
import { invalid, items } from "./measure-items.js";
import { block, descriptor, samples } from "./samples.js";
import { autoset, depthText, scaleOf } from "./sds.js";
import type { Sds, SdsInput } from "./sds.js";
import { type Question, measureScreen } from "../screen-measure.js";

const couplings = { DC: "D1M", AC: "A1M", GND: "GND" } as const;

/** A word of the flat language: its short and its long form. */
type Name = readonly [short: string, long: string];

/** What the SDS1000X-E is told. Replies carry the header unless CHDR is OFF, and then no unit either. */
export function flatCommands(sds: Sds): void {
  headerCommands(sds);
  inputCommands(sds);
  recordCommands(sds);
  triggerCommands(sds);
  waveCommands(sds);
  measureCommands(sds);
}

/** `C1:PAVA? FREQ`: a measurement of one channel, with its unit where the header is on. */
function measureCommands(sds: Sds): void {
  const { scope, scpi } = sds;
  const unitOf = (kind: Question["kind"]) =>
    kind === "FREQ" ? "Hz" : /PER|RIS|FALL|WID|XM/.test(kind) ? "S" : /DU|OVE/.test(kind) ? "%" : "V";
  const value = async (item: string, channel: number, signal: AbortSignal) => {
    const question = items.get(item);
    const found = question && (await measureScreen(scope, { ...question, channel }, signal));
    return found === undefined
      ? invalid
      : nr3(found, 2) + (sds.header === "OFF" ? "" : unitOf(question?.kind ?? "VPP"));
  };
  const single = [...items].filter(([, { kind }]) => kind !== "DELAY" && kind !== "PHASE").map(([item]) => item);
  for (const pattern of patterns(["PAVA", "PARAMETER_VALUE"], true)) {
    scpi.tree.query(
      pattern,
      takes([keyword("ALL", ...single)], async ([item], call) => {
        const pairs: string[] = [];
        for (const one of item === "ALL" ? single : [item]) {
          pairs.push(one, await value(one, call.suffixes[0] ?? 1, call.signal));
        }
        return shown(sds, ["PAVA", "PARAMETER_VALUE"], call, true, pairs.join(","));
      }),
    );
  }
}

/** It has no error queue to ask. */
function headerCommands({ scpi }: Sds): void {
  scpi.tree.query(
    ":SYSTem:ERRor[:NEXT]",
    takes([], () => {
      throw new ScpiError(-113);
    }),
  );
}

/** Both forms of a name, before a channel where it has one. */
function patterns([short, long]: Name, perChannel: boolean): string[] {
  return [...new Set([short, long])].map((name) => (perChannel ? `C<1-4>:${name}` : name));
}

function shown(sds: Sds, [short, long]: Name, call: Call, perChannel: boolean, text: string, unit = ""): string {
  if (sds.header === "OFF") return text;
  const channel = perChannel ? `C${call.suffixes[0] ?? 1}:` : "";
  return `${channel}${sds.header === "LONG" ? long : short} ${text}${unit}`;
}

/** Answers with the header that is set. */
function answer(sds: Sds, name: Name, perChannel: boolean, text: (call: Call) => string, unit = ""): void {
  for (const pattern of patterns(name, perChannel)) {
    sds.commands.answer(pattern, (call) => shown(sds, name, call, perChannel, text(call), unit));
  }
}

function number(
  sds: Sds,
  name: Name,
  unit: ScpiUnit,
  perChannel: boolean,
  kept: { get(call: Call): number; set(value: number, call: Call): void },
): void {
  for (const pattern of patterns(name, perChannel)) {
    sds.scpi.tree.command(
      pattern,
      takes([numeric(unit, {})], ([value], call) => {
        kept.set(value, call);
        sds.scope.changed();
      }),
    );
  }
  answer(sds, name, perChannel, (call) => nr3(kept.get(call), 2), unit);
}

function word(
  sds: Sds,
  name: Name,
  words: readonly string[],
  perChannel: boolean,
  kept: { get(call: Call): string; set(value: string, call: Call): void },
): void {
  for (const pattern of patterns(name, perChannel)) {
    sds.scpi.tree.command(
      pattern,
      takes([keyword(...words)], ([value], call) => {
        kept.set(value, call);
        sds.scope.changed();
      }),
    );
  }
  answer(sds, name, perChannel, (call) => kept.get(call));
}

function inputCommands(sds: Sds): void {
  const { scope } = sds;
  const flag = (name: Name, key: "display" | "invert" | "bandLimit") =>
    word(sds, name, ["ON", "OFF"], true, {
      get: (call) => (scope.channelOf(call)[key] ? "ON" : "OFF"),
      set: (value, call) => (scope.channelOf(call)[key] = value === "ON"),
    });
  flag(["TRA", "TRACE"], "display");
  flag(["INVS", "INVERTSET"], "invert");
  flag(["BWL", "BWL"], "bandLimit");
  const volts = (name: Name, key: "scale_V" | "shift_V") =>
    number(sds, name, "V", true, {
      get: (call) => scope.channelOf(call)[key],
      set: (value, call) => {
        const input: SdsInput = scope.channelOf(call);
        input[key] = value;
        sds.fit(input);
      },
    });
  volts(["VDIV", "VOLT_DIV"], "scale_V");
  volts(["OFST", "OFFSET"], "shift_V");
  word(sds, ["CPL", "COUPLING"], ["D1M", "A1M", "GND"], true, {
    get: (call) => couplings[scope.channelOf(call).coupling],
    set: (value, call) => (scope.channelOf(call).coupling = value === "A1M" ? "AC" : value === "GND" ? "GND" : "DC"),
  });
  for (const pattern of patterns(["ATTN", "ATTENUATION"], true)) {
    sds.scpi.tree.command(
      pattern,
      takes([numeric("", { min: 0.1, max: 10_000 })], ([probe], call) => {
        const input = scope.channelOf(call);
        input.scale_V *= probe / input.probe;
        input.shift_V *= probe / input.probe;
        input.probe = probe;
        sds.fit(input);
        scope.changed();
      }),
    );
  }
  answer(sds, ["ATTN", "ATTENUATION"], true, (call) => String(scope.channelOf(call).probe));
}

function recordCommands(sds: Sds): void {
  const { scope, scpi } = sds;
  number(sds, ["TDIV", "TIME_DIV"], "S", false, {
    get: () => sds.timebase.scale_s,
    set: (value) => (sds.timebase.scale_s = scaleOf(value)),
  });
  number(sds, ["TRDL", "TRIG_DELAY"], "S", false, {
    get: () => sds.timebase.delay_s,
    set: (value) => (sds.timebase.delay_s = value),
  });
  const acquire: Name = ["ACQW", "ACQUIRE_WAY"];
  const types = { SAMPLING: "NORM", PEAK_DETECT: "PEAK", AVERAGE: "AVER", HIGH_RES: "HRES" } as const;
  for (const pattern of patterns(acquire, false)) {
    scpi.tree.command(
      pattern,
      takes([keyword("SAMPLING", "PEAK_DETECT", "AVERAGE", "HIGH_RES"), rest(integer({}))], ([type, [count]]) => {
        if (count !== undefined && ![4, 16, 32, 64, 128, 256, 512, 1024].includes(count)) return;
        if (count !== undefined) scope.settings.averages = count;
        scope.settings.type = types[type as keyof typeof types];
        scope.changed();
      }),
    );
  }
  answer(sds, acquire, false, () => {
    const { type, averages } = scope.settings;
    const name = { NORM: "SAMPLING", PEAK: "PEAK_DETECT", AVER: "AVERAGE", HRES: "HIGH_RES" }[type];
    return type === "AVER" ? `${name},${averages}` : name;
  });
  const memory: Name = ["MSIZ", "MEMORY_SIZE"];
  for (const pattern of patterns(memory, false)) {
    scpi.tree.command(
      pattern,
      takes([raw()], ([given]) => {
        const text = given.kind === "plain" ? given.text.toUpperCase() : "";
        const depth = sds.depths.find((one) => depthText(one, "K") === text);
        if (depth === undefined || !scope.running) return; // passed over, in STOP too
        sds.depth = depth;
        scope.changed();
      }),
    );
  }
  answer(sds, memory, false, () => depthText(sds.depth ?? (sds.depths.at(-1) ?? 0) / 10, "K"));
  answer(sds, ["SARA", "SAMPLE_RATE"], false, () => nr3(sds.memory.rate_Sa_per_s, 2), "Sa/s");
  scpi.tree.query(
    "SANU",
    takes([keyword("C1", "C2", "C3", "C4")], (_, call) => {
      const points = nr3((scope.held ?? scope.present).reading.samples, 2);
      return shown(sds, ["SANU", "SAMPLE_NUM"], call, false, points, "pts");
    }),
  );
}

function triggerCommands(sds: Sds): void {
  const { scope, scpi } = sds;
  const trigger = () => scope.settings.trigger;
  const select: Name = ["TRSE", "TRIG_SELECT"];
  const { shown: selection, edge } = selectCommand(sds, patterns(select, false));
  answer(sds, select, false, selection);
  for (const pattern of ["ASET", "AUTO_SETUP"]) autoset(sds, pattern, edge);
  number(sds, ["TRLV", "TRIG_LEVEL"], "V", true, {
    get: (call) => trigger().levels_V[(call.suffixes[0] ?? 1) - 1] ?? 0,
    set: (value, call) => (trigger().levels_V[(call.suffixes[0] ?? 1) - 1] = value),
  });
  word(sds, ["TRSL", "TRIG_SLOPE"], ["POS", "NEG", "WINDOW"], true, {
    get: () => (trigger().slope === "EITH" ? "WINDOW" : trigger().slope),
    set: (value) => (trigger().slope = value === "POS" || value === "NEG" ? value : "EITH"),
  });
  let coupling = "DC";
  scpi.onReset(() => void (coupling = "DC"));
  word(sds, ["TRCP", "TRIG_COUPLING"], ["DC", "AC", "HFREJ", "LFREJ"], true, {
    get: () => coupling,
    set: (value) => (coupling = value),
  });
  scpi.tree.command(
    "ARM",
    takes([], () => sds.setMode("SINGLE")),
  );
  scpi.tree.command(
    "STOP",
    takes([], () => sds.setMode("STOP")),
  );
  for (const pattern of ["FRTR", "FORCE_TRIGGER"]) sds.commands.does(pattern, () => void scope.acquisition.force());
  answer(sds, ["SAST", "SAST"], false, () => sds.state);
  answer(sds, ["INR", "INR"], false, () => {
    const { events } = sds;
    sds.events = 0; // asking clears it
    return String(events);
  });
}

function waveCommands(sds: Sds): void {
  const { scope, scpi } = sds;
  const set: Name = ["WFSU", "WAVEFORM_SETUP"];
  for (const pattern of patterns(set, false)) {
    scpi.tree.command(
      pattern,
      takes([rest(raw())], ([pairs]) => {
        const words = pairs.map((one) => (one.kind === "plain" ? one.text.toUpperCase() : ""));
        for (const [name, key] of [
          ["SP", "interval"],
          ["NP", "points"],
          ["FP", "start"],
        ] as const) {
          const value = Number(words[words.indexOf(name) + 1]);
          if (words.includes(name) && Number.isInteger(value) && value >= 0) sds.wave[key] = value;
        }
      }),
    );
  }
  answer(sds, set, false, () => `SP,${sds.wave.interval},NP,${sds.wave.points},FP,${sds.wave.start}`);
  for (const pattern of patterns(["WF", "WAVEFORM"], true)) {
    scpi.tree.query(
      pattern,
      takes([keyword("DESC", "DAT2")], async ([what], call) => {
        const channel = call.suffixes[0] ?? 1;
        sds.wave.channel = channel;
        const head = Buffer.from(sds.header === "OFF" ? "ALL," : `C${channel}:WF ALL,`);
        if (what === "DESC") return Buffer.concat([head, block(descriptor(sds, scope.held))]);
        const { start, interval, points } = sds.wave;
        const part = { first: start, step: Math.max(1, interval), count: points || Infinity };
        const held = await scope.fresh(call.signal);
        return Buffer.concat([head, block(samples(sds, held, channel, [0], part, false))]);
      }),
    );
  }
}
