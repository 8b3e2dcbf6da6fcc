import { keyword, nr3, numeric, raw, rest, takes } from "../../scpi/index.js";
import { type OtherTrigger, neverComes } from "../basic-scope.js";
import { pulseOf } from "../pulse-trigger.js";
import type { Sds } from "./sds.js";

const kinds = ["EDGE", "GLIT", "INTV", "SLEW", "TV", "WINDOW", "RUNT", "DROP", "PATTERN"] as const;
const conditions = { PS: "shorter", PL: "longer", P2: "within", P1: "outside" } as const;
const duration = numeric("S", { min: 2e-9, max: 4.2 });

/** What `TRSE` sets: the kind of trigger, its source, and which times it holds to. */
export interface Selected {
  readonly kind: string;
  /** `OFF`, `TI`, or how a width, an interval or a slope is compared with the times. */
  readonly hold: string;
  readonly time_s: number;
  readonly second_s: number;
}

export const factorySelection: Selected = { kind: "EDGE", hold: "OFF", time_s: 2e-9, second_s: 2e-9 };

/**
 * `TRSE GLIT,SR,C1,HT,P2,HV,5NS,HV2,1US`: edges and glitches act; the other kinds are set, asked back, and never come. What is
 * not understood leaves its part as it was.
 *
 * @see Siglent, Digital Oscilloscopes Programming Guide for the SDS1000X-E, TRIG_SELECT
 * @returns what the query gives, without its header, and how edges are selected
 */
export function selectCommand(
  sds: Sds,
  patterns: readonly string[],
): { readonly shown: () => string; readonly edge: () => void } {
  const { scope, scpi } = sds;
  let selected = factorySelection;
  scpi.onReset(() => void (selected = factorySelection));
  for (const pattern of patterns) {
    scpi.tree.command(
      pattern,
      takes([keyword(...kinds), rest(raw())], ([kind, pairs]) => {
        const words = pairs.map(({ text }) => text.toUpperCase());
        const valueOf = (name: string) => (words.includes(name) ? words[words.indexOf(name) + 1] : undefined);
        const source = valueOf("SR") ?? "";
        if (/^(C[1-4]|EX|EX\/5|LINE)$/.test(source)) scope.settings.trigger.source = source.replace(/^C(?=\d)/, "CH");
        const hold = valueOf("HT");
        const time = (name: string, old_s: number) => {
          const text = valueOf(name);
          return text === undefined ? old_s : duration.read({ kind: "plain", text });
        };
        selected = {
          kind,
          hold: hold !== undefined && /^(OFF|TI|[PI][SL12])$/.test(hold) ? hold : selected.hold,
          time_s: time("HV", selected.time_s),
          second_s: time("HV2", selected.second_s),
        };
        const held = kind === "EDGE" && selected.hold === "TI";
        scope.settings.trigger.holdoff_s = held ? selected.time_s : 0;
        scope.changed();
      }),
    );
  }
  scope.otherTrigger = () => otherTrigger(sds, selected);
  const shown = () => {
    const { kind, hold, time_s, second_s } = selected;
    const second = /[12]/.test(hold) ? `,HV2,${nr3(second_s, 2)}S` : "";
    const values = hold === "OFF" ? "" : `,HV,${nr3(time_s, 2)}S${second}`;
    return `${kind},SR,${scope.settings.trigger.source.replace(/^CH/, "C")},HT,${hold}${values}`;
  };
  return { shown, edge: () => void (selected = { ...selected, kind: "EDGE" }) };
}

function otherTrigger({ scope }: Sds, { kind, hold, time_s, second_s }: Selected): OtherTrigger | undefined {
  if (kind === "EDGE") return undefined;
  const { levels_V, slope } = scope.settings.trigger;
  const condition = new Map<string, "shorter" | "longer" | "within" | "outside">(Object.entries(conditions)).get(hold);
  const channel = scope.triggerChannel;
  if (kind !== "GLIT" || condition === undefined || channel === undefined) return neverComes;
  return {
    channel,
    level_V: levels_V[channel - 1] ?? 0,
    pulse: pulseOf(slope, condition, time_s, /[12]/.test(hold) ? second_s : time_s),
  };
}
