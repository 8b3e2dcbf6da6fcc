/**
 * The pages of docs/models: their tables come from the catalogues and their figures from the program. Run this file to
 * write both anew after a wanted change, and read the difference: `node --import tsx test/golden/model-pages/pages.ts`;
 * with names of figures, those only.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { format, resolveConfig } from "prettier";
import { figureSvg } from "../../../src/analysis/svg.js";
import { circuitFigures } from "./circuit-figures.js";
import { deviceFigures } from "./device-figures.js";
import { neuronFigures } from "./neuron-figures.js";
import { withRegions } from "./regions.js";

export const pagesFolder = fileURLToPath(new URL("../../../docs/models/", import.meta.url));

/** File name without ending, and how the figure is made. */
export const figures = new Map([...deviceFigures, ...circuitFigures, ...neuronFigures]);

export function pageNames(): string[] {
  return readdirSync(pagesFolder).filter((name) => name.endsWith(".md"));
}

export function committedPage(name: string): string {
  return readFileSync(join(pagesFolder, name), "utf8");
}

/** The page as it should be: tables of today's catalogues, laid out as the formatter does. */
export async function currentPage(name: string): Promise<string> {
  const path = join(pagesFolder, name);
  return format(withRegions(committedPage(name)), { ...(await resolveConfig(path)), filepath: path });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const asked = process.argv.slice(2);
  if (asked.length === 0) for (const name of pageNames()) writeFileSync(join(pagesFolder, name), await currentPage(name));
  for (const [name, make] of figures) {
    if (asked.length > 0 && !asked.includes(name)) continue;
    console.log(name);
    writeFileSync(join(pagesFolder, `${name}.svg`), figureSvg(make()));
  }
}
