import { ScpiError, keyword, nr3, numeric, optional, raw, rest, takes } from "../scpi/index.js";
import { type Measurement, type Thresholds, measure, standardThresholds } from "./measure.js";
import type { Held, Scope } from "./scope.js";

const notations: readonly (readonly [string, Measurement])[] = [
  ["VPP", "VPP"],
  ["VMAX", "VMAX"],
  ["VMIN", "VMIN"],
  ["VAVerage", "VAV"],
  ["VRMS", "VRMS"],
  ["VTOP", "VTOP"],
  ["VBASe", "VBAS"],
  ["VAMPlitude", "VAMP"],
  ["FREQuency", "FREQ"],
  ["PERiod", "PER"],
  ["RISetime", "RIS"],
  ["FALLtime", "FALL"],
  ["PWIDth", "PWID"],
  ["NWIDth", "NWID"],
  ["DUTYcycle", "DUTY"],
  ["OVERshoot", "OVER"],
  ["PREShoot", "PRES"],
];
/** What can not be measured is answered so. */
const invalid = 9.9e37;
/** Points a measurement is made of. */
const points = 20_000;

/** Measurements on the screen: `:MEASure:VPP? [CHAN1]`, `:MEASure:VRMS? [DISPlay|CYCLe],[AC|DC],[CHAN1]`. */
export function measureCommands(scope: Scope): void {
  const { tree } = scope.scpi;
  let source = 1;
  const thresholds = thresholdCommands(scope);
  for (const [notation, kind] of notations) {
    tree.query(
      `:MEASure:${notation}`,
      takes([rest(raw())], async ([given], call) => {
        const words = given.map((parameter) => parameter.text.toUpperCase());
        const number = channelIn(scope, words) ?? source;
        const volts = screenOf(scope, await scope.fresh(call.signal), number);
        return nr3(measure(kind, volts, words.includes("AC"), thresholds()) ?? invalid, 5, true);
      }),
    );
    // As a command it puts the measurement on the screen, which nobody sees here.
    tree.command(
      `:MEASure:${notation}`,
      takes([rest(raw())], () => undefined),
    );
  }
  tree.command(
    ":MEASure:SOURce",
    takes([rest(raw())], ([given]) => {
      source =
        channelIn(
          scope,
          given.map((parameter) => parameter.text.toUpperCase()),
        ) ?? source;
    }),
  );
  tree.query(
    ":MEASure:SOURce",
    takes([], () => `CHAN${source}`),
  );
  tree.command(
    ":MEASure:CLEar",
    takes([], () => undefined),
  );
}

/** `:MEASure:DEFine THResholds,PERCent,<upper>,<middle>,<lower>` @returns what gives the ones in force */
function thresholdCommands({ scpi }: Scope): () => Thresholds {
  const { tree } = scpi;
  let inForce = standardThresholds;
  scpi.onReset(() => void (inForce = standardThresholds));
  const percent = optional(numeric("", { min: 0, max: 100 }));
  tree.command(
    ":MEASure:DEFine",
    takes(
      [keyword("THResholds"), keyword("STANdard", "PERCent", "ABSolute"), percent, percent, percent],
      ([, form, upper, middle, lower]) => {
        if (form === "STAN") {
          inForce = standardThresholds;
          return;
        }
        if (form === "ABS") throw new ScpiError(-221); // thresholds in volts are not simulated
        if (upper === undefined || middle === undefined || lower === undefined) throw new ScpiError(-109);
        if (!(lower < middle && middle < upper)) throw new ScpiError(-222);
        inForce = { lower: lower / 100, middle: middle / 100, upper: upper / 100 };
      },
    ),
  );
  tree.query(
    ":MEASure:DEFine",
    takes([keyword("THResholds")], () => {
      const { lower, middle, upper } = inForce;
      return `THR,PERC,${[upper, middle, lower].map((share) => nr3(100 * share, 5, true)).join(",")}`;
    }),
  );
  return () => inForce;
}

/** The channel that is named; any other word must be one that these measurements know. */
function channelIn(scope: Scope, words: readonly string[]): number | undefined {
  let found: number | undefined;
  for (const word of words) {
    const channel = /^CHAN(?:NEL)?(\d)$/.exec(word)?.[1];
    if (channel === undefined && !/^(DISP(LAY)?|CYCL(E)?|AC|DC|)$/.test(word)) throw new ScpiError(-224);
    if (channel === undefined) continue;
    if (Number(channel) < 1 || Number(channel) > scope.model.channels) throw new ScpiError(-224);
    found = Number(channel);
  }
  return found;
}

function screenOf(scope: Scope, held: Held, number: number) {
  const { reading, channels, records } = held;
  const channel = channels[number - 1];
  const record = records[scope.settings.acquire.mode === "SEGM" ? scope.settings.acquire.index - 1 : 0];
  if (!channel?.display || !record) throw new ScpiError(-230);
  const words = new Uint16Array(Math.max(100, Math.min(points, reading.samples)));
  scope.reader.read(record, scope.nodeOf(number), number, channel, reading, words);
  const volts = Float64Array.from(words, (word) => ((word - 32_768) * channel.range_V) / 65_536 + channel.offset_V);
  return { volts, start_s: reading.from_s, step_s: reading.window_s / words.length };
}
