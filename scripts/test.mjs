/** `npm test`: format, lint, types, then every suite. `--slow` runs the long suites instead. Arguments: test files to run alone. */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { buildTests } from "./build-tests.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const slow = process.argv.includes("--slow");
const chosen = process.argv.slice(2).filter((argument) => !argument.startsWith("--"));

/** Debian packages of the programs that the tests use and that are not here. */
async function missingPackages() {
  const { missingPackages: missing } = await import("../dist/test/support/needs.js");
  return missing();
}

/** Runs a program to its end, its words shown as they come. */
function run(title, command, args, environment = {}) {
  const started = performance.now();
  console.log(`\n── ${title}`);
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: root,
      stdio: ["ignore", "inherit", "inherit"],
      env: { ...process.env, ...environment },
    });
    child.on("error", (error) => console.error(error.message));
    child.on("close", (code) => {
      const seconds = ((performance.now() - started) / 1000).toFixed(1);
      console.log(`── ${title}: ${code === 0 ? "passed" : "FAILED"} in ${seconds} s`);
      resolve(code === 0);
    });
  });
}

/** The same beside the tests: what it prints comes in one piece when it has ended. */
function runBeside(title, script, args) {
  const started = performance.now();
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [join(root, "node_modules", script), ...args], {
      cwd: root,
      stdio: ["ignore", "pipe", "pipe"],
    });
    const said = [];
    child.stdout.on("data", (bytes) => said.push(bytes));
    child.stderr.on("data", (bytes) => said.push(bytes));
    child.on("error", (error) => said.push(Buffer.from(`${error.message}\n`)));
    child.on("close", (code) => {
      const seconds = ((performance.now() - started) / 1000).toFixed(1);
      console.log(
        `\n── ${title}\n${Buffer.concat(said)}── ${title}: ${code === 0 ? "passed" : "FAILED"} in ${seconds} s`,
      );
      resolve(code === 0);
    });
  });
}

/** Format, lint and types, one after the other: each needs one core, and many tests only wait. */
async function checkSources() {
  return [
    await runBeside("format (prettier)", "prettier/bin/prettier.cjs", ["--check", "--log-level", "warn", "."]),
    await runBeside("lint (eslint, import rules)", "eslint/bin/eslint.js", ["."]),
    await runBeside("types (tsc)", "typescript/bin/tsc", ["-p", "tsconfig.json"]),
    await runBeside("types of the page (tsc)", "typescript/bin/tsc", ["-p", "dashboard/web/tsconfig.json"]),
  ];
}

async function installPrograms() {
  if (process.platform !== "linux" || process.getuid?.() !== 0 || !existsSync("/etc/debian_version")) return;
  const missing = await missingPackages();
  if (missing.length === 0) return;
  const apt = { DEBIAN_FRONTEND: "noninteractive" };
  if (await run("package lists", "apt-get", ["update", "-qq"], apt)) {
    await run(
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

const compiled = await buildTests(chosen.length > 0 ? chosen.map((file) => resolve(file)) : testFiles());
await installPrograms();
const sources = chosen.length === 0 && !slow ? checkSources() : Promise.resolve([]);

const scratch = mkdtempSync(join(tmpdir(), "memrig-test-"));
const skips = join(scratch, "skips");
const tests = run(
  "tests (node:test)",
  process.execPath,
  [
    "--test",
    // One file more than two cores take: many tests wait, for a ramp in real time or for another program to start.
    "--test-concurrency=3",
    "--test-reporter=spec",
    ...compiled,
  ],
  { MEMRIG_SKIPS: skips },
);
const results = [...(await sources), await tests];
const skipped = existsSync(skips) ? readFileSync(skips, "utf8").trim().split("\n") : [];
rmSync(scratch, { recursive: true, force: true });

console.log(skipped.length === 0 ? "\nNothing was skipped." : `\nSkipped:\n  ${skipped.join("\n  ")}`);
const failed = results.filter((passed) => !passed).length;
console.log(failed === 0 ? "All steps passed." : `${failed} of ${results.length} steps FAILED; see above.`);
process.exit(failed === 0 ? 0 : 1);
