import { booleanSetting, INFINITY, numberSetting, ScpiError, takes } from "../scpi/index.js";
import type { ScpiInstrument } from "../scpi/index.js";
import { oneReading } from "./one-reading.js";
import type { SenseFunction } from "./reading-buffer.js";
import type { Smu } from "./smu.js";

/** `:RELative` of one function: an offset that is taken off its readings, set by hand or from a reading. */
export function relativeCommands(scpi: ScpiInstrument, smu: Smu, of: SenseFunction, root: string, most: number): void {
  const relative = () => smu.settings.sense[of].relative;
  numberSetting(
    scpi,
    `${root}:RELative`,
    "",
    { min: -most, max: most, default: 0 },
    {
      get: () => relative().value,
      set: (value) => void (relative().value = value),
    },
  );
  booleanSetting(scpi, `${root}:RELative:STATe`, {
    get: () => relative().on,
    set: (on) => void (relative().on = on),
  });
  scpi.tree.command(
    `${root}:RELative:ACQuire`,
    takes([], async (_, call) => {
      if (smu.settings.senseFunction !== of) throw new ScpiError(-221);
      const { on } = relative();
      relative().on = false; // the offset is that of the bare reading
      try {
        const { value } = await oneReading(smu, call.signal);
        if (Math.abs(value) >= INFINITY) throw new ScpiError(-230); // an overflow is no offset
        relative().value = value;
      } finally {
        relative().on = on;
      }
    }),
  );
}
