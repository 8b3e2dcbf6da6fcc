import { siteName } from "../../virtual/bench-plan.js";
import type { CampaignSite } from "../../engine/campaign/plan.js";
import type { Complaints } from "../../bench/index.js";
import type { CampaignFile } from "./schema.js";

type SitesFile = NonNullable<CampaignFile["sites"]>;

/** The sites of a campaign in the order in which they are visited. */
export function readSites(written: SitesFile | undefined, complaints: Complaints): CampaignSite[] {
  if (!written) return [];
  const { wafer, list } = written;
  if ((wafer === undefined) === (list === undefined)) {
    complaints.add(
      ["sites"],
      "One of wafer: and list: says where the devices are. Write for example sites: { list: [D1-D30] }, or sites: { wafer: { columns: 6, rows: 6, devices: 16 } }.",
    );
    return [];
  }
  const sites = wafer ? waferSites(wafer, complaints) : listSites(list ?? [], complaints);
  const seen = new Set<string>();
  for (const { name } of sites) {
    if (seen.has(name)) complaints.add(["sites"], `Site ${name} stands here twice. Give each site one name.`);
    seen.add(name);
  }
  return sites;
}

/** Row by row, every second one backwards: the wafer moves one die at a time. */
function waferSites(wafer: NonNullable<SitesFile["wafer"]>, complaints: Complaints): CampaignSite[] {
  const columns = spanOf(wafer.columns, ["sites", "wafer", "columns"], complaints);
  const rows = spanOf(wafer.rows, ["sites", "wafer", "rows"], complaints);
  const devices = devicesOf(wafer.devices);
  const { mask } = wafer;
  if (mask && (mask.length !== rows.length || mask.some((line) => [...line].length !== columns.length))) {
    complaints.add(
      ["sites", "wafer", "mask"],
      `The mask has ${mask.length} lines of ${[...new Set(mask.map((line) => [...line].length))].join(" and ")} characters; the wafer has ` +
        `${rows.length} rows of ${columns.length} columns. Write a line for each row and a character for each column, "." where there is no die.`,
    );
    return [];
  }
  return rows.flatMap((row, r) => {
    const inRow = columns.flatMap((column, c) => (". ".includes([...(mask?.[r] ?? "")][c] ?? "x") ? [] : [column]));
    return (r % 2 === 0 ? inRow : inRow.toReversed()).flatMap((column) => {
      const name = wafer.die.replaceAll("{row}", String(row)).replaceAll("{column}", String(column));
      const die = { name, column, row };
      if (devices.length === 0) return [{ name, die, tags: {} }];
      return devices.map(({ device, group }) => ({
        name: siteName(name, device),
        die,
        device,
        ...(group === undefined ? {} : { group }),
        tags: {},
      }));
    });
  });
}

function devicesOf(
  written: NonNullable<SitesFile["wafer"]>["devices"],
): { readonly device: string; readonly group?: string }[] {
  if (written === undefined) return [];
  if (typeof written === "number") return Array.from({ length: written }, (_, k) => ({ device: `D${k + 1}` }));
  if (Array.isArray(written)) return written.flatMap(namesOf).map((device) => ({ device }));
  return Object.entries(written).flatMap(([names, group]) =>
    namesOf(names).map((device) => (group === null ? { device } : { device, group })),
  );
}

function listSites(list: NonNullable<SitesFile["list"]>, complaints: Complaints): CampaignSite[] {
  return list.flatMap((entry, index): CampaignSite[] => {
    if (typeof entry === "string") return namesOf(entry).map((name) => ({ name, tags: {} }));
    const { site, group, device, die, column, row, tags } = entry;
    if ((column === undefined) !== (row === undefined) || (die !== undefined && column === undefined)) {
      complaints.add(
        ["sites", "list", index],
        `Site ${site}: die:, column: and row: come together, or column: and row:.`,
      );
    }
    const place =
      column === undefined || row === undefined ? undefined : { name: die ?? `R${row}C${column}`, column, row };
    return [
      {
        name: site,
        ...(place ? { die: place } : {}),
        ...(device === undefined ? {} : { device }),
        ...(group === undefined ? {} : { group }),
        tags: tags ?? {},
      },
    ];
  });
}

/** `D1-D8`, also `D1-8`: eight names. Anything else is a name. */
export function namesOf(written: string): string[] {
  const range = /^(\D*?)(\d+)\s*(?:-|\.\.)\s*(\D*)(\d+)$/.exec(written);
  const [, stem = "", first = "", again = "", last = ""] = range ?? [];
  const [from, to] = [Number(first), Number(last)];
  if (!range || (again !== "" && again !== stem) || to < from || to - from >= 100_000) return [written];
  const width = first.startsWith("0") ? first.length : 0;
  return Array.from({ length: to - from + 1 }, (_, k) => `${stem}${String(from + k).padStart(width, "0")}`);
}

function spanOf(written: number | string | number[], at: readonly string[], complaints: Complaints): number[] {
  if (typeof written === "number") return Array.from({ length: written }, (_, k) => k + 1);
  if (typeof written !== "string") return written;
  const numbers = namesOf(written).map(Number);
  if (numbers.every(Number.isSafeInteger)) return numbers;
  complaints.add(
    at,
    `"${written}" is no range. Write a number (6: from 1 to 6), a range (48-53), or a list ([48, 50, 52]).`,
  );
  return [];
}
