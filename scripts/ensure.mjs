/** Makes a fresh clone ready: installs packages when they are missing or older than the lock file, then builds. */
import { spawnSync } from "node:child_process";
import { lstatSync, statSync, utimesSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { join } from "node:path";

const root = fileURLToPath(new URL("..", import.meta.url));

function modified(path) {
  return statSync(join(root, path), { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

if (Number(process.versions.node.split(".")[0]) < 20) {
  console.error(`memrig needs Node.js 20 or newer; this is ${process.version}. Install a newer one from nodejs.org.`);
  process.exit(1);
}

const installed = "node_modules/.package-lock.json";
if (modified(installed) < modified("package-lock.json")) {
  if (lstatSync(join(root, "node_modules"), { throwIfNoEntry: false })?.isSymbolicLink()) {
    console.error(
      "memrig: node_modules is a link, and what it leads to is older than package-lock.json. npm ci would empty that folder " +
        "for everyone who shares it. Install there, or remove the link to get a folder of its own. Nothing was done.",
    );
    process.exit(1);
  }
  console.error("memrig: installing packages (npm ci) …");
  // npm_execpath is npm's own script: running it with node works on every system, also where npm is npm.cmd.
  const npm = process.env.npm_execpath;
  const command = npm ? [process.execPath, [npm]] : [process.platform === "win32" ? "npm.cmd" : "npm", []];
  const result = spawnSync(
    command[0],
    [...command[1], "ci", "--include=dev", "--ignore-scripts", "--no-progress", "--loglevel=error"],
    {
      cwd: root,
      stdio: ["ignore", 2, 2],
      shell: !npm && process.platform === "win32",
    },
  );
  if (result.status !== 0) {
    console.error("memrig: npm ci failed; its messages are above. Nothing was started.");
    process.exit(1);
  }
  const now = new Date();
  utimesSync(join(root, installed), now, now);
}

const { build } = await import("./build.mjs");
await build();
