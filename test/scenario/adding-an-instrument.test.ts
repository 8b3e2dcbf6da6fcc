import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cp, mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { scratchFolder } from "../support/cli.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const page = "docs/adding-an-instrument.md";
const copied = [
  "bin",
  "src",
  "drivers",
  "protocols",
  "dashboard",
  "benchmarks",
  "scripts",
  "test/support",
  "test/suites",
];

interface Block {
  readonly language: string;
  /** The file it is the text of, or is to be added to. */
  readonly file: string;
  readonly text: string;
}

async function blocksOf(document: string): Promise<Block[]> {
  const text = await readFile(join(root, document), "utf8");
  return [...text.matchAll(/^```(\w+)(?: (\S+))?\n(.*?)^```/gms)].map(([, language = "", file = "", content = ""]) => ({
    language,
    file,
    text: content,
  }));
}

/** Puts the lines with "+" behind those without, which must be in the file once. */
function patched(original: string, diff: string): string {
  const lines = original.split("\n");
  let at = -1;
  for (const change of diff.split("\n").filter((line) => line !== "")) {
    const line = change.slice(1);
    if (change.startsWith("+")) lines.splice(++at, 0, line);
    else {
      assert.equal(lines.filter((other) => other === line).length, 1, `"${line}" is in the file once`);
      at = lines.indexOf(line);
    }
  }
  return lines.join("\n");
}

/** A copy of the program, with what the page says done to it. */
async function followed(t: TestContext, blocks: readonly Block[]): Promise<string> {
  const tree = await scratchFolder(t);
  for (const folder of copied) await cp(join(root, folder), join(tree, folder), { recursive: true });
  for (const file of ["package.json", "package-lock.json", "tsconfig.json"])
    await cp(join(root, file), join(tree, file));
  await symlink(join(root, "node_modules"), join(tree, "node_modules"));
  for (const { language, file, text } of blocks) {
    if (file === "") continue;
    const path = join(tree, file);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, language === "diff" ? patched(await readFile(path, "utf8"), text) : text);
  }
  return tree;
}

function run(tree: string, program: string, args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(program, args, {
    cwd: tree,
    encoding: "utf8",
    env: { ...process.env, NODE_TEST_CONTEXT: undefined },
    timeout: 120_000,
  });
  assert.equal(status, 0, `${program} ${args.join(" ")}\n${stdout}\n${stderr}`);
  return stdout;
}

test("an instrument added as the page says compiles, passes the shared suites, its check and a sweep", async (t) => {
  const blocks = await blocksOf(page);
  const tree = await followed(t, blocks);
  const added = blocks.filter(({ language, file }) => language === "ts" && file !== "").map(({ file }) => file);
  assert.ok(added.length >= 4, added.join(", "));
  // The new files and what they import, not the whole tree: that is what the type check of the project is for.
  const project = { extends: "./tsconfig.json", include: ["src/**/*.d.ts"], files: [...added, "drivers/index.ts"] };
  await writeFile(join(tree, "tsconfig.added.json"), JSON.stringify(project));

  const commands = blocks.filter(({ language }) => language === "sh").flatMap(({ text }) => text.trim().split("\n"));
  const outputs = new Map<string, string>();
  for (const command of commands) {
    const words = [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare = ""]) => quoted ?? bare);
    const [program = "", ...args] = words.map((word) => (word === "tsconfig.json" ? "tsconfig.added.json" : word));
    if (program === "npx") outputs.set("tsc", run(tree, join(root, "node_modules/.bin", args[0] ?? ""), args.slice(1)));
    else outputs.set(args[1] ?? "build", run(tree, program, args));
  }

  assert.match(outputs.get("check") ?? "", /✓ smu \(acme-100\).*ACME INSTRUMENTS,ACME 100.*outputs off, no errors/);
  assert.match(outputs.get("run") ?? "", /1 kΩ/);
});
