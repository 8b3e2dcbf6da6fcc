import type { Axis, Series } from "../../src/analysis/figure.js";
import type { SafeReport } from "../../src/engine/safe-report.js";
import type { RunEvent, RunInfo, RunStatus } from "../../src/store/shapes.js";
import type { FieldFault } from "./desk-wire.js";
import type { EngineState } from "./engine-state.js";

/** What the page and the server say to each other: types only, shared by both. NaN travels as null. */
export type Numbers = readonly (number | null)[];

/** One row of the run list. */
export interface RunLine {
  readonly run: string;
  readonly protocol: string;
  readonly dut: string;
  readonly status: RunStatus;
  /** While it is `running`: what it is at. */
  readonly state?: EngineState;
  readonly startedAt: string;
  readonly endedAt?: string;
  readonly rows: number;
  readonly expectedRows: number;
  readonly tags: Readonly<Record<string, string>>;
  readonly twinOf?: string;
  /** Why the run can not be read. */
  readonly unreadable?: string;
}

/** `GET /api/runs?filter=&limit=`: newest first; `total` counts all that match. */
export interface RunList {
  readonly total: number;
  readonly runs: readonly RunLine[];
}

export interface FigureData {
  readonly name: string;
  readonly title: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly series: readonly CurveData[];
}

export interface CurveData {
  readonly name: string;
  readonly style: Series["style"];
  readonly x: Numbers;
  readonly y: Numbers;
}

/** `Metric` after JSON: what could not be measured is null. */
export interface MetricData {
  readonly mean: number | null;
  readonly sd: number | null;
  readonly cv: number | null;
  readonly n: number;
}

/** A parameter of the run as its protocol declares it. */
export interface ParameterLine {
  readonly name: string;
  /** In base units. */
  readonly value: unknown;
  readonly unit: string;
  readonly description: string;
}

/** `GET /api/runs/:id`. */
export interface RunPage {
  readonly info: RunInfo;
  readonly status: RunStatus;
  readonly rows: Readonly<Record<string, number>>;
  readonly metrics: Readonly<Record<string, MetricData>>;
  readonly parameters: readonly ParameterLine[];
  readonly events: readonly RunEvent[];
  readonly figures: readonly FigureData[];
  /** What is missing or damaged, for a person. */
  readonly notes: readonly string[];
}

/** SSE `hello`: once a connection. */
export interface Hello {
  readonly bench?: string;
  readonly dut?: string;
  /** False: the server was started without a bench file, so it holds no instruments to turn off. */
  readonly canSafe: boolean;
  /** Runs can be begun and put in the queue from the page. */
  readonly canStart: boolean;
  /** Only what stops something can be pressed. */
  readonly readOnly: boolean;
}

/** SSE `state`: the run in view and how far it is; sent on every change, at most ten times a second. */
export interface LiveState {
  /** Null: the store holds no run yet. */
  readonly run: RunLine | null;
  readonly reason?: string;
  /** What a run that is running is at: it may pause, or be paused. */
  readonly activity: EngineState;
  readonly elapsed_s: number;
  /** Rows of the main table a second, over the last ten seconds. 0 when not running. */
  readonly rate_per_s: number;
  /** Null: not known. */
  readonly left_s: number | null;
}

/** SSE `log`: one line of the run's events. Carries an id: what was missed comes again after a reconnection. */
export interface LogLine extends RunEvent {
  readonly run: string;
}

/** A curve that follows the rows through one sweep, pulse or cycle. */
export interface Sweep {
  readonly cycle: number;
  readonly x: Numbers;
  readonly y: Numbers;
}

/** Curves laid over each other, the newest in front. */
export interface SweepsPanel {
  readonly kind: "sweeps";
  readonly name: string;
  readonly title: string;
  readonly x: Axis;
  readonly y: Axis;
  /** What a curve is: "cycle", "pulse". */
  readonly of: string;
  readonly current: Sweep | null;
  /** Finished since the frame before, oldest first. */
  readonly finished: readonly Sweep[];
  /** How many finished ones a page keeps. */
  readonly keep: number;
}

/** Values against the cycle number. */
export interface TrendPanel {
  readonly kind: "trend";
  readonly name: string;
  readonly title: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly series: readonly CurveData[];
}

export type Panel = SweepsPanel | TrendPanel;

/** SSE `frame`: what the panels show. May be left out for a slow page; the next one stands by itself. */
export interface Frame {
  readonly run: string;
  /** The page is to forget the finished sweeps it holds. */
  readonly fresh: boolean;
  readonly panels: readonly Panel[];
}

/** `POST /api/abort`, `/api/safe`, `/api/pause` and `/api/resume`. */
export interface CommandReport {
  /** Runs that were asked to stop, and what they had become when this was answered. */
  readonly runs: readonly { readonly run: string; readonly status: RunStatus }[];
  /** What became of each instrument's outputs. */
  readonly outputs: readonly SafeReport[];
  readonly message: string;
  readonly took_s: number;
}

/** Body of every reply that is not 2xx. `details.faults` says which fields of an order are wrong. */
export interface ErrorReply {
  readonly error: {
    readonly kind: string;
    readonly message: string;
    readonly details?: { readonly faults?: readonly FieldFault[] } & Readonly<Record<string, unknown>>;
  };
}
