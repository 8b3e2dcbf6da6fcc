import { takes } from "../scpi/index.js";
import type { ScpiInstrument } from "../scpi/index.js";
import type { BasicScope } from "./basic-scope.js";
import { findSignals, ladder } from "./find-signals.js";
import type { InputSettings } from "./input.js";

/** How a dialect keeps what an automatic set-up finds. */
export interface Found<Input extends InputSettings> {
  /** Volts a division, and at the middle of the screen. */
  place(input: Input, scale_V: number, middle_V: number): void;
  /** Seconds a division, with the trigger in the middle. */
  spread(scale_s: number): void;
  /** Edges are waited for from now on. */
  edge(): void;
  run(): void;
}

/**
 * Declares an automatic set-up: the channels that see a signal on and the others off, two to six of its periods, an edge
 * trigger half-way up the first one, and it runs. Where none sees a signal the settings stay.
 */
export function autosetCommand<Input extends InputSettings>(
  { tree }: ScpiInstrument,
  scope: BasicScope<Input>,
  pattern: string,
  found: Found<Input>,
): void {
  tree.command(
    pattern,
    takes([], async (_, { signal }) => {
      const { channels, trigger } = scope.settings;
      const all = channels.map((__, index) => index + 1);
      const seen = await findSignals(scope, channels, all, signal);
      const [first] = seen;
      if (first) {
        channels.forEach((input, index) => {
          const own = seen.find(({ number }) => number === index + 1);
          input.display = own !== undefined;
          if (!own) return;
          input.coupling = "DC";
          const middle_V = (own.high_V + own.low_V) / 2;
          found.place(input, ladder((own.high_V - own.low_V) / 6), middle_V);
          trigger.levels_V[index] = middle_V;
        });
        found.spread(ladder(Math.max(...seen.map(({ period_s }) => period_s)) / 5));
        Object.assign(trigger, { auto: true, source: `CH${first.number}`, slope: "POS" });
        found.edge();
      }
      found.run();
    }),
  );
}
