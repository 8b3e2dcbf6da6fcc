import type { VirtualInstrumentPlan } from "./bench-plan.js";
import type { Lab } from "./lab.js";
import type { MessageDevice } from "./scpi/index.js";

/** What a simulated instrument is built from. */
export interface InstrumentContext {
  readonly plan: VirtualInstrumentPlan;
  readonly lab: Lab;
  /** Of the bench: noise streams and serial numbers are drawn from it, with the label in the stream's name. */
  readonly seed: number;
  /** Told what is closed whenever relays have moved; only a switch that the sites hang on is given one. */
  readonly onClosed?: (closed: readonly string[]) => void;
}

/** A simulated instrument, ready to be served. */
export interface VirtualInstrument {
  readonly device: MessageDevice;
  /** Where the real one listens for raw sockets. */
  readonly socketPort: number;
  /** Where the real one closes hung sessions when somebody connects. */
  readonly deadSocketPort?: number;
}
