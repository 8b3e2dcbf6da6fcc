import type { z } from "zod";
import type { StationName, Stations } from "../capabilities/index.js";
import type { Columns, Metrics, RowBatch, TableSpec } from "../store/shapes.js";
import type { FitMetrics } from "../analysis/compare.js";
import type { Figure } from "../analysis/figure.js";

/** What a running protocol may ask of the engine. */
export interface RunContext {
  /** Aborted when the run is to stop. Hand it to every call that takes one. */
  readonly signal: AbortSignal;
  /** Done after success, error or abort, last registered first; every one is tried even when another throws. */
  atEnd(action: () => Promise<void>): void;
  /** @throws MemrigError `aborted`, at once when the run is aborted */
  wait(duration_s: number): Promise<void>;
  /**
   * Units of work (cycles, levels, temperatures: the protocol's own) that an earlier sitting of this run has completed and kept;
   * 0 for a new run. Go on behind them.
   */
  readonly completed: number;
  /**
   * Call between units of work, with the outputs idle (at zero or off): the rows yielded so far make up `completed` whole units. A
   * resumed run goes on here; rows yielded behind the last mark are repeated then. Rests while the run is paused, and only if `pausing` was
   * true when it was called: where the outputs are still on it does no more than keep the mark.
   *
   * @throws MemrigError `aborted`
   */
  between(completed: number): Promise<void>;
  /** Somebody wants the run to rest: end what drives the device, turn the outputs off, and call `between`. Left out: nobody ever does. */
  readonly pausing?: boolean;
  /** Of a run that goes on after an earlier sitting: the last `time_s` of its main table, and the time from its last mark until now. */
  readonly earlier?: { readonly time_s: number; readonly gap_s: number };
  /** Something a person should know later: kept in `events.jsonl`. */
  warn(message: string, details?: Readonly<Record<string, unknown>>): void;
}

/** Analysis of a table too long for memory: fed block by block, in order, and asked at the end. */
export interface Folding {
  take(table: string, rows: Columns): void;
  metrics(): Metrics;
  figures(): readonly Figure[];
}

/** Parameters under a name: those of a paper's experiment, for one. */
export interface Preset {
  readonly description: string;
  readonly settings: Readonly<Record<string, string | number | boolean>>;
}

/** How much a plan asks for. */
export interface Cost {
  /** Rows of the main table at the end. */
  readonly rows: number;
  /** Time on the instruments, seconds. */
  readonly duration_s: number;
}

/** Extremes a plan will reach, for the limit check before anything is sent. Magnitudes; left out where not forced. */
export interface Extremes {
  readonly voltage_V?: number;
  readonly current_A?: number;
  /** Of a stage, its controller's own over-temperature limit included. */
  readonly temperature_K?: number;
  /** Where several channels of the station's source drive the device at the same time: each of them, as they may all be at once. */
  readonly channels?: readonly ChannelExtremes[];
}

/** What one channel may force, zero included, against its own low terminal. */
export interface ChannelExtremes {
  readonly channel: number;
  readonly low_V: number;
  readonly high_V: number;
  /** An SMU's compliance, or the current it forces; left out for a generator, which resistors limit. */
  readonly current_A?: number;
}

/**
 * One experiment. The command line, the dashboard's form, the documents and the twin all come from this declaration.
 * `Plan` is the parameters after zod, in base units.
 */
export interface Protocol<Plan extends object, Needs extends StationName> {
  readonly name: string;
  readonly title: string;
  /** What it does to the device, in two or three sentences, for help and documents. */
  readonly description: string;
  /** Paper and figure where it reproduces one, else what it is. */
  readonly source: string;
  /** Each parameter a `quantity(...)` or a zod type with `.meta({ unit, description })`, defaults included. */
  readonly parameters: z.ZodType<Plan>;
  readonly needs: Needs;
  readonly tables: readonly TableSpec[];
  /** Name of the table whose rows count as progress and are exported by default. */
  readonly mainTable: string;
  cost(plan: Plan): Cost;
  extremes(plan: Plan): Extremes;
  run(station: Stations[Needs], plan: Plan, context: RunContext): AsyncGenerator<RowBatch, void, undefined>;
  /** Pure: the same for a finished run, a running one, an import and a twin. */
  analyse(tables: Readonly<Record<string, Columns>>, plan: Plan): Metrics;
  figures(tables: Readonly<Record<string, Columns>>, plan: Plan): readonly Figure[];
  /** The same analysis in bounded memory, for protocols whose tables can outgrow it; used for metrics and figures where it is there. */
  fold?(plan: Plan): Folding;
  /** Those of the metrics that are of a fit: what fits nothing is not compared with a twin. */
  readonly fits?: readonly FitMetrics[];
  /**
   * The plan of a twin: what the analysis chose from the measured rows (a read level) holds for the model too, so that both are
   * read alike. Left out: the plan as it is.
   */
  asMeasured?(plan: Plan, metrics: Metrics): Plan;
  /** By name, as `--preset` takes it; single settings go over it. */
  readonly presets?: Readonly<Record<string, Preset>>;
}

/** Any protocol, for lists of them. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- a list holds protocols of unlike plans; each is used only with its own
export type AnyProtocol = Protocol<any, any>;
