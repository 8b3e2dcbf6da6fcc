import type { CaptureScope, PulseSource, SweepSmu } from "../src/capabilities/index.js";
import { keithleyTouchErrors, scpiErrors } from "../src/scpi/index.js";
import type { ErrorDialect } from "../src/scpi/index.js";
import type { SerialOptions, Session } from "../src/visa/index.js";
import { Keysight33500, identifies as is33500, outputsOf } from "./awg/keysight-33500.js";
import { KeysightInfiniiVision, identifies as isInfiniiVision, outputOf } from "./scope/keysight-infiniivision.js";
import { Keithley2450, identifies as is2450, output as output2450 } from "./smu/keithley-2450.js";

interface EntryOf<Kind extends string, Driver> {
  /** Name in a bench file. */
  readonly name: string;
  readonly kind: Kind;
  /** Family, for a person. */
  readonly title: string;
  /** Matches the whole reply to `*IDN?`. */
  readonly identifies: RegExp;
  /** What to send when nothing else is known about the state: each a whole message, in this order. */
  readonly safeMessages: readonly string[];
  /** Questions that every model answers with 0 when its output is off; none where a scope may have no output. */
  readonly outputQuestions: readonly string[];
  /** How it tells its errors. */
  readonly errors: ErrorDialect;
  /** Port of the raw socket. */
  readonly defaultPort: number;
  /** How its serial line is set when it leaves the factory; 9600 baud, 8N1, LF where left out. */
  readonly serial?: SerialOptions;
  /** Port that frees hung sessions when somebody connects and closes. */
  readonly deadSocketPort?: number;
  /** Identifies the instrument; changes nothing on it. The driver's `close` ends the session. */
  open(session: Session, label: string): Promise<Driver>;
}

/** One family of instruments. */
export type DriverEntry = EntryOf<"smu", SweepSmu> | EntryOf<"awg", PulseSource> | EntryOf<"scope", CaptureScope>;

const SCPI_RAW_PORT = 5025;

const entries: readonly DriverEntry[] = [
  {
    name: "keithley-2450",
    kind: "smu",
    title: "Keithley 2450, 2460, 2461 and 2470 source-measure units",
    identifies: is2450,
    safeMessages: output2450.off,
    outputQuestions: output2450.isOn,
    errors: keithleyTouchErrors,
    defaultPort: SCPI_RAW_PORT,
    deadSocketPort: 5030,
    open: (session, label) => Keithley2450.open(session, label),
  },
  {
    name: "keysight-33500",
    kind: "awg",
    title: "Keysight and Agilent 33500 and 33600 generators",
    identifies: is33500,
    // Two channels: a generator with one refuses the second message, and nothing else happens.
    safeMessages: outputsOf(2).off,
    outputQuestions: outputsOf(1).isOn,
    errors: scpiErrors,
    defaultPort: SCPI_RAW_PORT,
    open: (session, label) => Keysight33500.open(session, label),
  },
  {
    name: "keysight-infiniivision",
    kind: "scope",
    title: "Keysight and Agilent InfiniiVision 2000 X, 3000 X/T and 4000 X oscilloscopes",
    identifies: isInfiniiVision,
    safeMessages: outputOf(true).off,
    outputQuestions: outputOf(false).isOn,
    errors: scpiErrors,
    defaultPort: SCPI_RAW_PORT,
    open: (session, label) => KeysightInfiniiVision.open(session, label),
  },
];

/** The drivers by their names in a bench file. A new one is a file in its folder and an entry here. */
export const drivers: ReadonlyMap<string, DriverEntry> = new Map(entries.map((entry) => [entry.name, entry]));
