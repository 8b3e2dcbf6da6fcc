/**
 * Compiles the tests to dist/test, beside the program that they import: without it each of the some 200 test processes
 * compiles for itself, at 0.6 s of CPU. `import.meta.url` stays that of the source, where the fixtures are.
 */
import { readFile } from "node:fs/promises";
import { readdirSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const out = join(root, "dist");

const urlOfSource = {
  name: "url-of-source",
  setup(build) {
    build.onLoad({ filter: /\.ts$/ }, async ({ path }) => ({
      // a module that a thread is to load lies beside the compiled one
      contents: (await readFile(path, "utf8")).replace(
        /(?<!siblingModule\()import\.meta\.url/g,
        JSON.stringify(pathToFileURL(path).href),
      ),
      loader: "ts",
    }));
  },
};

/** Gives where each of the test files has gone. */
export async function buildTests(files) {
  // The page's modules are in its bundle only; the tests look at them one by one.
  const sources = ["test", "dashboard/web"].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /(?<!\.d)\.ts$/.test(entry.name) && entry.name !== "main.ts")
      .map((entry) => join(entry.parentPath ?? entry.path, entry.name)),
  );
  rmSync(join(out, "test"), { recursive: true, force: true });
  const esbuild = await import("esbuild");
  await esbuild.build({
    absWorkingDir: root,
    entryPoints: sources,
    outbase: root,
    outdir: out,
    format: "esm",
    platform: "node",
    target: "node20",
    logLevel: "error",
    plugins: [urlOfSource],
  });
  return files.map((file) => join(out, relative(root, file)).replace(/\.ts$/, ".js"));
}
