import { integer, numeric, takes } from "../../scpi/index.js";
import type { OlderModel } from "./models.js";
import { nearestOf } from "./mso.js";
import type { Mso } from "./mso.js";

/** `ACQuire:NUMAVg` takes powers of two from here to there. */
const averages = [2, 4, 8, 16, 32, 64, 128, 256, 512];

/**
 * Time base and averages of the 3000 and 4000 series: the rate follows from record length and scale. What they do not have is
 * set to the nearest without a word.
 *
 * @see MDO4000/B/C, MSO/DPO4000B and MDO3000 programmer manual, horizontal and acquisition commands
 */
export function olderAcquireCommands(mso: Mso, { lengths, bandwidth_Hz, ...has }: OlderModel): void {
  const { scope, scpi, model } = mso;
  const h = () => mso.state.horizontal;
  mso.setting("HORizontal:SCAle", numeric("S", { min: 400e-12, max: 1000 }), {
    get: () => h().scale_s,
    set: (value) => {
      h().scale_s = value;
      mso.stretch();
    },
  });
  mso.setting("HORizontal:RECOrdlength", integer({ min: 1 }), {
    get: () => String(h().record),
    set: (value) => {
      h().record = nearestOf(lengths, value);
      mso.stretch();
    },
  });
  mso.answer("HORizontal:SAMPLERate", () => h().rate_Sa_per_s);
  scpi.tree.command(
    "HORizontal:SAMPLERate",
    takes([numeric("HZ", {})], () => undefined), // "The command form is ignored"
  );
  mso.setting("ACQuire:NUMAVg", integer({ min: 1 }), {
    get: () => String(scope.settings.averages),
    set: (value) => (scope.settings.averages = nearestOf(averages, value)),
  });
  mso.answer("ACQuire:MAXSamplerate", () => model.rateMax_Sa_per_s);
  if (!has.tellsConfiguration) return;
  const configuration: Readonly<Record<string, string | number | boolean>> = {
    "ANALOg:NUMCHANnels": String(model.channels),
    "ANALOg:BANDWidth": bandwidth_Hz,
    "ANALOg:MAXBANDWidth": bandwidth_Hz,
    "ANALOg:MAXSAMPLERate": model.rateMax_Sa_per_s,
    "ANALOg:RECLENS": lengths.join(","),
    "DIGITAl:NUMCHANnels": "0",
    "RF:NUMCHANnels": "0",
    AFG: has.hasGenerator,
    AUXIN: has.hasAuxIn,
  };
  for (const [node, value] of Object.entries(configuration)) mso.answer(`CONFIGuration:${node}`, () => value);
}
