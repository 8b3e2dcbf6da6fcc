/** `npm test`: format, lint, types, then every suite. `--slow` runs the long suites instead. Arguments: test files to run alone. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const slow = process.argv.includes("--slow");
const chosen = process.argv.slice(2).filter((argument) => !argument.startsWith("--"));

/** Debian packages of the programs that the tests use and that are not here. */
async function missingPackages() {
  const { tsImport } = await import("tsx/esm/api");
  const { missingPackages: missing } = await tsImport("../test/support/needs.ts", import.meta.url);
  return missing();
}

function run(title, command, args, environment = {}) {
  const started = performance.now();
  console.log(`\n── ${title}`);
  const result = spawnSync(command, args, {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
    env: { ...process.env, ...environment },
  });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`── ${title}: ${result.status === 0 ? "passed" : "FAILED"} in ${seconds} s`);
  return result.status === 0;
}

async function installPrograms() {
  if (process.platform !== "linux" || process.getuid?.() !== 0 || !existsSync("/etc/debian_version")) return;
  const missing = await missingPackages();
  if (missing.length === 0) return;
  const apt = { DEBIAN_FRONTEND: "noninteractive" };
  if (run("package lists", "apt-get", ["update", "-qq"], apt)) {
    run(
      `install ${missing.join(" ")}`,
      "apt-get",
      ["install", "-y", "-qq", "--no-install-recommends", ...missing],
      apt,
    );
  }
}

function testFiles() {
  const folder = join(root, "test");
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.test\.ts$/.test(entry.name))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .filter((file) => /\.slow\.test\.ts$/.test(file) === slow)
    .sort();
}

const node = process.execPath;
const bin = (name) => join(root, "node_modules", name);
const results = [];
if (chosen.length === 0 && !slow) {
  results.push(
    run("format (prettier)", node, [bin("prettier/bin/prettier.cjs"), "--check", "--log-level", "warn", "."]),
  );
  results.push(run("lint (eslint, import rules)", node, [bin("eslint/bin/eslint.js"), "."]));
  results.push(run("types (tsc)", node, [bin("typescript/bin/tsc"), "-p", "tsconfig.json"]));
  results.push(run("types of the page (tsc)", node, [bin("typescript/bin/tsc"), "-p", "dashboard/web/tsconfig.json"]));
}
await installPrograms();

const scratch = mkdtempSync(join(tmpdir(), "memrig-test-"));
const skips = join(scratch, "skips");
results.push(
  run(
    "tests (node:test)",
    node,
    [
      "--import",
      "tsx",
      "--test",
      // One file more than two cores take: many tests wait, for a ramp in real time or for another program to start.
      "--test-concurrency=3",
      "--test-reporter=spec",
      ...(chosen.length > 0 ? chosen : testFiles()),
    ],
    { MEMRIG_SKIPS: skips },
  ),
);
const skipped = existsSync(skips) ? readFileSync(skips, "utf8").trim().split("\n") : [];
rmSync(scratch, { recursive: true, force: true });

console.log(skipped.length === 0 ? "\nNothing was skipped." : `\nSkipped:\n  ${skipped.join("\n  ")}`);
const failed = results.filter((passed) => !passed).length;
console.log(failed === 0 ? "All steps passed." : `${failed} of ${results.length} steps FAILED; see above.`);
process.exit(failed === 0 ? 0 : 1);
