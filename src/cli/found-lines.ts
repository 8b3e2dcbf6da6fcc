import type { FoundInstrument } from "../bench/index.js";
import type { MethodReport } from "../visa/discovery/index.js";
import { idnOf } from "../visa/discovery/index.js";
import { textTable } from "./output.js";

/** Who it is, as far as it is known, in one line. */
export function nameOf({ idn, identity, notes, resources }: FoundInstrument): string {
  return idn ?? (identity ? idnOf(identity) : (notes[0] ?? resources[0] ?? "unknown"));
}

/** What was found, one resource a line; a question mark where the driver was told from an announcement only. */
export function foundTable(instruments: readonly FoundInstrument[]): string {
  const rows = instruments.flatMap((found) => {
    const { driver, resources, foundBy } = found;
    const fits = driver ? `${driver.name}${driver.sure ? "" : " ?"}` : "none";
    const [first = "no name to reach it by", ...others] = resources;
    return [
      [nameOf(found), fits, first, foundBy.join(", ")],
      ...others.map((resource) => ["", "", resource, ""]),
      ...(found.silent === undefined ? [] : [[`  ${found.silent}`, "", "", ""]]),
    ];
  });
  return textTable(["instrument", "driver", "resource", "found by"], rows);
}

/** One line for each way of looking, and one for each thing that failed. */
export function lookedLines(methods: readonly MethodReport[]): string[] {
  return methods.flatMap(({ method, looked, found, failures }) => [
    `${failures.length === 0 ? "✓" : "✗"} ${method}: ${found} found; ${looked}`,
    ...failures.map((failure) => `    ${failure}`),
  ]);
}
