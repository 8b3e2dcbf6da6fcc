import { z } from "zod";
import { complain, countOr, quantityOr } from "./parameters.js";

/** Parameters of the frequency response. Defaults: a small signal about 0 V, one decade either side of 10 kHz. */
export const frequencyResponseParameters = z
  .strictObject({
    method: z.enum(["steps", "chirp"]).default("steps").meta({
      unit: "",
      description: "steps: one sine after another; chirp: one burst whose frequency rises through the whole range",
    }),
    from: quantityOr(1e3, "Hz", "lowest frequency", { above: 0 }),
    to: quantityOr(100e3, "Hz", "highest frequency", { above: 0 }),
    per_decade: countOr(5, "frequencies in a factor of ten", 1, 100),
    amplitude: quantityOr(0.1, "V", "peak of the sine, open circuit", { above: 0 }),
    bias: quantityOr(
      0,
      "V",
      "level that a chirp is played about, open circuit; left to 0 V before and behind each chirp",
    ),
    periods: countOr(10, "periods in a record; of a chirp, at its lowest frequency", 3, 1000),
    repeats: countOr(3, "records at each frequency, or of the chirp: what the coherence is taken from", 2, 100),
  })
  .check((payload) => {
    const { from, to, method, periods, bias } = payload.value;
    if (payload.issues.length > 0) return;
    if (to <= from) complain(payload, "to", `it must be above the lowest frequency, ${from} Hz.`);
    else if (bias !== 0 && method !== "chirp")
      complain(payload, "bias", "sines play about 0 V; a bias needs method=chirp.");
    else if (method === "chirp" && chirpPoints({ from, to, periods }) * (bias === 0 ? 1 : plateau) > mostChirpPoints)
      complain(payload, "to", "a chirp over so wide a range has too many samples; take fewer periods or method=steps.");
  });

/** In base units. */
export type FrequencyResponsePlan = z.output<typeof frequencyResponseParameters>;

/** Samples in a period of the highest frequency of a chirp. */
const samplesPerPeriod = 16;
/** A chirp on its plateau is so much longer. */
const plateau = 1.6;
/** What any generator's and scope's memory takes. */
const mostChirpPoints = 60_000;

/** Length of a chirp, s, and its samples. */
export const chirpTime_s = ({ from, periods }: Pick<FrequencyResponsePlan, "from" | "periods">): number =>
  periods / from;
export const chirpRate_per_s = ({ to }: Pick<FrequencyResponsePlan, "to">): number => samplesPerPeriod * to;
function chirpPoints(plan: Pick<FrequencyResponsePlan, "from" | "to" | "periods">): number {
  return chirpTime_s(plan) * chirpRate_per_s(plan);
}

/** Frequencies in equal ratios, both ends included. */
export function frequenciesOf({ from, to, per_decade }: FrequencyResponsePlan): number[] {
  const steps = Math.max(1, Math.round(Math.log10(to / from) * per_decade));
  return Array.from({ length: steps + 1 }, (_, k) => Number((from * (to / from) ** (k / steps)).toPrecision(6)));
}
