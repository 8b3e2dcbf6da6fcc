import { mkdir, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Command } from "commander";
import {
  branchesOf,
  conductionFigure,
  type ConductionFit,
  conductionFits,
  figureSvg,
  type Film,
  numbersOf,
  type StateBranch,
} from "../../analysis/index.js";
import { MemrigError } from "../../errors.js";
import { openRun } from "../../store/index.js";
import { parseQuantity, si } from "../../units.js";
import { outputOf, textTable } from "../output.js";
import { storeFolder, type StoreOptions } from "../store-option.js";
import { nameAndUnit } from "../tables.js";

interface Options extends StoreOptions {
  readonly branch?: string;
  readonly cycle: string;
  readonly from?: string;
  readonly to?: string;
  readonly temperature: string;
  readonly thickness?: string;
  readonly area?: string;
  readonly permittivity?: string;
  readonly svg?: string;
}

/** `memrig runs conduction`: which law a branch of an I-V curve follows, and what its constants come to. */
export function addConductionCommand(runs: Command): void {
  runs
    .command("conduction")
    .argument("<run>", "I-V run: its id, or its unique end or beginning")
    .option("--store <dir>", "folder of the runs")
    .option("--bench <file>", "bench file that names the store")
    .option("--branch <name>", "only this branch: out-off, out-on, back-on, back-off, out, back, or neg- before them")
    .option("--cycle <n>", "which sweep", "1")
    .option("--from <voltage>", "smallest voltage fitted; the law's own best range where left out")
    .option("--to <voltage>", "largest voltage fitted")
    .option("--temperature <T>", "of the device", "300K")
    .option("--thickness <d>", "of the film: permittivity, barrier and mobility follow from it")
    .option("--area <A>", "of the device, as 2500nm2, 0.01um2 or in m²")
    .option("--permittivity <n>", "relative, for the mobility of space-charge-limited current")
    .option("--svg <dir>", "write each law's plot into this folder")
    .description(
      "fits ohmic, space-charge, Poole-Frenkel, Schottky, Fowler-Nordheim, Simmons and sinh laws, and says which can not be",
    )
    .addHelpText(
      "after",
      "\nExamples:\n  memrig runs conduction 7f3a --thickness 20nm --area 2500nm2\n  memrig runs conduction 7f3a --branch out-off --from 50mV --to 150mV --svg figures",
    )
    .action(async (id: string, options: Options, command: Command) => {
      const output = outputOf(command);
      const run = await openRun(await storeFolder(options), id);
      const { mainTable, protocol } = run.info;
      const curve = run.info.tables.find(({ name }) => name === mainTable)?.columns.map(({ name }) => name) ?? [];
      const lacking = ["cycle", "voltage_V", "current_A"].filter((name) => !curve.includes(name));
      if (lacking.length > 0 || !["asked_V", "asked_A"].some((name) => curve.includes(name))) {
        throw new MemrigError(
          "invalid-request",
          `${run.info.run} is a run of ${protocol}: its table "${mainTable}" has ${curve.join(", ")}, and no I-V curve. Conduction laws are fitted to ` +
            "sweeps: a run of iv-sweep (memrig runs list --protocol iv-sweep), or an imported one with voltage and current.",
          { protocol, lacking },
        );
      }
      const points = await run.table(mainTable);
      const drive = run.info.parameters["drive"] === "current" ? "current" : "voltage";
      const cycle = parseQuantity(options.cycle, "");
      const film = filmOf(options);
      const readings = {
        drive,
        cycle: numbersOf(points, "cycle"),
        asked: numbersOf(points, drive === "voltage" ? "asked_V" : "asked_A"),
        voltage_V: numbersOf(points, "voltage_V"),
        current_A: numbersOf(points, "current_A"),
      } as const;
      const all = branchesOf(readings, numbersOf(points, "in_compliance"), cycle);
      const chosen = all.filter(({ name }) => options.branch === undefined || name === options.branch);
      if (chosen.length === 0) {
        const known = all.map(({ name }) => name).join(", ");
        throw new MemrigError(
          "invalid-request",
          known === ""
            ? `${run.info.run} has no sweep ${cycle}: --cycle takes the number of one that it has.`
            : `${run.info.run}, sweep ${cycle}, has no branch "${options.branch ?? ""}". It has: ${known}.`,
        );
      }
      const fitted = chosen.map((branch) => ({
        branch,
        fits: conductionFits(branch.curve, film, rangeOf(options, branch)),
      }));
      const files = options.svg === undefined ? [] : await draw(options.svg, basename(run.folder), fitted, film);
      output.result(
        { run: run.info.run, film, branches: fitted.map(jsonOf), files },
        [...fitted.map(textOf), files.join("\n")].join("\n\n").trimEnd(),
      );
    });
}

function filmOf({ temperature, thickness, area, permittivity }: Options): Film {
  return {
    temperature_K: above0("--temperature", parseQuantity(temperature, "K")),
    ...(thickness === undefined ? {} : { thickness_m: above0("--thickness", parseQuantity(thickness, "m")) }),
    ...(area === undefined ? {} : { area_m2: above0("--area", squareMetres(area)) }),
    ...(permittivity === undefined ? {} : { permittivity: above0("--permittivity", parseQuantity(permittivity, "")) }),
  };
}

/** "2500 nm2", "0.01 µm²"; bare: m². */
function squareMetres(text: string): number {
  const square = /^(.*\d)\s*([numµμ]?)m(?:2|²)$/.exec(text.trim());
  if (!square) return parseQuantity(text, "");
  return parseQuantity(square[1] ?? "", "") * parseQuantity(`1 ${square[2] ?? ""}m`, "m") ** 2;
}

function above0(option: string, value: number): number {
  if (value > 0) return value;
  throw new MemrigError("invalid-request", `${option} was given as ${value}; it is above 0.`, { option, value });
}

function rangeOf({ from, to }: Options, { curve }: StateBranch): { from_V: number; to_V: number } | undefined {
  if (from === undefined && to === undefined) return undefined;
  return {
    from_V: from === undefined ? 0 : parseQuantity(from, "V"),
    to_V: to === undefined ? (curve.voltage_V.at(-1) ?? NaN) : parseQuantity(to, "V"),
  };
}

interface Fitted {
  readonly branch: StateBranch;
  readonly fits: readonly ConductionFit[];
}

function jsonOf({ branch, fits }: Fitted) {
  const told = ({ at: _, ...fit }: ConductionFit) => fit;
  const { name, cycle, leftOut, curve } = branch;
  return { branch: name, cycle, readings: curve.voltage_V.length, leftOut, fits: fits.map(told) };
}

function textOf({ branch, fits }: Fitted): string {
  const { name, cycle, curve, leftOut } = branch;
  const out = leftOut === 0 ? "" : `; ${leftOut} left out: in compliance, at 0, or of the wrong sign`;
  const title = `${name}, sweep ${cycle}: ${curve.voltage_V.length} readings${out}`;
  if (fits.length === 0) return `${title}. Too few to fit anything.`;
  const rows = fits.map((fit) => [
    fit.mechanism,
    `${si(fit.from_V, "V")} … ${si(fit.to_V, "V")}`,
    String(fit.n),
    Number.isFinite(fit.slope) ? `${fit.slope.toPrecision(4)} ± ${fit.slopeError.toPrecision(2)}` : "–",
    fit.r2.toFixed(4),
    fit.rms_decades.toPrecision(2),
    Object.entries(fit.implied).map(impliedText).join(", ") || "–",
    fit.flags.length === 0 ? "can be" : "no",
  ]);
  const header = ["law", "range", "n", "slope", "R²", "rms, decades", "implied", ""];
  const notes = fits.flatMap(({ mechanism, flags }) => flags.map((flag) => `  ${mechanism}: ${flag}`));
  return [title, textTable(header, rows, [2, 3, 4, 5]), ...notes].join("\n");
}

function impliedText([name, value]: [string, number]): string {
  if (name.endsWith("_m2")) return `${name.slice(0, -3)} ${value.toExponential(2)} m²`;
  const electronvolts = name.endsWith("_eV");
  const metres = /^(.*)_m$/.exec(name);
  const { quantity, unit } = electronvolts
    ? { quantity: name.slice(0, -3), unit: "eV" }
    : metres
      ? { quantity: metres[1] ?? name, unit: "m" }
      : nameAndUnit(name);
  return `${quantity} ${electronvolts ? `${value.toPrecision(4)} eV` : si(value, unit)}`;
}

async function draw(folder: string, run: string, fitted: readonly Fitted[], film: Film): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  const figures = fitted.flatMap(({ branch, fits }) =>
    fits.map((fit) => conductionFigure(fit, branch.curve, film, branch.name)),
  );
  return Promise.all(
    figures.map(async (figure) => {
      const file = join(folder, `${run}_${figure.name}.svg`);
      await writeFile(file, figureSvg(figure));
      return file;
    }),
  );
}
