import type {
  CaptureScope,
  PulseSource,
  SourceMeasureUnit,
  SwitchMatrix,
  TemperatureController,
} from "../src/capabilities/index.js";
import type { ErrorDialect } from "../src/scpi/index.js";
import type { Session, SessionOptions } from "../src/visa/index.js";

/** What each kind of instrument can be asked. */
export interface Kinds {
  readonly smu: SourceMeasureUnit;
  readonly awg: PulseSource;
  readonly scope: CaptureScope;
  readonly thermal: TemperatureController;
  readonly switch: SwitchMatrix;
}
export type Kind = keyof Kinds;

/** How fast an output that is on goes to zero before it goes off. */
export interface RampRate {
  readonly V_per_s: number;
  readonly A_per_s: number;
}

/** What the bench file says of an instrument once, and not anew for each measurement. */
export interface DriverSettings {
  /** Slew of the way to zero; `defaultRamp` where left out. */
  readonly ramp?: RampRate;
  /** Measure the voltage with its own pair of leads where a plan does not say. Two-wire where left out. */
  readonly wires?: 2 | 4;
  /** What an SMU's terminals are while its output is off; left as the person at the bench chose it where left out. */
  readonly offState?: "normal" | "zero" | "high-impedance" | "guard";
}

/** Ten steps of a volt in half a second: slow against every instrument, fast against a person who wants it off. */
export const defaultRamp: RampRate = { V_per_s: 20, A_per_s: 1 };

/**
 * How one output is brought to zero before it goes off, as data: the guardian process has nothing but this.
 * `{level}` in `set` stands for the number, in volts or amperes.
 */
export interface RampDown {
  /** Answered with 0 or OFF while the output is off: then there is nothing to ramp. */
  readonly isOn: string;
  /** Only done where the answer to `question` matches: a source has a voltage and a current, and one of them is forced. */
  readonly when?: { readonly question: string; readonly matches: string };
  /** Answered with the level in force now. */
  readonly level: string;
  /** Whole message that sets it. */
  readonly set: string;
  readonly unit: "V" | "A";
}

/**
 * The same for an output that can not be asked about, and whose level goes out together with its limit: what is at its terminals is
 * measured, and from there a voltage is brought to zero with little more current allowed than flows. An output that was off
 * after all, at a device that something else drives, lets no more through than `leastLimit_A` meanwhile.
 */
export interface MeasuredDown {
  /** Only done where the answer to `question` matches: an SMU that is not there is not asked. */
  readonly when: { readonly question: string; readonly matches: string };
  readonly voltage: string;
  readonly current: string;
  /** The first group is the number in the answers to both. */
  readonly reads: string;
  /** Beyond either there is something to bring down: above what an output that is off reads. */
  readonly driven: { readonly voltage_V: number; readonly current_A: number };
  /** Whole message that sets it: `{level}` in volts, `{limit}` in amperes, `{range}` one of `ranges`. */
  readonly set: string;
  readonly leastLimit_A: number;
  /** Smallest first; the first that reaches the level stands for `{range}`, all the way to zero. */
  readonly ranges: readonly { readonly upTo_V: number; readonly text: string }[];
}

/** What to send when nothing else is known about the state. Every driver has one: without it an entry does not compile. */
export interface SafeState {
  /** Sent before the way to zero: what would move the level meanwhile is stopped, the output stays on. */
  readonly halt: readonly string[];
  /** Outputs that can be brought down in steps; none for a generator of waveforms, a scope, a switch. */
  readonly ramps: readonly RampDown[];
  /** Outputs that can only be measured. */
  readonly measured?: readonly MeasuredDown[];
  /** Each a whole message, in this order; one that is refused does not take the others with it. */
  readonly off: readonly string[];
  /** Questions that every model answers with 0 or OFF when its output is off; none where there may be no output. */
  readonly isOn: readonly string[];
  /** Why the instrument has an output and can not be asked about it: what it was told is all that is known. */
  readonly cannotTell?: string;
}

interface EntryOf<K extends Kind> {
  /** Name in a bench file. */
  readonly name: string;
  readonly kind: K;
  /** Family, for a person. */
  readonly title: string;
  /** Matches the whole reply to `*IDN?`; of all drivers only one may. */
  readonly identifies: RegExp;
  readonly safe: SafeState;
  /**
   * The same for one model of the family, by its reply to `*IDN?`: a family with one and two channels asks the second one
   * only where it is there. `safe` where left out.
   */
  safeOf?(identity: string): SafeState;
  /** How it tells its errors. */
  readonly errors: ErrorDialect;
  /** Port of the raw socket; undefined: it has no network connector of its own. */
  readonly defaultPort: number | undefined;
  /** Port that frees hung sessions when somebody connects and closes. */
  readonly deadSocketPort?: number;
  /** What can be wired besides the terminals of its kind: pulse cards, `pmu1`, `pmu2`, …. */
  readonly terminals?: readonly string[];
  /** How its links differ from the usual: line ends, baud rate, what answers a message. */
  readonly session?: Pick<SessionOptions, "serial" | "socket">;
  /** Identifies the instrument; changes nothing on it. The driver's `close` ends the session. */
  open(session: Session, label: string, settings?: DriverSettings): Promise<Kinds[K]>;
}

/** One family of instruments. */
export type DriverEntry = { readonly [K in Kind]: EntryOf<K> }[Kind];

/** Port of most instruments' raw socket. */
export const SCPI_RAW_PORT = 5025;
