/**
 * Compiles the program to dist/ file by file, for tests and benchmarks; bundles it with its packages into dist/program, which is
 * what `memrig` starts; and bundles the dashboard's page. Does nothing when nothing changed.
 */
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const out = join(root, "dist");
const programFolders = ["src", "drivers", "protocols", "dashboard/server", "benchmarks"];
const webFolder = "dashboard/web";
/** Endurance runs take days. */
const longestRun_ms = 14 * 24 * 3600e3;
/** What is started or imported by its file: it lies in one folder, so that each finds the others beside itself. */
const starts = [
  "src/cli/main.ts",
  "src/bench/guardian-process.ts",
  "src/bench/virtual-process.ts",
  "src/protocol-files/memrig.ts",
  "src/protocol-files/zod.ts",
];
/** Packages with compiled parts, which find those by where they lie. */
const native = ["@napi-rs/canvas", "esbuild", "serialport", "tsx", "usb"];

function filesBelow(folder) {
  const entries = readdirSync(join(root, folder), { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath ?? entry.path, entry.name));
}

/** Names, sizes and times of all that goes in: equal prints mean an equal build. */
function fingerprint(files) {
  const hash = createHash("sha256");
  for (const file of [...files, fileURLToPath(import.meta.url), join(root, "package-lock.json")].sort()) {
    const { size, mtimeMs } = statSync(file);
    hash.update(`${relative(root, file)} ${size} ${mtimeMs}\n`);
  }
  return hash.digest("hex");
}

/** Writes by rename, so a program that starts meanwhile reads the old file or the new one, never half of one. */
function writeIfChanged(path, contents) {
  const old = statSync(path, { throwIfNoEntry: false }) ? readFileSync(path) : undefined;
  if (old?.equals(contents)) return;
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.tmp`;
  writeFileSync(temporary, contents);
  renameSync(temporary, path);
}

/** A part of the program that was built before, which one that runs since then loads when it first needs it. */
function mayBeLoaded(path) {
  const age_ms = Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0);
  return path.startsWith(join(out, "program") + sep) && path.endsWith(".js") && age_ms < longestRun_ms;
}

export async function build() {
  const program = programFolders.flatMap(filesBelow).filter((file) => file.endsWith(".ts"));
  const web = filesBelow(webFolder).filter((file) => !file.endsWith("tsconfig.json"));
  const stampPath = join(out, ".stamp");
  const stamp = fingerprint([...program, ...web]);
  if (statSync(stampPath, { throwIfNoEntry: false }) && readFileSync(stampPath, "utf8") === stamp) return;

  const esbuild = await import("esbuild");
  const common = { absWorkingDir: root, write: false, outdir: out, sourcemap: "linked", logLevel: "error" };
  const [compiled, bundled, page] = await Promise.all([
    esbuild.build({
      ...common,
      entryPoints: program,
      outbase: root,
      format: "esm",
      platform: "node",
      target: "node20",
    }),
    // Read from some 80 files and not from a thousand, a command is there in half the time.
    esbuild.build({
      ...common,
      entryPoints: starts,
      outdir: join(out, "program"),
      entryNames: "[name]",
      bundle: true,
      splitting: true,
      external: native,
      format: "esm",
      platform: "node",
      target: "node20",
      // Packages in the older form ask for Node's own modules with it.
      banner: {
        js: 'import { createRequire as requireFrom } from "node:module"; const require = requireFrom(import.meta.url);',
      },
    }),
    esbuild.build({
      ...common,
      entryPoints: [join(webFolder, "main.ts")],
      outdir: join(out, webFolder),
      bundle: true,
      minify: true,
      format: "esm",
      platform: "browser",
      target: "es2022",
    }),
  ]);
  const written = new Set([stampPath]);
  const put = (path, contents) => {
    writeIfChanged(path, contents);
    written.add(path);
  };
  for (const file of [...compiled.outputFiles, ...bundled.outputFiles, ...page.outputFiles])
    put(file.path, Buffer.from(file.contents));
  for (const file of web.filter((name) => !name.endsWith(".ts"))) {
    put(join(out, relative(root, file).split(sep).join("/")), readFileSync(file));
  }
  put(join(out, "package.json"), Buffer.from('{ "type": "module" }\n'));
  // What is no longer made must not stay behind to be imported by mistake.
  for (const entry of readdirSync(out, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath ?? entry.path, entry.name);
    const ours = !path.startsWith(join(out, "test") + sep); // build-tests.mjs keeps house there
    if (!entry.isFile() || !ours || written.has(path) || path.endsWith(".tmp") || mayBeLoaded(path)) continue;
    rmSync(path, { force: true });
  }
  writeIfChanged(stampPath, Buffer.from(stamp));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await build();
