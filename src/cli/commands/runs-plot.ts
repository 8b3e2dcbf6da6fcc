import { mkdir, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Command } from "commander";
import { svgPng } from "../../analysis/png.js";
import { figureSvg } from "../../analysis/svg.js";
import { resultsOf } from "../../engine/index.js";
import { MemrigError } from "../../errors.js";
import { openRun } from "../../store/index.js";
import { outputOf } from "../output.js";
import { storeFolder, type StoreOptions } from "../store-option.js";
import { protocolOfRun } from "../../protocol-files/index.js";

interface PlotOptions extends StoreOptions {
  readonly to: string;
  readonly figure?: string;
  readonly png?: boolean;
}

export function addPlotCommand(runs: Command): void {
  runs
    .command("plot")
    .argument("<run>", "run id, or its unique end or beginning")
    .option("--store <dir>", "folder of the runs")
    .option("--bench <file>", "bench file that names the store")
    .option("--to <dir>", "folder for the figures", ".")
    .option("--figure <name>", "only this figure")
    .option("--png", "PNG pictures as well")
    .description("the figures of a run as SVG files, and as PNG")
    .action(async (id: string, options: PlotOptions, command: Command) => {
      const output = outputOf(command);
      const run = await openRun(await storeFolder(options), id);
      const protocol = await protocolOfRun(run);
      const figures = (await resultsOf(protocol, run.info.parameters, run)).figures();
      const chosen = figures.filter(({ name }) => options.figure === undefined || name === options.figure);
      if (chosen.length === 0) {
        const known = figures.map(({ name }) => name).join(", ") || "none: it has no rows yet";
        throw new MemrigError(
          "invalid-request",
          `${run.info.run} has no figure "${options.figure ?? ""}". It has: ${known}.`,
        );
      }
      await mkdir(options.to, { recursive: true });
      const files: { figure: string; title: string; file: string; png?: string }[] = [];
      for (const figure of chosen) {
        const svg = figureSvg(figure);
        const name = join(options.to, `${basename(run.folder)}_${figure.name}`);
        await writeFile(`${name}.svg`, svg);
        if (options.png) await writeFile(`${name}.png`, await svgPng(svg));
        const png = options.png ? { png: `${name}.png` } : {};
        files.push({ figure: figure.name, title: figure.title, file: `${name}.svg`, ...png });
      }
      output.result(
        { run: run.info.run, files },
        files.flatMap(({ file, png }) => (png === undefined ? [file] : [file, png])).join("\n"),
      );
    });
}
