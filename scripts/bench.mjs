/** `npm run bench [-- NAME… [--option…]]`: runs the benchmarks, each in a process of its own, and prints what they print. */
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("../dist/benchmarks", import.meta.url));
const known = readdirSync(folder)
  .filter((name) => name.endsWith(".js"))
  .map((name) => basename(name, ".js"));
const words = process.argv.slice(2);
const firstOption = words.findIndex((word) => word.startsWith("-"));
const names = firstOption < 0 ? words : words.slice(0, firstOption);
const options = words.slice(names.length);
const chosen = names.length > 0 ? names : known;
const unknown = chosen.filter((name) => !known.includes(name));
if (unknown.length > 0) {
  console.error(`There is no benchmark ${unknown.join(", ")}; there are: ${known.join(", ")}.`);
  process.exit(2);
}
const failed = chosen.filter((name) => {
  console.log(`\n── ${name}`);
  return spawnSync(process.execPath, [join(folder, `${name}.js`), ...options], { stdio: "inherit" }).status !== 0;
});
process.exit(failed.length === 0 ? 0 : 1);
