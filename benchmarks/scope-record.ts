/**
 * A record of 10 million points from a scope to volts, by the driver of the scope, beside a C client that reads the same
 * blocks from the same server and scales them. `npm run bench -- scope-record`; MEMRIG_BENCH_ROUNDS=5 for a quick look.
 *
 * What is timed of a driver is `captures`: its questions about the record, the blocks, the conversion; arming is not. The C
 * client asks for the blocks and for nothing else. All run on one core, in turn (see links.ts); judged is the best round of
 * the one over the best of the other. Time on the clock has the server's share in it, which both wait for; the ratio of
 * processor times, printed beside it, has not.
 *
 * Then the messages that a sweep of 2500 points costs, for each source-measure unit, counted at its virtual twin.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "./links/build.js";
import { Contender, lastCore } from "./links/contender.js";
import { Rounds } from "./links/rounds.js";
import { scopeDialogues } from "./links/scope-dialogues.js";
import type { ScopeDialogue } from "./links/scope-dialogues.js";
import { messagesOfSweep, smus } from "./links/sweep-messages.js";
import { Verdicts } from "./links/verdicts.js";

const rounds = Number(process.env["MEMRIG_BENCH_ROUNDS"] ?? 41);
const POINTS = 10_000_000;
const BAR = 3;
const SWEEP_POINTS = 2500;
const MESSAGES = 10;
const ADDRESS = "127.93.0.2";

const here = dirname(fileURLToPath(import.meta.url));
const core = lastCore();
const folder = mkdtempSync(join(tmpdir(), "memrig-scope-record-"));
const verdicts = new Verdicts();

try {
  console.log(`${cpus()[0]?.model ?? "unknown processor"}, Node ${process.version}, load ${loadavg()[0]?.toFixed(1)}.`);
  console.log(
    `All on core ${core}, ${rounds} rounds in turn. ${POINTS} points to volts: best round, ms (processor ms)`,
  );
  const programs = { server: build("server", folder, ["-lpthread"]), client: build("client", folder) };
  for (const dialogue of scopeDialogues) await compare(dialogue, programs);
  console.log(`\nA sweep of ${SWEEP_POINTS} points: messages sent`);
  for (const smu of smus) {
    verdicts.judge(`${smu.model}, ${smu.link}`, [await messagesOfSweep(smu, SWEEP_POINTS)], "at most", MESSAGES);
  }
  process.exitCode = verdicts.conclude() ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function compare(dialogue: ScopeDialogue, programs: { server: string; client: string }): Promise<void> {
  const { name, driver, plan, records, type, block, scale, script } = dialogue;
  const blocks = POINTS / block;
  const lines = [...script, ["BLOCK?", `@${type} ${block}`]].map((line) => line.join("\t"));
  writeFileSync(join(folder, "script"), `${lines.join("\n")}\n`);
  const started: Contender[] = [];
  const start = (who: string, command: string, args: readonly string[]) => {
    const contender = Contender.start(who, core, command, args);
    started.push(contender);
    return contender;
  };
  try {
    const server = start("server", programs.server, [ADDRESS, "1", join(folder, "script")]);
    const port = /raw (\d+)/.exec(await server.line())?.[1] ?? "";
    const resource = `TCPIP0::${ADDRESS}::${port}::SOCKET`;
    const c = start("C", programs.client, [ADDRESS, port]);
    const ours = start(name, process.execPath, [join(here, "links/scope.js"), resource, driver, JSON.stringify(plan)]);
    const theirs = `record ${type} ${blocks} ${scale.reference} ${scale.increment} ${scale.origin}`;
    const taken = new Rounds();
    for (let round = -1; round < rounds; round++) {
      const [limit, measured] = [await c.ask(theirs), await ours.ask(`record ${records}`)];
      if (round < 0) continue; // memory is had, and code compiled, for the first one
      taken.add("C", limit);
      taken.add(name, measured);
    }
    check(dialogue, taken);
    const best = (who: string, figure: string) => Math.min(...taken.of(who, figure));
    const shown = (who: string) => `${best(who, "total_ms").toFixed(1)} (${best(who, "cpu_ms").toFixed(1)})`.padEnd(15);
    console.log(`\n${name}, ${records === 1 ? "" : `${records} records, `}${blocks} blocks of ${type}`);
    console.log(`  C ${shown("C")} driver ${shown(name)}`);
    const processor = best(name, "cpu_ms") / best("C", "cpu_ms");
    verdicts.judge(
      `driver over C (of processor time ${processor.toFixed(2)})`,
      [best(name, "total_ms") / best("C", "total_ms")],
      "at most",
      BAR,
    );
  } finally {
    for (const contender of started.reverse()) await contender.end();
  }
}

/** Both must have the same volts, and the driver the right times. @throws Error they have not */
function check({ name, plan }: ScopeDialogue, taken: Rounds): void {
  const expected = taken.of("C", "sum_V")[0] ?? NaN;
  const step_s = plan.window_s / plan.points;
  const of = (figure: string) => taken.of(name, figure);
  const wrong =
    of("sum_V").some((sum_V) => !(Math.abs(sum_V - expected) < 1e-5)) ||
    of("points").some((points) => points !== POINTS) ||
    of("step_s").some((came_s) => !(Math.abs(came_s / step_s - 1) < 1e-6)) ||
    of("first_s").some((came_s) => !(Math.abs(came_s + plan.pretrigger_s) < step_s));
  if (!wrong) return;
  const came = ["sum_V", "points", "step_s", "first_s"].map((figure) => `${figure} ${of(figure)[0]}`).join(", ");
  throw new Error(`${name}: ${came}; C has a sum of ${expected} V, and the plan starts at ${-plan.pretrigger_s} s`);
}
