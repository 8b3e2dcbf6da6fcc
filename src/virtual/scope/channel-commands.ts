import { ScpiError, boolean, keyword, name, nr3, numeric, takes } from "../scpi/index.js";
import type { NumericRange, ScpiUnit } from "../scpi/index.js";
import type { Scope } from "./scope.js";
import type { ChannelSettings } from "./settings.js";

const divisions = 8;
/** Full screen at a 1:1 probe: 1 mV to 5 V a division, through 50 ohm up to 1 V a division. */
const leastRange_V = 8e-3;
const most_V = { ONEM: 40, FIFT: 8 } as const;

/** Vertical settings of the channels. */
export function channelCommands(scope: Scope): void {
  const { tree } = scope.scpi;
  const bounds = (scale: number) => ({ min: leastRange_V / scale, max: most_V.ONEM / scale, default: 40 / scale });
  const vertical = (node: string, scale: number) =>
    channelNumber(scope, node, "V", {
      get: (k) => k.range_V / scale,
      set: (k, value) => {
        const asked_V = (value * scale) / k.probe;
        if (asked_V < leastRange_V * (1 - 1e-9) || asked_V > most_V[k.impedance] * (1 + 1e-9))
          throw new ScpiError(-222);
        k.range_V = asked_V * k.probe;
        k.offset_V = nearestOffset(k, k.offset_V);
      },
      range: bounds(scale),
    });
  vertical(":RANGe", 1);
  vertical(":SCALe", divisions);
  channelNumber(scope, ":OFFSet", "V", {
    get: (k) => k.offset_V,
    set: (k, value) => (k.offset_V = nearestOffset(k, value)),
    range: { default: 0 },
  });
  channelNumber(scope, ":PROBe", "", {
    get: (k) => k.probe,
    set: (k, value, number) => {
      const ratio = value / k.probe;
      k.probe = value;
      k.range_V *= ratio;
      k.offset_V *= ratio;
      const { levels_V } = scope.settings.trigger;
      levels_V[number - 1] = (levels_V[number - 1] ?? 0) * ratio;
    },
    range: { min: 0.1, max: 10_000, default: 1 },
  });
  channelNumber(scope, ":PROBe:SKEW", "S", {
    get: (k) => k.skew_s,
    set: (k, value) => (k.skew_s = value),
    range: { min: -100e-9, max: 100e-9, default: 0 },
  });
  channelWords(scope);
  // A plain cable: no probe says what it is.
  tree.query(
    ":CHANnel<1-4>:PROBe:ID",
    takes([], (_, call) => {
      scope.channelOf(call);
      return "NONE";
    }),
  );
  tree.query(
    ":CHANnel<1-4>:PROTection",
    takes([], (_, call) => {
      scope.channelOf(call);
      return "NORM";
    }),
  );
  tree.command(
    ":CHANnel<1-4>:PROTection[:CLEar]",
    takes([], (_, call) => void scope.channelOf(call)),
  );
  tree.query(
    ":CHANnel<1-4>",
    takes([], (_, call) => {
      const k = scope.channelOf(call);
      return (
        `:CHAN${call.suffixes[0] ?? 1}:RANG ${nr3(k.range_V, 5, true)};OFFS ${nr3(k.offset_V, 5, true)};COUP ${k.coupling};` +
        `IMP ${k.impedance};DISP ${Number(k.display)};BWL ${Number(k.bandLimit)};INV ${Number(k.invert)};` +
        `LAB "${k.label}";UNIT ${k.unit};PROB ${nr3(k.probe, 5, true)};PROB:SKEW ${nr3(k.skew_s, 2, true)};STYP SING`
      );
    }),
  );
}

/** The offset goes to the nearest one there is: 2 V up to 200 mV a division, 50 V above, at a 1:1 probe. */
function nearestOffset(k: ChannelSettings, asked_V: number): number {
  const limit_V = (k.range_V / divisions / k.probe <= 0.2 ? 2 : 50) * k.probe;
  return Math.max(-limit_V, Math.min(limit_V, asked_V));
}

interface NumberAccess {
  readonly get: (k: ChannelSettings) => number;
  readonly set: (k: ChannelSettings, value: number, channel: number) => void;
  readonly range: NumericRange;
}

function channelNumber(scope: Scope, node: string, unit: ScpiUnit | "", { get, set, range }: NumberAccess): void {
  const { tree } = scope.scpi;
  const checked = node === ":PROBe" || node === ":PROBe:SKEW";
  const type = checked ? numeric(unit, range) : numeric(unit, {});
  tree.command(
    `:CHANnel<1-4>${node}`,
    takes([type], ([value], call) => {
      set(scope.channelOf(call), value, call.suffixes[0] ?? 1);
      scope.changed();
    }),
  );
  tree.query(
    `:CHANnel<1-4>${node}`,
    takes([], (_, call) => get(scope.channelOf(call))),
  );
}

function channelWords(scope: Scope): void {
  const { tree } = scope.scpi;
  for (const [node, key] of [
    ["DISPlay", "display"],
    ["BWLimit", "bandLimit"],
    ["INVert", "invert"],
  ] as const) {
    tree.command(
      `:CHANnel<1-4>:${node}`,
      takes([boolean()], ([on], call) => {
        scope.channelOf(call)[key] = on;
        scope.changed();
      }),
    );
    tree.query(
      `:CHANnel<1-4>:${node}`,
      takes([], (_, call) => scope.channelOf(call)[key]),
    );
  }
  const choice = (
    node: string,
    words: readonly string[],
    get: (k: ChannelSettings) => string,
    set: (k: ChannelSettings, word: string, channel: number) => void,
  ) => {
    tree.command(
      `:CHANnel<1-4>:${node}`,
      takes([keyword(...words)], ([word], call) => {
        set(scope.channelOf(call), word, call.suffixes[0] ?? 1);
        scope.changed();
      }),
    );
    tree.query(
      `:CHANnel<1-4>:${node}`,
      takes([], (_, call) => get(scope.channelOf(call))),
    );
  };
  choice(
    "COUPling",
    ["AC", "DC"],
    (k) => k.coupling,
    (k, word) => (k.coupling = word as "AC" | "DC"),
  );
  choice(
    "UNITs",
    ["VOLT", "AMPere"],
    (k) => k.unit,
    (k, word) => (k.unit = word as "VOLT" | "AMP"),
  );
  choice(
    "IMPedance",
    scope.model.has50ohm ? ["ONEMeg", "FIFTy"] : ["ONEMeg"],
    (k) => k.impedance,
    (k, word, channel) => {
      scope.setImpedance(channel, word as "ONEM" | "FIFT");
      k.range_V = Math.min(k.range_V, most_V[k.impedance] * k.probe);
    },
  );
  tree.command(
    ":CHANnel<1-4>:LABel",
    takes([name()], ([label], call) => void (scope.channelOf(call).label = label.slice(0, 10).toUpperCase())),
  );
  tree.query(
    ":CHANnel<1-4>:LABel",
    takes([], (_, call) => `"${scope.channelOf(call).label}"`),
  );
}
