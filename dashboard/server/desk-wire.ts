import type { QueueState } from "../../src/engine/queue/queue.js";
import type { EngineState } from "./engine-state.js";
import type { ParameterLine } from "./wire.js";

/** What page and server say to each other about runs that are to be: types only. */

/** One field of the run form: a parameter as its protocol declares it. */
export interface FormField {
  readonly name: string;
  readonly kind: "quantity" | "choice" | "flag" | "text";
  /** For a forced voltage; `drivenUnit` gives it for a forced current. */
  readonly unit: string;
  readonly description: string;
  /** Taken where the field is left empty, as a person writes it; left out: it has to be given. */
  readonly fallback?: string;
  readonly choices?: readonly string[];
  /** In words: "more than 0 s, at most 3.6 ks". Empty: nothing is excluded. */
  readonly allowed: string;
}

export interface FormPreset {
  readonly name: string;
  readonly description: string;
  readonly settings: Readonly<Record<string, string>>;
}

/** One protocol that can be chosen. */
export interface FormProtocol {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly source: string;
  /** A person's own: its file. */
  readonly file?: string;
  /** What of the bench does it: "smu, channel 1". */
  readonly station: string;
  /** Why it can not be run: the bench lacks something, or the file has a fault. */
  readonly fault?: string;
  readonly fields: readonly FormField[];
  readonly presets: readonly FormPreset[];
}

/** `GET /api/form`: what can be run on this bench, as its file is now. */
export interface RunForm {
  readonly bench: string;
  readonly file: string;
  /** The bench file's device, and those that the store knows. */
  readonly dut: string;
  readonly duts: readonly string[];
  /** Of a bench with many devices: those that it names. Left out: it has one. */
  readonly sites?: readonly string[];
  readonly protocols: readonly FormProtocol[];
}

/** Body of `POST /api/dry-run`, `/api/start` and `/api/queue/add`: as `memrig run` takes it. */
export interface Order {
  readonly protocol: string;
  /** As written, units included; what is left out is as declared. */
  readonly settings: Readonly<Record<string, string>>;
  readonly dut?: string;
  /** Which device of a bench with many. */
  readonly site?: string;
  /** As `--tag` takes them: `wafer=W3,note=first light`. */
  readonly tags?: string;
}

/** What is wrong with one field of an order. `dut`, `site` and `tags` are fields too. */
export interface FieldFault {
  readonly field: string;
  readonly message: string;
}

/** One limit beside the most that a plan can bring to the device. */
export interface LimitLine {
  /** As the bench file writes it. */
  readonly limit: string;
  readonly unit: string;
  /** Left out: the plan does not say. */
  readonly asked?: number;
  /** Left out: the bench sets no such limit. */
  readonly allowed?: number;
  /** Share of the limit that is left; below 0: it is passed. */
  readonly headroom?: number;
  /** Line of the bench file. */
  readonly where?: string;
}

/** `POST /api/dry-run`: what would be done. Nothing was opened, nothing was sent. */
export interface DryRunReply {
  readonly protocol: string;
  readonly dut: string;
  /** In the order in which it would be done. */
  readonly steps: readonly string[];
  readonly rows: number;
  /** On the instruments; setting up and reading out come on top. */
  readonly duration_s: number;
  readonly parameters: readonly ParameterLine[];
  readonly limits: readonly LimitLine[];
  /** The limits hold. */
  readonly ok: boolean;
  readonly reason?: string;
  /** Where the limits do not hold: the fields that ask for too much. */
  readonly faults: readonly FieldFault[];
  /** The same on the command line. */
  readonly command: string;
}

/** One run of the queue. */
export interface QueueLine {
  readonly id: string;
  readonly state: QueueState;
  /** Of those that wait, from 1. */
  readonly position?: number;
  readonly protocol: string;
  readonly settings: Readonly<Record<string, string>>;
  readonly dut?: string;
  readonly site?: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly addedAt: string;
  readonly addedBy: string;
  readonly endedAt?: string;
  readonly run?: string;
  readonly reason?: string;
  /** On the instruments, of one that waits; left out: not known. */
  readonly duration_s?: number;
  /** What a person is to do before it goes on; the answer names it by its id. */
  readonly question?: { readonly id: string; readonly text: string };
  /** Of one that has begun. */
  readonly progress?: {
    readonly state: EngineState;
    readonly rows: number;
    readonly expectedRows: number;
    /** Null: not known. */
    readonly left_s: number | null;
  };
}

/** `GET /api/queue` and SSE `queue`, sent on every change. */
export interface QueueView {
  readonly running: readonly QueueLine[];
  readonly waiting: readonly QueueLine[];
  /** The newest first, and not all of them. */
  readonly ended: readonly QueueLine[];
  /** `idle`: nobody is at the queue; `goes-on`: with the next one after the run in hand; `holds`: not. */
  readonly runner: "idle" | "goes-on" | "holds";
}

/** Answer to a command about the queue. */
export interface QueueReply {
  readonly message: string;
  readonly entry?: QueueLine;
}
