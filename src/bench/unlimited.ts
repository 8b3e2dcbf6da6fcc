import type { Instrument } from "../capabilities/index.js";

/** What no limit touches: these only ask, or take away. */
export function unlimited(instrument: Instrument): Instrument {
  return {
    label: instrument.label,
    identity: instrument.identity,
    makeSafe: () => instrument.makeSafe(),
    outputIsOn: () => instrument.outputIsOn(),
    close: () => instrument.close(),
  };
}
