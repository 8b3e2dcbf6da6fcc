import { untilWoken } from "../scpi/index.js";
import { emptyReading } from "./reading-buffer.js";
import type { Reading } from "./reading-buffer.js";
import type { Smu } from "./smu.js";

/** One reading from now on. @throws DeviceClear the signal was aborted first; the reading is given up */
export async function oneReading(smu: Smu, signal: AbortSignal): Promise<Reading> {
  let taken = emptyReading();
  try {
    await untilWoken(signal, (wake) => {
      smu.measure((reading) => {
        taken = reading;
        wake();
      });
      return () => undefined;
    });
  } catch (error) {
    smu.abandon();
    throw error;
  }
  return taken;
}
