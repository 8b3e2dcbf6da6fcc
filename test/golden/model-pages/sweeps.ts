import type { Series } from "../../../src/analysis/figure.js";
import { createDevice, type Drive } from "../../../src/simulator/index.js";

export interface Sweep {
  readonly name: string;
  readonly model: string;
  readonly parameters?: Readonly<Record<string, number>>;
  /** Levels the drive goes through in straight lines, V or A. */
  readonly through: readonly number[];
  /** From one level to the next. */
  readonly seconds: number;
  readonly points?: number;
  readonly drive?: "voltage" | "current";
  readonly series_ohm?: number;
  readonly limit_A?: number;
  /** Equal ratios between the levels instead of equal steps. */
  readonly log?: boolean;
  /** Current against the programmed voltage instead of the terminal's. */
  readonly programmed?: boolean;
}

const mostVolts = 20;

/** Current against voltage of one nominal device that is swept in small steps; its magnitude with `log`arithmic current. */
export function sweepSeries(sweep: Sweep, magnitude = true): Series {
  const device = createDevice(sweep.model, { ...nominal(sweep.model), ...sweep.parameters });
  const [x, y]: [number[], number[]] = [[], []];
  for (const level of levels(sweep)) {
    device.advance(device.time_s + sweep.seconds / (sweep.points ?? 200), driveOf(sweep, level));
    if (Math.abs(level) < 1e-9) continue; // a source at 0: rounding, which a logarithmic axis would show
    x.push(sweep.programmed ? level : device.voltage_V);
    y.push(magnitude ? Math.abs(device.current_A) : device.current_A);
  }
  return { name: sweep.name, x, y, style: "line" };
}

/** A page shows the device that its equations say, so nothing varies from cycle to cycle. */
function nominal(model: string): Record<string, number> {
  return model === "zno-diffusive" ? { sigma_cycle: 0, sigma_hold: 0 } : model === "vo2-mott" ? { sigma_cycle: 0 } : {};
}

function levels({ through, points = 200, log }: Sweep): number[] {
  return through.slice(1).flatMap((to, leg) =>
    Array.from({ length: points }, (_, k) => {
      const from = through[leg] ?? 0;
      const share = (k + 1) / points;
      return log ? from * (to / from) ** share : from + (to - from) * share;
    }),
  );
}

function driveOf({ drive = "voltage", series_ohm = 0, limit_A = Infinity }: Sweep, level: number): Drive {
  if (drive === "voltage") return { emf: { times_s: [0], values: [level] }, series_ohm, limit_A };
  return { emf: { times_s: [0], values: [Math.sign(level) * mostVolts] }, series_ohm: 0, limit_A: Math.abs(level) };
}
