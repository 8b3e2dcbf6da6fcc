import { MemrigError } from "../errors.js";
import { unknownName } from "./complaints.js";
import type { Complaints } from "./complaints.js";
import type { BenchConfig, InstrumentConfig } from "./config.js";
import type { Site } from "./prober.js";
import type { BenchFile } from "./schema.js";
import { kindOf } from "./wiring.js";

/** Which crosspoints of which switch connect which site. */
export interface SitesConfig {
  /** Label of the switch. */
  readonly through: string;
  readonly at: Readonly<Record<string, readonly string[]>>;
}

/** What moves the wafer under the needles, and how long it may take. */
export type ProberConfig =
  | { readonly kind: "virtual"; readonly deadline_s: number }
  | { readonly kind: "command"; readonly argv: readonly string[]; readonly deadline_s: number }
  | { readonly kind: "file"; readonly file: string; readonly deadline_s: number }
  | { readonly kind: "hand"; readonly deadline_s: number };

/** A move of a wafer prober with alignment. */
const machine_s = 60;
/** Somebody has to come, look and turn a screw. */
const person_s = 3600;

/**
 * What is to be closed for a site; undefined where a prober alone selects.
 *
 * @throws MemrigError `invalid-request`: the bench file says neither by prober nor by switch how to get there
 */
export function crosspointsOf({ file, sites, prober }: BenchConfig, site: Site): readonly string[] | undefined {
  if (sites) {
    const names = Object.keys(sites.at);
    const own = sites.at[site.name] ?? (site.device === undefined ? undefined : sites.at[site.device]);
    if (own) return own;
    throw new MemrigError(
      "invalid-request",
      `${file}: how to connect ${site.name} is not said. ${unknownName("a site under sites:", site.device ?? site.name, names)} Nothing moved.`,
      { site: site.name },
    );
  }
  if (prober) return undefined;
  throw new MemrigError(
    "invalid-request",
    `${file}: site ${site.name} was asked for, and this bench has neither sites: (crosspoints of a switch) nor prober:. Nothing moved. ` +
      `docs/bench-file.md has both.`,
    { site: site.name },
  );
}

/** How the bench gets from one device to the next. */
export function readSites(
  file: BenchFile,
  instruments: readonly InstrumentConfig[],
  complaints: Complaints,
): { sites?: SitesConfig; prober?: ProberConfig } {
  const sites = file.sites && readMatrix(file.sites, instruments, complaints);
  const prober = file.prober === undefined ? undefined : readProber(file.prober, instruments, complaints);
  return { ...(sites ? { sites } : {}), ...(prober ? { prober } : {}) };
}

function readMatrix(
  { through, at }: NonNullable<BenchFile["sites"]>,
  instruments: readonly InstrumentConfig[],
  complaints: Complaints,
): SitesConfig {
  const switches = instruments.filter((instrument) => [undefined, "switch"].includes(kindOf(instrument)));
  if (!switches.some(({ label }) => label === through)) {
    complaints.add(
      ["sites", "through"],
      `${unknownName(
        "a switch",
        through,
        switches.map(({ label }) => label),
      )} Write the label of one, for example matrix: { driver: keithley-switch, resource: virtual } under instruments:.`,
    );
  }
  if (Object.keys(at).length === 0)
    complaints.add(["sites", "at"], "No site stands here. Write for example at: { D1: [1A01, 1B01] }.");
  return { through, at };
}

function readProber(
  written: NonNullable<BenchFile["prober"]>,
  instruments: readonly InstrumentConfig[],
  complaints: Complaints,
): ProberConfig | undefined {
  if (written === "virtual") {
    if (instruments.some(({ resource }) => resource === "virtual")) return { kind: "virtual", deadline_s: machine_s };
    complaints.add(
      ["prober"],
      'No instrument of this bench is virtual, so the wafer is a real one: write prober: { command: [./move, "{site}"] }, or prober: hand.',
    );
    return undefined;
  }
  const { command, file, by, deadline } = written;
  const ways = [command, file, by].filter((way) => way !== undefined).length;
  if (ways !== 1) {
    complaints.add(
      ["prober"],
      `"prober" names ${ways === 0 ? "no way" : `${ways} ways`} to move; it takes one of command:, file: and by: hand.`,
    );
    return undefined;
  }
  if (command !== undefined) return { kind: "command", argv: command, deadline_s: deadline ?? machine_s };
  if (file !== undefined) return { kind: "file", file, deadline_s: deadline ?? machine_s };
  return { kind: "hand", deadline_s: deadline ?? person_s };
}
