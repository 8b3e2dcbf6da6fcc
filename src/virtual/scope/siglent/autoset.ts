import { takes } from "../../scpi/index.js";
import { findSignals, ladder } from "../find-signals.js";
import type { Sds } from "./sds.js";

/** `:AUToset`: the channels that see a signal on, two to five of its periods, an edge trigger half-way up the first one. */
export function autoset(sds: Sds, patterns: readonly string[], edge: () => void): void {
  const { scope, scpi } = sds;
  const run = async (signal: AbortSignal) => {
    const { channels, trigger } = scope.settings;
    const all = channels.map((_, index) => index + 1);
    const seen = await findSignals(scope, channels, all, signal);
    const [first] = seen;
    if (first) {
      channels.forEach((channel, index) => {
        const found = seen.find(({ number }) => number === index + 1);
        channel.display = found !== undefined;
        if (!found) return;
        channel.coupling = "DC";
        channel.scale_V = ladder((found.high_V - found.low_V) / 6);
        channel.shift_V = -(found.high_V + found.low_V) / 2;
        sds.fit(channel);
        trigger.levels_V[index] = -channel.shift_V;
      });
      sds.timebase = { scale_s: ladder(Math.max(...seen.map(({ period_s }) => period_s)) / 5), delay_s: 0 };
      Object.assign(trigger, { source: `CH${first.number}`, slope: "POS" });
      edge();
    }
    sds.setMode("AUTO");
  };
  for (const pattern of patterns) {
    scpi.tree.command(
      pattern,
      takes([], (_, { signal }) => run(signal)),
    );
  }
}
