import { ScpiError, integer, keyword, nr3, numeric, optional, string, takes } from "../../scpi/index.js";
import { measureScreen } from "../screen-measure.js";
import { measureCommands } from "./measure-commands.js";
import { block, descriptor, framesOf, samples } from "./samples.js";
import { autoset, depthText, scaleOf } from "./sds.js";
import type { Sds, SdsInput } from "./sds.js";
import { triggerKinds } from "./trigger-kinds.js";

/** Set and read back; of these only the time that the trigger is held off acts here. */
function keptCommands({ commands, kept, scpi, scope }: Sds): void {
  kept.words({
    ":TIMebase:REFerence": "DELay POSition",
    ":TIMebase:WINDow": "OFF ON",
    ":TRIGger:EDGE:IMPedance": "ONEMeg FIFTy",
    ":TRIGger:EDGE:COUPling": "DC AC LFREJect HFREJect",
    ":TRIGger:EDGE:HOLDoff": "OFF EVENts TIME",
    ":TRIGger:EDGE:HSTart": "LAST_TRIG ACQ_START",
    ":TRIGger:EDGE:NREJect": "OFF ON",
    ":ACQuire:AMODe": "SLOW FAST",
    ":ACQuire:INTerpolation": "ON OFF",
    ":ACQuire:MMANagement": "AUTO FSRate FMDepth",
    ":ACQuire:MODE": "YT XY ROLL",
    ":CHANnel<1-4>:UNIT": "V A",
  });
  kept.wholes({ ":TIMebase:REFerence:POSition": [0, 100, 50], ":TRIGger:EDGE:HLDEVent": [1, 1e8, 1] });
  kept.numbers("S", {
    ":TIMebase:WINDow:DELay": [-1e6, 1e6, 0],
    ":TIMebase:WINDow:SCALe": [1e-10, 1000, 1e-7],
    ":TRIGger:EDGE:HLDTime": [8e-9, 30, 8e-9],
  });
  commands.does(":ACQuire:CSWeep", () => scope.changed());
  const labels = new Map<number, string>();
  scpi.onReset(() => labels.clear());
  scpi.tree.command(
    ":CHANnel<1-4>:LABel:TEXT",
    takes([string()], ([text], call) => void labels.set(call.suffixes[0] ?? 1, text)),
  );
  commands.answer(":CHANnel<1-4>:LABel:TEXT", (call) => `"${labels.get(call.suffixes[0] ?? 1) ?? ""}"`);
}

/** What the newer scopes are told: inputs, time base, memory, sequence, trigger, read-out. */
export function treeCommands(sds: Sds): void {
  inputCommands(sds);
  recordCommands(sds);
  triggerCommands(sds);
  waveCommands(sds);
  measureCommands(sds);
  keptCommands(sds);
  triggerKinds(sds);
  autoset(sds, ":AUToset", () => sds.kept.set("EDGE", ":TRIGger:TYPE"));
}

function inputCommands(sds: Sds): void {
  const { commands, scope, model } = sds;
  const node = (name: string) => `:CHANnel<1-4>:${name}`;
  for (const [name, key] of [
    ["SWITch", "display"],
    ["VISible", "display"],
    ["INVert", "invert"],
  ] as const) {
    commands.word(node(name), ["ON", "OFF"], {
      get: (call) => (scope.channelOf(call)[key] ? "ON" : "OFF"),
      set: (word, call) => (scope.channelOf(call)[key] = word === "ON"),
    });
  }
  const number = (name: string, key: "scale_V" | "shift_V") =>
    commands.number(
      node(name),
      "V",
      {},
      {
        get: (call) => scope.channelOf(call)[key],
        set: (value, call) => {
          scope.channelOf(call)[key] = value;
          sds.fit(scope.channelOf(call));
        },
      },
    );
  number("SCALe", "scale_V");
  number("OFFSet", "shift_V");
  const setProbe = (input: SdsInput, probe: number) => {
    input.scale_V *= probe / input.probe;
    input.shift_V *= probe / input.probe;
    input.probe = probe;
    sds.fit(input);
  };
  // A number alone, or behind VALue or DEFault.
  sds.scpi.tree.command(
    node("PROBe"),
    takes(
      [
        {
          ...keyword("VALue", "DEFault"),
          read: (raw) =>
            raw.kind === "plain" && /^[\d.]/.test(raw.text) ? raw.text : keyword("VALue", "DEFault").read(raw),
        },
        optional(numeric("", { min: 1e-6, max: 1e6 })),
      ],
      ([word, value], call) => {
        setProbe(scope.channelOf(call), word === "DEF" ? 1 : (value ?? Number(word)));
        scope.changed();
      },
    ),
  );
  commands.answer(node("PROBe"), (call) => scope.channelOf(call).probe);
  commands.word(node("COUPling"), ["DC", "AC", "GND"], {
    get: (call) => scope.channelOf(call).coupling,
    set: (word, call) => (scope.channelOf(call).coupling = word as "DC" | "AC" | "GND"),
  });
  commands.word(node("IMPedance"), model.has50ohm ? ["ONEMeg", "FIFTy"] : ["ONEMeg"], {
    get: (call) => (scope.channelOf(call).impedance === "FIFT" ? "FIFTy" : "ONEMeg"),
    set: (word, call) => scope.setImpedance(call.suffixes[0] ?? 1, word === "FIFT" ? "FIFT" : "ONEM"),
  });
  commands.word(node("BWLimit"), ["FULL", "20M", "200M", "ON", "OFF"], {
    get: (call) => (scope.channelOf(call).bandLimit ? "20M" : "FULL"),
    set: (word, call) => (scope.channelOf(call).bandLimit = word === "20M" || word === "ON"),
  });
}

function recordCommands(sds: Sds): void {
  const { commands, scope, scpi, model } = sds;
  commands.number(":TIMebase:SCALe", "S", {}, { get: () => sds.timebase.scale_s, set: (value) => (sds.timebase.scale_s = scaleOf(value)) }); // prettier-ignore
  commands.number(":TIMebase:DELay", "S", {}, { get: () => sds.timebase.delay_s, set: (value) => (sds.timebase.delay_s = value) }); // prettier-ignore
  const types = { NORM: "NORMal", PEAK: "PEAK", AVER: "AVERage", HRES: "ERES" } as const;
  scpi.tree.command(
    ":ACQuire:TYPE",
    takes([keyword("NORMal", "PEAK", "AVERage", "ERES"), optional(numeric("", {}))], ([word, amount]) => {
      if (word === "AVER" && amount !== undefined) {
        if (![4, 16, 32, 64, 128, 256, 512, 1024].includes(amount)) throw new ScpiError(-222);
        scope.settings.averages = amount;
      }
      scope.settings.type = word === "ERES" ? "HRES" : (word as "NORM" | "PEAK" | "AVER");
      scope.changed();
    }),
  );
  commands.answer(":ACQuire:TYPE", () => {
    const { type, averages } = scope.settings;
    return type === "AVER" ? `${types.AVER},${averages}` : types[type];
  });
  scpi.tree.command(
    ":ACQuire:MDEPth",
    takes([{ ...keyword("AUTO"), read: (raw) => (raw.kind === "plain" ? raw.text : "") }], ([word]) => {
      const depth = sds.depths.find((one) => depthText(one, "k").toUpperCase() === word.toUpperCase());
      // In STOP, and where it has no such depth, it stays as it is.
      if (depth === undefined || !scope.running) return;
      sds.depth = depth;
      scope.changed();
    }),
  );
  commands.answer(":ACQuire:MDEPth", () => depthText(sds.depth ?? (sds.depths.at(-1) ?? 0) / 10, "k"));
  commands.answer(":ACQuire:SRATe", () => sds.memory.rate_Sa_per_s);
  commands.answer(":ACQuire:POINts", () => (scope.held ?? scope.present).reading.samples);
  commands.answer(":ACQuire:NUMAcq", () => String(scope.held?.records.length ?? 0));
  commands.answer(":ACQuire:RESolution", () => `${model.bits}Bits`);
  commands.word(":ACQuire:SEQuence", ["ON", "OFF"], {
    get: () => (sds.sequence.on ? "ON" : "OFF"),
    set: (word) => {
      sds.sequence.on = word === "ON";
      sds.divide();
    },
  });
  scpi.tree.command(
    ":ACQuire:SEQuence:COUNt",
    takes([integer({ min: 1 })], ([count]) => {
      sds.sequence.count = Math.min(count, Math.floor(model.memory_Sa / sds.memory.samples), 10_000);
      sds.divide();
    }),
  );
  commands.answer(":ACQuire:SEQuence:COUNt", () => String(sds.sequence.count));
}

function triggerCommands(sds: Sds): void {
  const { commands, scope } = sds;
  const trigger = () => scope.settings.trigger;
  const inputs = scope.settings.channels.map((_, index) => `C${index + 1}`);
  commands.word(":TRIGger:EDGE:SOURce", [...inputs, "EX", "EX5", "LINE"], {
    get: () => trigger().source.replace(/^CH/, "C"),
    set: (word) => (trigger().source = word.replace(/^C(?=\d)/, "CH")),
  });
  commands.word(":TRIGger:EDGE:SLOPe", ["RISing", "FALLing", "ALTernate"], {
    get: () => ({ POS: "RISing", NEG: "FALLing", EITH: "ALTernate" })[trigger().slope],
    set: (word) => (trigger().slope = word === "RIS" ? "POS" : word === "FALL" ? "NEG" : "EITH"),
  });
  const index = () => (scope.triggerChannel ?? 1) - 1;
  commands.number(
    ":TRIGger:EDGE:LEVel",
    "V",
    {},
    { get: () => trigger().levels_V[index()] ?? 0, set: (value) => (trigger().levels_V[index()] = value) },
  );
  const words = { AUTO: "AUTO", NORM: "NORMal", SINGLE: "SINGle", STOP: "STOP" } as const;
  sds.scpi.tree.command(
    ":TRIGger:MODE",
    takes([keyword("AUTO", "NORMal", "SINGle", "FTRIG")], ([word]) => {
      if (word === "FTRIG") scope.acquisition.force();
      else sds.setMode(word === "SING" ? "SINGLE" : (word as "AUTO" | "NORM"));
    }),
  );
  commands.answer(":TRIGger:MODE", () => words[sds.mode]);
  commands.does(":TRIGger:RUN", () => sds.setMode(sds.mode === "STOP" ? "AUTO" : sds.mode));
  commands.does(":TRIGger:STOP", () => sds.setMode("STOP"));
  commands.answer(":TRIGger:STATus", () => sds.state);
  commands.answer(":TRIGger:FREQuency", async ({ signal }) => {
    const channel = scope.triggerChannel;
    const hertz = channel && (await measureScreen(scope, { kind: "FREQ", channel }, signal));
    return nr3(hertz ?? 0, 2);
  });
}

function waveCommands(sds: Sds): void {
  const { commands, scope, scpi, model } = sds;
  const wave = () => sds.wave;
  const inputs = scope.settings.channels.map((_, index) => `C${index + 1}`);
  scpi.tree.command(
    ":WAVeform:SOURce",
    takes([keyword(...inputs)], ([word]) => void (wave().channel = Number(word.slice(1)))),
  );
  commands.answer(":WAVeform:SOURce", () => `C${wave().channel}`);
  scpi.tree.command(
    ":WAVeform:WIDTh",
    takes([keyword("BYTE", "WORD")], ([word]) => void (wave().width = word)),
  );
  commands.answer(":WAVeform:WIDTh", () => wave().width);
  for (const [name, key, min] of [
    ["STARt", "start", 0],
    ["INTerval", "interval", 0],
    ["POINt", "points", 0],
  ] as const) {
    scpi.tree.command(
      `:WAVeform:${name}`,
      takes([integer({ min })], ([value]) => void (wave()[key] = value)),
    );
    commands.answer(`:WAVeform:${name}`, () => String(wave()[key]));
  }
  commands.answer(":WAVeform:MAXPoint", () => String(model.piece));
  scpi.tree.command(
    ":WAVeform:SEQuence",
    takes([integer({ min: 0 }), optional(integer({ min: 0 }), 1)], ([frame, from]) => {
      sds.wave = { ...sds.wave, frame, from };
    }),
  );
  commands.answer(":WAVeform:SEQuence", () => `${wave().frame},${wave().from}`);
  commands.answer(":WAVeform:PREamble", () => block(descriptor(sds, scope.held)));
  commands.answer(":WAVeform:DATA", async (call) => {
    const held = await scope.fresh(call.signal);
    const { channel, width, start, interval, points } = wave();
    const part = { first: start, step: Math.max(1, interval), count: points || Infinity };
    const frames = framesOf(sds, held);
    const bytes = samples(sds, held, channel, frames, part, width === "WORD");
    return block(bytes.subarray(0, model.piece * Math.max(1, frames.length) * (width === "WORD" ? 2 : 1)));
  });
}
