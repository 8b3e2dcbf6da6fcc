import { ScpiError, integer, keyword, nr3, optional, raw, takes } from "../../scpi/index.js";
import type { Held } from "../scope-core.js";
import type { Rtx, RtxInput } from "./rtx.js";

/** Channels of both trees. */
export function channelCommands(rtx: Rtx): void {
  const { commands, scope, model } = rtx;
  const node = (name: string) => `:CHANnel<1-4>:${name}`;
  commands.flag(node("STATe"), {
    get: (call) => scope.channelOf(call).display,
    set: (on, call) => (scope.channelOf(call).display = on),
  });
  const number = (name: string, unit: "V" | "", get: (k: RtxInput) => number, set: (k: RtxInput, v: number) => void) =>
    commands.number(
      node(name),
      unit,
      {},
      {
        get: (call) => get(scope.channelOf(call)),
        set: (value, call) => {
          const input = scope.channelOf(call);
          set(input, value);
          rtx.fit(input);
        },
      },
    );
  const per = model.verticalDivisions;
  const limit = (k: RtxInput, v: number) => Math.min(per * (k.impedance === "FIFT" ? 1 : 10), Math.max(per * 1e-3, v));
  number("RANGe", "V", (k) => k.range_V, (k, v) => (k.range_V = limit(k, v))); // prettier-ignore
  number("SCALe", "V", (k) => k.range_V / per, (k, v) => (k.range_V = limit(k, v * per))); // prettier-ignore
  number("POSition", "", (k) => k.position_div, (k, v) => (k.position_div = v)); // prettier-ignore
  number("OFFSet", "V", (k) => k.shift_V, (k, v) => (k.shift_V = v)); // prettier-ignore
  commands.word(node("COUPling"), model.large ? ["DC", "DCLimit", "AC"] : ["DCLimit", "ACLimit"], {
    get: (call) => {
      const { coupling, impedance } = scope.channelOf(call);
      if (coupling === "AC") return model.large ? "AC" : "ACL";
      return impedance === "FIFT" ? "DC" : "DCL";
    },
    set: (word, call) => {
      scope.channelOf(call).coupling = word.startsWith("AC") ? "AC" : "DC";
      scope.setImpedance(call.suffixes[0] ?? 1, word === "DC" ? "FIFT" : "ONEM");
    },
  });
  // 200 and 800 MHz are above what is simulated: kept, without effect.
  const bandwidths = new WeakMap<RtxInput, string>();
  commands.word(node("BANDwidth"), model.large ? ["FULL", "B800", "B200", "B20"] : ["FULL", "B20"], {
    get: (call) => bandwidths.get(scope.channelOf(call)) ?? "FULL",
    set: (word, call) => {
      bandwidths.set(scope.channelOf(call), word);
      scope.channelOf(call).bandLimit = word === "B20";
    },
  });
  if (!model.large) {
    commands.word(node("POLarity"), ["NORMal", "INVerted"], {
      get: (call) => (scope.channelOf(call).invert ? "INV" : "NORM"),
      set: (word, call) => (scope.channelOf(call).invert = word === "INV"),
    });
    return;
  }
  commands.flag(node("INVert"), {
    get: (call) => scope.channelOf(call).invert,
    set: (on, call) => (scope.channelOf(call).invert = on),
  });
  commands.word(node("ARIThmetics"), ["OFF", "ENVelope", "AVERage"], {
    get: (call) => (scope.channelOf(call).averaged ? "AVER" : scope.channelOf(call).envelope ? "ENV" : "OFF"),
    set: (word, call) => {
      scope.channelOf(call).averaged = word === "AVER";
      scope.channelOf(call).envelope = word === "ENV";
      scope.settings.type = scope.settings.channels.some(({ averaged }) => averaged) ? "AVER" : "NORM";
      rtx.divide();
    },
  });
}

/** What is set and read back, and acts on nothing here. */
export function keptCommands(rtx: Rtx): void {
  const { commands, kept, model } = rtx;
  if (!model.large) return;
  kept.flags({ ":SYSTem:DISPlay:UPDate": true, ":DISPlay:TRIGger:LINes": true, ":CHANnel<1-4>:GND": false });
  // Of the line, for powers on the screen; not of the input.
  kept.numbers("OHM", { ":CHANnel<1-4>:IMPedance": [0.1, 100e3, 50] });
  kept.words({ ":ACQuire:POINts:AUTO": "RECLength RESolution" });
  kept.flags({
    ":ACQuire:SEGMented:MAX": false,
    ":CHANnel<1-4>[:WAVeform<1-3>]:HISTory[:STATe]": true,
    ":EXPort:WAVeform:INCXvalues": false,
    ":EXPort:WAVeform:MULTichannel": false,
  });
  commands.answer(":CHANnel<1-4>:OVERload", () => "0");
  commands.answer(":DIAGnostic:SERVice:WFAModel", () => "RTO1004");
  commands.does(":ACQuire:ARESet:IMMediate", () => rtx.scope.changed());
}

/** Time base, trigger, acquisition and run control. */
export function timingCommands(rtx: Rtx): void {
  const { commands, scope, model, scpi } = rtx;
  commands.number(
    ":TIMebase:SCALe",
    "S",
    { min: 1e-10, max: 1e4 },
    {
      get: () => rtx.timebase.scale_s,
      set: (value) => (rtx.timebase.scale_s = value),
    },
  );
  commands.number(
    ":TIMebase:RANGe",
    "S",
    {},
    {
      get: () => rtx.window_s,
      set: (value) => (rtx.timebase.scale_s = value / model.horizontalDivisions),
    },
  );
  commands.number(
    model.large ? ":TIMebase:HORizontal:POSition" : ":TIMebase:POSition",
    "S",
    {},
    {
      get: () => rtx.timebase.position_s,
      set: (value) => (rtx.timebase.position_s = value),
    },
  );
  commands.number(
    ":TIMebase:REFerence",
    "PCT",
    { min: 0, max: 100 },
    {
      get: () => rtx.timebase.reference_percent,
      set: (value) => (rtx.timebase.reference_percent = value),
    },
  );
  commands.answer(":TIMebase:DIVisions", () => String(model.horizontalDivisions));
  const trigger = () => scope.settings.trigger;
  const [root, input] = model.large ? [":TRIGger<1-3>", "CHANnel"] : [":TRIGger:A", "CH"];
  const inputs = scope.settings.channels.map((_, index) => `${input}${index + 1}`);
  commands.word(`${root}:SOURce`, [...inputs, "EXTernanalog", "EXT", "LINE"], {
    get: () => trigger().source.replace(/^CH(?=\d)/, model.large ? "CHAN" : "CH"),
    set: (word) => (trigger().source = word),
  });
  commands.word(`${root}:EDGE:SLOPe`, ["POSitive", "NEGative", "EITHer"], {
    get: () => trigger().slope,
    set: (word) => (trigger().slope = word as "POS" | "NEG" | "EITH"),
  });
  commands.number(
    `${root}:LEVel<1-5>`,
    "V",
    {},
    {
      get: (call) => trigger().levels_V[(call.suffixes.at(-1) ?? 1) - 1] ?? 0,
      set: (value, call) => (trigger().levels_V[(call.suffixes.at(-1) ?? 1) - 1] = value),
    },
  );
  commands.word(model.large ? ":TRIGger<1-3>:MODE" : ":TRIGger:A:MODE", ["AUTO", "NORMal", "FREerun"], {
    get: () => (trigger().auto ? "AUTO" : "NORM"),
    set: (word) => (trigger().auto = word !== "NORM"),
  });
  acquireCommands(rtx);
  for (const pattern of [":RUN", ":RUNContinous"]) commands.does(pattern, () => scope.run());
  for (const pattern of [":SINGle", ":RUNSingle"]) {
    commands.does(pattern, () => {
      rtx.index = 0;
      rtx.whenStopped(scpi.operations.begin());
      scope.single();
    });
  }
  commands.does(":STOP", () => scope.stop());
}

function acquireCommands(rtx: Rtx): void {
  const { commands, scope, model } = rtx;
  commands.number(
    ":ACQuire:POINts[:VALue]",
    "",
    {},
    {
      get: () => String(rtx.points),
      set: (value) => (rtx.points = Math.min(model.memory_Sa, Math.max(model.leastPoints, Math.round(value)))),
    },
  );
  commands.number(
    ":ACQuire:SRATe",
    "HZ",
    {},
    {
      get: () => rtx.rate_Sa_per_s,
      set: (value) => {
        if (!model.large) throw new ScpiError(-113);
        rtx.points = Math.min(model.memory_Sa, Math.max(1, Math.round(value * rtx.window_s)));
      },
    },
  );
  if (model.large) commands.answer(":ACQuire:POINts:ARATe", () => String(model.rateMax_Sa_per_s));
  commands.flag(":ACQuire:SEGMented:STATe", {
    get: () => rtx.segmented,
    set: (on) => {
      rtx.segmented = on;
      rtx.divide();
    },
  });
  commands.number(
    model.large ? ":ACQuire:COUNt" : ":ACQuire:NSINgle:COUNt",
    "",
    { min: 1, max: 16_777_215 },
    {
      get: () => String(rtx.count),
      set: (value) => {
        rtx.count = Math.round(value);
        rtx.divide();
      },
    },
  );
  const taken = () => (scope.acquisition.active ? scope.acquisition : scope.held)?.records.length ?? 0;
  commands.answer(":ACQuire:AVAilable", () => String(taken()));
  if (model.large) {
    commands.answer(":ACQuire:CURRent", () => String(taken()));
    return;
  }
  commands.word(":ACQuire:TYPE", ["REFResh", "AVERage", "ENVelope"], {
    get: () => ({ NORM: "REFR", AVER: "AVER", PEAK: "ENV", HRES: "REFR" })[scope.settings.type],
    set: (word) => {
      scope.settings.type = word === "AVER" ? "AVER" : word === "ENV" ? "PEAK" : "NORM";
      rtx.divide();
    },
  });
  commands.number(
    ":ACQuire:AVERage:COUNt",
    "",
    { min: 2, max: 100_000 },
    {
      get: () => String(scope.settings.averages),
      set: (value) => (scope.settings.averages = Math.round(value)),
    },
  );
  commands.answer(":ACQuire:STATe", () => (scope.running ? "RUN" : scope.held ? "COMP" : "STOP"));
}

/** Read-out: header, volts as real numbers or text, and the history. */
export function dataCommands(rtx: Rtx): void {
  const { commands, scope, model, scpi } = rtx;
  scpi.tree.command(
    ":FORMat[:DATA]",
    takes(
      [keyword("ASCii", "REAL", ...(model.large ? ["INT"] : [])), optional(integer({ min: 0, max: 32 }))],
      ([word, bits]) => {
        if (word === "INT" && bits !== 8 && bits !== 16) throw new ScpiError(-222);
        rtx.format = word === "INT" ? `INT,${bits ?? 8}` : word === "REAL" ? "REAL,32" : "ASC,0";
      },
    ),
  );
  commands.answer(":FORMat[:DATA]", () => rtx.format);
  commands.word(":FORMat:BORDer", ["LSBFirst", "MSBFirst"], {
    get: () => (rtx.bigEndian ? "MSBF" : "LSBF"),
    set: (word) => (rtx.bigEndian = word === "MSBF"),
  });
  const history = model.large ? ":CHANnel<1-4>[:WAVeform<1-3>]:HISTory" : ":CHANnel<1-4>:HISTory";
  scpi.tree.command(
    `${history}:CURRent`,
    takes([raw()], ([given]) => {
      const index = given.kind === "plain" ? Number(given.text) : NaN;
      if (!(index <= 0 && -index < (scope.held?.records.length ?? 1))) throw new ScpiError(-222);
      rtx.index = index;
    }),
  );
  commands.answer(`${history}:CURRent`, () => String(rtx.index));
  commands.answer(`${history}:TSRelative`, () => {
    const records = scope.held?.records ?? [];
    const at = records[records.length - 1 + rtx.index]?.trigger_s ?? NaN;
    return nr3(at - (records.at(-1)?.trigger_s ?? NaN), 12);
  });
  if (!model.large) {
    // The whole memory is given whatever the word, except while it runs.
    commands.word(":CHANnel<1-4>:DATA:POINts", ["DEFault", "MAXimum", "DMAXimum"], {
      get: () => "MAX",
      set: () => undefined,
    });
  }
  for (const node of model.large ? [":CHANnel<1-4>[:WAVeform<1-3>]:DATA"] : [":CHANnel<1-4>:DATA"]) {
    commands.answer(`${node}:HEADer`, (call) => {
      const { reading, channels } = scope.held ?? scope.present;
      const { from_s, window_s, samples } = reading;
      const end_s = from_s + (window_s * (samples - 1)) / samples;
      const values = channels[(call.suffixes[0] ?? 1) - 1]?.envelope === true ? 2 : 1;
      return `${nr3(from_s, 12)},${nr3(end_s, 12)},${samples},${values}`;
    });
    commands.answer(node, async (call) => data(rtx, await scope.fresh(call.signal), call.suffixes[0] ?? 1));
  }
}

function data(rtx: Rtx, held: Held<RtxInput>, number: number): string | Uint8Array {
  const input = held.channels[number - 1];
  if (!input?.display) throw new ScpiError(-230);
  const words = input.envelope ? envelope(rtx, held, number) : new Uint16Array(held.reading.samples);
  const record = held.reading.type === "AVER" ? "average" : held.records.length - 1 + rtx.index;
  if (!input.envelope) rtx.scope.wordsOf(held, number, record, words);
  const volts = Float32Array.from(words, (word) => ((word - 32_768) * input.range_V) / 65_536 + input.offset_V);
  if (rtx.format.startsWith("INT")) return integers(rtx, input, volts);
  if (rtx.format !== "REAL,32") return Array.from(volts, (value) => nr3(value, 6)).join(",");
  const bytes = Buffer.allocUnsafe(4 * volts.length);
  volts.forEach((value, k) => (rtx.bigEndian ? bytes.writeFloatBE(value, 4 * k) : bytes.writeFloatLE(value, 4 * k)));
  return block(bytes);
}

/** Least and most of all records, in turn, at each sample. */
function envelope(rtx: Rtx, held: Held<RtxInput>, number: number): Uint16Array {
  const all = new Uint16Array(2 * held.reading.samples).map((_, k) => (k % 2 === 0 ? 0xffff : 0));
  const one = new Uint16Array(all.length);
  const peaks = { ...held, reading: { ...held.reading, type: "PEAK" as const } };
  for (const record of held.records.keys()) {
    rtx.scope.wordsOf(peaks, number, record, one);
    one.forEach((word, k) => (all[k] = (k % 2 === 0 ? Math.min : Math.max)(all[k] ?? 0, word)));
  }
  // Noise may turn a pair around.
  for (let k = 0; k < all.length; k += 2) all.subarray(k, k + 2).sort();
  return all;
}

/** 253 codes of 8 bits, or as many times 256 of 16, over the screen; 0 at its middle, whatever the offset. */
function integers(rtx: Rtx, { range_V, offset_V }: RtxInput, volts: Float32Array): Uint8Array {
  const wide = rtx.format === "INT,16";
  const [perVolt, most] = wide ? [(253 * 256) / range_V, 32_767] : [253 / range_V, 127];
  const bytes = Buffer.allocUnsafe(volts.length * (wide ? 2 : 1));
  volts.forEach((value, k) => {
    const code = Math.min(most, Math.max(-most - 1, Math.round((value - offset_V) * perVolt)));
    if (!wide) bytes.writeInt8(code, k);
    else if (rtx.bigEndian) bytes.writeInt16BE(code, 2 * k);
    else bytes.writeInt16LE(code, 2 * k);
  });
  return block(bytes);
}

function block(bytes: Buffer): Buffer {
  const digits = String(bytes.length);
  return Buffer.concat([Buffer.from(`#${digits.length}${digits}`), bytes]);
}
