import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { chromium, type Browser } from "playwright-core";

const web = fileURLToPath(new URL("../../dashboard/web/", import.meta.url));

/** The dashboard's page, built as the build script does, in a folder of the test's own. */
export async function buildPage(folder: string): Promise<string> {
  await build({
    entryPoints: [join(web, "main.ts")],
    outdir: folder,
    bundle: true,
    format: "esm",
    target: "es2022",
    logLevel: "error",
  });
  for (const file of ["index.html", "icon.svg"]) await copyFile(join(web, file), join(folder, file));
  return folder;
}

/** A headless browser with an empty profile that talks to nobody but the page. */
export function startBrowser(executablePath: string): Promise<Browser> {
  return chromium.launch({
    executablePath,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

/** A folder of the test's own, and how to remove it. */
export async function scratch(): Promise<{ folder: string; remove: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), "memrig-dashboard-"));
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}
