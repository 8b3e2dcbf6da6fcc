import type { Figure } from "../src/analysis/index.js";

/** Cycles in the figure of single cycles, at most. */
const mostCycles = 20_000;

/** Every cycle while they are few; then every second, every fourth …: always the same ones, however they come. */
export class ThinnedCycles {
  private cycle: number[] = [];
  private on_ohm: number[] = [];
  private off_ohm: number[] = [];
  private every = 1;
  private seen = 0;

  add(cycle: number, on_ohm: number, off_ohm: number): void {
    if (this.seen++ % this.every !== 0) return;
    if (this.cycle.length === mostCycles) {
      this.every *= 2;
      const half = (values: number[]) => values.filter((_, k) => k % 2 === 0);
      [this.cycle, this.on_ohm, this.off_ohm] = [half(this.cycle), half(this.on_ohm), half(this.off_ohm)];
      if ((this.seen - 1) % this.every !== 0) return;
    }
    this.cycle.push(cycle);
    this.on_ohm.push(on_ohm);
    this.off_ohm.push(off_ohm);
  }

  figure(): Figure {
    const which = this.every === 1 ? "cycle by cycle" : `one cycle in ${this.every}`;
    return {
      name: "endurance",
      title: `Resistance of both states, ${which}`,
      x: { label: "Cycle", unit: "", scale: "linear" },
      y: { label: "Resistance", unit: "ohm", scale: "log" },
      series: [
        { name: "R_off", x: this.cycle, y: this.off_ohm, style: "points" },
        { name: "R_on", x: this.cycle, y: this.on_ohm, style: "points" },
      ],
    };
  }
}

const perDecade = 20;

interface Stretch {
  cycles: number;
  n: number;
  on: { sum: number; least: number; most: number };
  off: { sum: number; least: number; most: number };
}

/** What the cycles do to the device: both resistances against the logarithm of the cycle, mean and extremes of each stretch. */
export class DegradationView {
  private readonly stretches = new Map<number, Stretch>();

  add(cycle: number, on_ohm: number, off_ohm: number): void {
    if (!(cycle >= 1)) return;
    const key = Math.ceil(Math.log10(cycle) * perDecade - 1e-9); // the last of 10 000 cycles is no stretch of its own
    let stretch = this.stretches.get(key);
    if (!stretch) {
      const none = () => ({ sum: 0, least: Infinity, most: 0 });
      stretch = { cycles: 0, n: 0, on: none(), off: none() };
      this.stretches.set(key, stretch);
    }
    if (!Number.isFinite(on_ohm) || !Number.isFinite(off_ohm)) return;
    stretch.cycles += cycle;
    stretch.n++;
    for (const [state, ohm] of [
      [stretch.on, on_ohm],
      [stretch.off, off_ohm],
    ] as const) {
      state.sum += ohm;
      state.least = Math.min(state.least, ohm);
      state.most = Math.max(state.most, ohm);
    }
  }

  figure(): Figure {
    const all = [...this.stretches.entries()].sort(([a], [b]) => a - b).map(([, stretch]) => stretch);
    const seen = all.filter(({ n }) => n > 0);
    const x = seen.map(({ cycles, n }) => cycles / n);
    const line = (name: string, of: (stretch: Stretch) => number) => ({
      name,
      x,
      y: seen.map(of),
      style: "line" as const,
    });
    return {
      name: "degradation",
      title: "Wear: mean, least and most of each stretch of cycles",
      x: { label: "Cycle", unit: "", scale: "log" },
      y: { label: "Resistance", unit: "ohm", scale: "log" },
      series: [
        line("R_off", ({ off, n }) => off.sum / n),
        line("R_off, least", ({ off }) => off.least),
        line("R_off, most", ({ off }) => off.most),
        line("R_on", ({ on, n }) => on.sum / n),
        line("R_on, least", ({ on }) => on.least),
        line("R_on, most", ({ on }) => on.most),
      ],
    };
  }
}
