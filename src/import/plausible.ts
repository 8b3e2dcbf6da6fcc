import { MemrigError } from "../errors.js";
import { si } from "../unit-text.js";
import type { Resolved } from "./resolve.js";

/** No source-measure unit holds a device at more; where the units are a guess, the guess is wrong. */
const mostPower_W = 200;
/** Less than any lead to a device has: volts and amperes stand in each other's place. */
const leastResistance_ohm = 1e-3;

/**
 * Holds the readings of a sweep against what can be measured at all. What a person said with --columns is believed.
 *
 * @param whole rows with both numbers
 * @param note told where voltage and current seem to stand in each other's place
 * @throws MemrigError `invalid-request`: no unit was given, and they would be kilowatts; nothing was taken
 */
export function holdPlausible(
  voltage: Resolved,
  current: Resolved,
  whole: readonly number[],
  note: (text: string) => void,
): void {
  const readings = whole.map(
    (row) => [Math.abs(voltage.values[row] ?? 0), Math.abs(current.values[row] ?? 0)] as const,
  );
  refuseKilowatts(voltage, current, readings);
  if (voltage.said || current.said) return;
  const ohms = readings.filter(([, amperes]) => amperes > 0).map(([volts, amperes]) => volts / amperes);
  const usual_ohm = ohms.sort((a, b) => a - b)[Math.floor(ohms.length / 2)];
  if (usual_ohm === undefined || usual_ohm === 0 || usual_ohm >= leastResistance_ohm) return;
  note(
    `PERHAPS TURNED ROUND: with "${voltage.label}" as voltage and "${current.label}" as current the readings are of ` +
      `${usual_ohm.toPrecision(2)} ohm, less than the leads to a device have; ` +
      `--columns "voltage=${current.label}:V,current=${voltage.label}:A" turns them round`,
  );
}

function refuseKilowatts(
  voltage: Resolved,
  current: Resolved,
  readings: readonly (readonly [volts: number, amperes: number])[],
): void {
  const unnamed = [voltage, current].filter(({ unitAssumed }) => unitAssumed).map(({ label }) => `"${label}"`);
  const [volts, amperes] = readings.reduce((most, one) => (one[0] * one[1] > most[0] * most[1] ? one : most), [0, 0]);
  if (unnamed.length === 0 || volts * amperes <= mostPower_W) return;
  throw new MemrigError(
    "invalid-request",
    `${unnamed.join(" and ")} ${unnamed.length > 1 ? "have" : "has"} no unit; taken as V and A the readings reach ${si(volts, "V")} times ` +
      `${si(amperes, "A")}, ${si(volts * amperes, "W")}, which no source-measure unit gives. Say the units: ` +
      `--columns "voltage=${voltage.label}:mV,current=${current.label}:uA", for example.`,
    { power_W: volts * amperes },
  );
}
