import { MemrigError } from "../errors.js";
import type { Site } from "./prober.js";
import { crosspointsOf } from "./sites.js";
import type { BenchConfig } from "./config.js";

/** Names of sites that a message shows; a wafer has thousands. */
const shown = 12;

/**
 * The site that a person names on the command line: `D7`, or where a wafer lies under a prober `R48C50` or `R48C50-D7`.
 *
 * @throws MemrigError `invalid-request`: the bench does not say how to get there; nothing was opened or moved
 */
export function siteNamed(config: BenchConfig, name: string): Site {
  const { file, sites, prober } = config;
  const [, row, column, device] = /^R(\d+)C(\d+)(?:-(.+))?$/.exec(name) ?? [];
  const die = row === undefined || column === undefined ? undefined : { name: `R${row}C${column}`, row: Number(row), column: Number(column) }; // prettier-ignore
  const site: Site = { name, ...(die ? { die } : {}), ...(device === undefined ? {} : { device }) };
  if (sites && prober && die === undefined) {
    throw new MemrigError(
      "invalid-request",
      `${file}: "${name}" does not say where on the wafer: this bench has a prober and a switch. Write the die and the device, ` +
        `as in --site R1C2-${Object.keys(sites.at)[0] ?? "D1"}. Nothing was opened.`,
      { site: name },
    );
  }
  crosspointsOf(config, site);
  return site;
}

/**
 * The bench with the device of a site in its records.
 *
 * @param id in place of the bench file's and the site's name
 */
export function atSite(config: BenchConfig, site: Site, id?: string): BenchConfig {
  return { ...config, dut: { ...config.dut, id: id ?? `${config.dut.id}-${site.name}` } };
}

/** The site of a run, from its tags; undefined where the bench has one device (a person may use such a tag for something else). */
export function siteOfTags(config: BenchConfig, tags: Readonly<Record<string, string>>): Site | undefined {
  const { site, die, column, row, device } = tags;
  if (site === undefined || (!config.sites && !config.prober)) return undefined;
  const placed = die !== undefined && column !== undefined && row !== undefined;
  return {
    name: site,
    ...(placed ? { die: { name: die, column: Number(column), row: Number(row) } } : {}),
    ...(device === undefined ? {} : { device }),
  };
}

/**
 * Holds that something is connected where this bench has to connect it first. A person's or a real prober's needles stand
 * where they were set; relays are open and simulated needles are up until they are told otherwise.
 *
 * @throws MemrigError `invalid-request`: it has many devices and none was named; nothing was opened
 */
export function checkConnected(config: BenchConfig, site: Site | undefined): void {
  const { name, sites, prober } = config;
  if (site !== undefined || (!sites && prober?.kind !== "virtual")) return;
  const names = Object.keys(sites?.at ?? {});
  const there = names.length > shown ? `${names.slice(0, shown).join(", ")} and ${names.length - shown} more` : names.join(", "); // prettier-ignore
  throw new MemrigError(
    "invalid-request",
    `${name} has many devices${names.length > 0 ? ` (${there})` : ""}, and none of them is connected until one is named: the run would ` +
      `measure an open circuit. Nothing was opened. Name one with --site, for example --site ${prober ? `R1C1${sites ? `-${names[0] ?? "D1"}` : ""}` : (names[0] ?? "D1")}; ` +
      `memrig campaign measures many.`,
    { sites: names.length },
  );
}
