import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { parseBench } from "../../src/bench/index.js";
import { influxServer } from "../support/influxd.js";
import { eventually, memrig, scratchFolder, serveBench, startMemrig } from "../support/cli.js";
import { find } from "../support/needs.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const documents = [
  "README.md",
  ...["docs", "docs/protocols"].flatMap((folder) =>
    readdirSync(join(root, folder))
      .filter((name) => name.endsWith(".md"))
      .map((name) => `${folder}/${name}`),
  ),
];

interface Block {
  readonly document: string;
  readonly language: string;
  readonly text: string;
}

const blocks: Block[] = documents.flatMap((document) =>
  [...readFileSync(join(root, document), "utf8").matchAll(/^```(\w+)\n(.*?)^```/gms)].map(
    ([, language = "", text = ""]) => ({ document, language, text }),
  ),
);

test("every bench file in the documents and examples is one", () => {
  const yaml = blocks.filter(({ language, text }) => language === "yaml" && text.includes("instruments:"));
  assert.ok(yaml.length > 0);
  for (const { document, text } of yaml) parseBench(text, document, { env: { INFLUX_PASSWORD: "secret" } });
  for (const name of readdirSync(join(root, "examples")).filter((file) => file.endsWith(".yaml"))) {
    parseBench(readFileSync(join(root, "examples", name), "utf8"), name, { env: { INFLUX_PASSWORD: "secret" } });
  }
});

test("every JSON block in the documents is JSON", () => {
  for (const { document, language, text } of blocks)
    if (language === "json") assert.doesNotThrow(() => void JSON.parse(text), document);
});

/** Words of a command line, quotes taken off. */
function words(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
    ([, double, single, bare]) => double ?? single ?? bare ?? "",
  );
}

/** The commands of all shell blocks: `memrig …` lines, comments taken off. */
const commands = blocks
  .filter(({ language }) => language === "sh")
  .flatMap(({ document, text }) =>
    text
      .split("\n")
      .filter((line) => /^(npx )?memrig /.test(line))
      .map((line) => ({ document, line: line.replace(/\s+#.*$/, ""), untilStopped: /#.*until stopped/.test(line) })),
  );

/** What the documents call lab.yaml, RUN and RESOURCE, for real. */
async function lab(t: TestContext): Promise<{ folder: string; fill: (word: string) => string }> {
  const folder = await scratchFolder(t);
  const example = readFileSync(join(root, "examples/zno-virtual.yaml"), "utf8");
  const influx = find("influxd") === undefined ? undefined : await influxServer(t);
  await writeFile(
    join(folder, "lab.yaml"),
    influx ? `${example}\ninflux: { url: "${influx.url}", database: memrig }\n` : example,
  );
  for (const [, file = "", text = ""] of readFileSync(join(root, "docs/writing-a-protocol.md"), "utf8").matchAll(
    /^```ts (\S+)\n(.*?)^```/gms,
  ))
    await writeFile(join(folder, file), text); // the page's files, for its commands
  const first = await memrig(t, ["run", "iv-sweep", "--bench", "lab.yaml", "--json"], { cwd: folder });
  assert.equal(first.code, 0, first.stderr);
  const { run } = JSON.parse(first.stdout) as { run: string };
  const resource = (await serveBench(t, join(folder, "lab.yaml")))[0]?.resources[0] ?? "";
  return {
    folder,
    fill: (word) =>
      word === "RUN" ? run : word === "RESOURCE" ? resource : word.replace(/^examples\//, join(root, "examples/")),
  };
}

type Shown = (typeof commands)[number];

/** Documents side by side, each with its commands in order; what several of them show is done once. */
const lanes = 3;

test("every command in the documents does what it is shown for", async (t) => {
  assert.ok(commands.length > 10, `${commands.length} commands were found`);
  const once = commands.filter((shown, k) => commands.findIndex(({ line }) => line === shown.line) === k);
  const waiting = documents.map((document) => once.filter((shown) => shown.document === document));
  const work = async (): Promise<void> => {
    const { folder, fill } = await lab(t);
    for (let shown = waiting.shift(); shown; shown = waiting.shift()) {
      for (const command of shown) await tryOut(t, command, folder, fill);
    }
  };
  await Promise.all(Array.from({ length: lanes }, work));
});

async function tryOut(
  t: TestContext,
  { document, line, untilStopped }: Shown,
  folder: string,
  fill: (word: string) => string,
): Promise<void> {
  if (line.includes("influx") && find("influxd") === undefined) return; // the suites of InfluxDB say that they were skipped
  const args = words(line.replace(/^(npx )?memrig /, "")).map(fill);
  if (!untilStopped) {
    const began_ms = performance.now();
    const ran = await memrig(t, args, { cwd: folder });
    if (process.env["SLOWEST"]) console.log("TOOK", Math.round(performance.now() - began_ms), line);
    assert.equal(ran.code, 0, `${document}: ${line}\n${ran.stderr}`);
    return;
  }
  const child = startMemrig(t, args, { cwd: folder });
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => (said += text));
  await eventually(`${document}: ${line} says that it runs`, 20, () => {
    assert.equal(child.exitCode, null, `${document}: ${line} ended: ${said}`);
    return /Ctrl-C/.test(said) ? true : undefined;
  });
  child.kill("SIGINT");
  await eventually(`${document}: ${line} ends on Ctrl-C`, 20, () => child.exitCode ?? undefined);
  assert.equal(child.exitCode, 0, said);
}
