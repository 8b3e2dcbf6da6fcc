/**
 * Our links beside a C client and PyVISA with pyvisa-py, in one run, all asking the same server (links/server.c, which
 * answers from memory). `npm run bench -- links`; MEMRIG_BENCH_ROUNDS=5 for a quick look.
 *
 * Client and server are pinned to one core, the same one. On different cores each message wakes a halted core, which costs
 * several times what the programs do, and differs from run to run: unpinned, the same client has been seen to ask 10 000
 * and 60 000 times a second. On one core what is left is the work of both, and of the kernel between them.
 *
 * Contenders take turns, and each round gives one ratio: what else the machine does meets all alike. Judged is the median
 * of the ratios; for blocks the ratio of the best rounds, since who works for long on a busy core is interrupted more
 * often, and that would be judged instead.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, sources } from "./links/build.js";
import { Contender, lastCore } from "./links/contender.js";
import { Rounds, spread } from "./links/rounds.js";
import { Verdicts } from "./links/verdicts.js";

const rounds = Number(process.env["MEMRIG_BENCH_ROUNDS"] ?? 21);
const QUESTIONS = 2000;
const POINTS = 10_000_000;
const PIPELINED = 1000;
/** Of the server, away from everybody else's: VXI-11 wants port 111 of it. */
const ADDRESS = "127.93.0.1";
/** Debian's own interpreter, which sees Debian's PyVISA. */
const PYTHON = "/usr/bin/python3";

const here = dirname(fileURLToPath(import.meta.url));
const core = lastCore();
const folder = mkdtempSync(join(tmpdir(), "memrig-links-"));
const verdicts = new Verdicts();
const judge = verdicts.judge.bind(verdicts);

const started: Contender[] = [];
try {
  await compare();
} finally {
  for (const contender of started.reverse()) await contender.end();
  rmSync(folder, { recursive: true, force: true });
}

async function compare(): Promise<void> {
  console.log(`${cpus()[0]?.model ?? "unknown processor"}, Node ${process.version}, load ${loadavg()[0]?.toFixed(1)}.`);
  console.log(`All on core ${core}. Medians over ${rounds} rounds in turn, quarters behind them.`);
  const server = start("server", build("server", folder, ["-lpthread"]), [ADDRESS, String(POINTS)]);
  const ports = new Map(
    [...(await server.line()).matchAll(/(\w+) (\d+)/g)].map(([, name, port]) => [name, Number(port)]),
  );
  const names = {
    raw: `TCPIP0::${ADDRESS}::${ports.get("raw")}::SOCKET`,
    hislip: `TCPIP0::${ADDRESS}::hislip0,${ports.get("hislip")}::INSTR`,
    vxi11: `TCPIP0::${ADDRESS}::inst0::INSTR`,
  };
  const vxi11 = ports.get("vxi11") !== 0;
  if (!vxi11) console.log("VXI-11 is left out: port 111 could not be had. Run as root.");
  const pyvisa = hasPyVisa();
  if (!pyvisa) console.log("pyvisa-py is left out: apt-get install python3-pyvisa python3-pyvisa-py python3-numpy");

  const c = start("C", build("client", folder), [ADDRESS, String(ports.get("raw"))]);
  const ours = (name: string, resource: string) =>
    start(name, process.execPath, [join(here, "links/ours.js"), resource]);
  const theirs = (name: string, resource: string) => start(name, PYTHON, [join(sources, "pyvisa_client.py"), resource]);
  const memrig = { raw: ours("memrig raw", names.raw), hislip: ours("memrig HiSLIP", names.hislip) };
  const raw = [c, memrig.raw, memrig.hislip, ...(pyvisa ? [theirs("pyvisa-py raw", names.raw)] : [])];
  const rpc = vxi11 ? [ours("memrig VXI-11", names.vxi11)] : [];
  if (vxi11 && pyvisa) rpc.push(theirs("pyvisa-py VXI-11", names.vxi11));

  const asked = await Rounds.run([...raw, ...rpc], `query ${QUESTIONS}`, rounds, "query 20000");
  console.log(`\n*IDN?, ${QUESTIONS} a round: median round trip in us (99th percentile)`);
  for (const name of asked.names) {
    console.log(
      `  ${name.padEnd(18)} ${shown(asked.of(name, "median_us"), 1)}  (${shown(asked.of(name, "p99_us"), 0)})`,
    );
  }
  judge("raw query, over C", asked.ratios("memrig raw", "C", "median_us"), "at most", 1.5);
  judge("raw query, over pyvisa-py", asked.ratios("memrig raw", "pyvisa-py raw", "median_us"), "below", 1);
  judge("HiSLIP query, over raw", asked.ratios("memrig HiSLIP", "memrig raw", "median_us"), "at most", 1.3);
  judge("VXI-11 query, over pyvisa-py", asked.ratios("memrig VXI-11", "pyvisa-py VXI-11", "median_us"), "at most", 0.7);

  const taken = await Rounds.run(raw, "block", rounds, "block");
  console.log(`\n${POINTS} int16 points to volts, a round each: ms`);
  for (const name of taken.names) {
    const best_ms = Math.min(...taken.of(name, "total_ms"));
    console.log(`  ${name.padEnd(18)} ${shown(taken.of(name, "total_ms"), 1)}  best ${best_ms.toFixed(1)}`);
  }
  checkVolts(taken);
  judge("points to volts, pyvisa-py over raw", ratioOfBest(taken, "pyvisa-py raw", "memrig raw"), "at least", 8);
  judge("points to volts, raw over C", ratioOfBest(taken, "memrig raw", "C"), "at most", 3);

  console.log(`\n${PIPELINED} questions at once, each with its own number to be answered with`);
  for (const contender of [memrig.raw, memrig.hislip, ...rpc.slice(0, 1)]) {
    const { wrong = Number.NaN, total_ms = Number.NaN } = await contender.ask(`pipelined ${PIPELINED}`);
    judge(`lost or swapped, ${contender.name} (${total_ms.toFixed(1)} ms)`, [wrong], "at most", 0);
  }
  const { wrong = Number.NaN, total_ms = Number.NaN } = await memrig.raw.ask(`ahead ${PIPELINED}`);
  judge(`lost or swapped, one write and ${PIPELINED} reads (${total_ms.toFixed(1)} ms)`, [wrong], "at most", 0);

  process.exitCode = verdicts.conclude() ? 0 : 1;
}

function start(name: string, command: string, args: readonly string[]): Contender {
  const contender = Contender.start(name, core, command, args);
  started.push(contender);
  return contender;
}

function hasPyVisa(): boolean {
  return spawnSync(PYTHON, ["-c", "import pyvisa, pyvisa_py, numpy"], { stdio: "ignore" }).status === 0;
}

function shown(values: readonly number[], digits: number): string {
  const { median, low, high } = spread(values);
  return `${median.toFixed(digits).padStart(6)} ${`${low.toFixed(digits)}-${high.toFixed(digits)}`.padEnd(11)}`;
}

/** All must have got the same volts. @throws Error somebody has not */
function checkVolts(taken: Rounds): void {
  const expected = taken.of("C", "sum_V")[0] ?? Number.NaN;
  for (const name of taken.names) {
    for (const sum_V of taken.of(name, "sum_V")) {
      if (!(Math.abs(sum_V - expected) < 1e-5))
        throw new Error(`${name} has volts of its own: sum ${sum_V}, C ${expected}`);
    }
  }
}

/** None where one of them is left out. */
function ratioOfBest(taken: Rounds, one: string, other: string): number[] {
  const [a, b] = [taken.of(one, "total_ms"), taken.of(other, "total_ms")];
  return a.length === 0 || b.length === 0 ? [] : [Math.min(...a) / Math.min(...b)];
}
