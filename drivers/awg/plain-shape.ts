import type { Waveform } from "../../src/capabilities/index.js";
import { sci } from "../../src/units.js";

/**
 * Selects one of the generator's own shapes and gives it its times, in an order in which each fits the ones before. Of samples
 * it only selects them.
 *
 * @param shape node that selects: `SOUR1:FUNC:SHAP` @param name what it is given @param period tells the period of a pulse
 */
export function shapeCommands(
  source: string,
  shape: string,
  name: string,
  waveform: Waveform,
  period: (period_s: number) => string,
): string[] {
  const select = `${shape} ${name}`;
  // Slow first: a frequency that the next shape does not have would be refused with it.
  const slowly = [`${shape} SIN`, `${source}:FREQ 1E+3`];
  const percent = (part: number) => sci(100 * part);
  switch (waveform.shape) {
    case "dc":
    case "noise":
      return [...slowly, select];
    case "sine":
      return [select, `${source}:FREQ ${sci(waveform.frequency_Hz ?? NaN)}`];
    case "square":
      return [
        ...slowly,
        select,
        ...(waveform.duty === 0.5 ? [] : [`${source}:PULS:HOLD DUTY`, `${source}:PULS:DCYC ${percent(waveform.duty)}`]),
        `${source}:FREQ ${sci(waveform.frequency_Hz)}`,
      ];
    case "ramp":
      return [
        ...slowly,
        select,
        `${source}:FREQ ${sci(waveform.frequency_Hz)}`,
        `${source}:FUNC:RAMP:SYMM ${percent(waveform.symmetry)}`,
      ];
    case "pulse":
      return [
        ...slowly,
        select,
        // The duty holds while the period changes; then the width, and last the edges, which the width bounds.
        `${source}:PULS:HOLD DUTY`,
        `${source}:PULS:DCYC 50`,
        `${source}:PULS:TRAN:LEAD MIN`,
        `${source}:PULS:TRAN:TRA MIN`,
        period(waveform.period_s),
        `${source}:PULS:HOLD WIDT`,
        `${source}:PULS:WIDT ${sci(waveform.width_s)}`,
        `${source}:PULS:TRAN:LEAD ${sci(waveform.rise_s)}`,
        `${source}:PULS:TRAN:TRA ${sci(waveform.fall_s)}`,
      ];
    case "samples":
      return [select];
  }
}
