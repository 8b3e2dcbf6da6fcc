import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { memrig, scratchFolder } from "../support/cli.js";

interface Simulated {
  circuit: string;
  parameters: Record<string, number>;
  tolerance: number;
  events: { event: string; t_s: number }[];
  steps: number;
  rejected: number;
  cpu_s: number;
}

async function simulated(t: TestContext, ...args: string[]): Promise<Simulated> {
  const ran = await memrig(t, ["simulate", ...args, "--json"]);
  assert.equal(ran.code, 0, ran.stderr);
  return JSON.parse(ran.stdout) as Simulated;
}

const tonic = [
  "vo2-tonic",
  "--set",
  "RL2=6k,C1=6nF,C2=3n,Cstray=0,Re1=200,Re2=200,Rshunt1=15k,Rshunt2=15k,V1=-1.5,V2=1.5",
  "--drive",
  "current:pwl:0:0,10us:0,10.1us:60uA,1ms:60uA",
  "--stop",
  "1ms",
];

test("simulate gives the events of the tonic reference within 1e-5, starting from the rest it solves for itself", async (t) => {
  const csv = await readFile(new URL("../numeric/data/tonic_spikes.csv", import.meta.url), "utf8");
  const reference = csv
    .split(/\r?\n/)
    .filter((line) => /^(X|VK)/.test(line))
    .map((line) => ({ event: line.split(",")[0] ?? "", t_s: Number(line.split(",")[1]) }));

  const result = await simulated(t, ...tonic, "--tolerance", "1e-6");

  assert.deepEqual(Object.keys(result), ["circuit", "parameters", "tolerance", "events", "steps", "rejected", "cpu_s"]);
  assert.equal(result.circuit, "vo2-tonic");
  assert.equal(result.parameters["RL2"], 6000);
  assert.equal(result.tolerance, 1e-6);
  for (const name of new Set(reference.map(({ event }) => event))) {
    const [ours, theirs] = [result.events, reference].map((all) => all.filter(({ event }) => event === name));
    assert.equal(ours?.length, theirs?.length, name);
    ours?.forEach(({ t_s }, i) => {
      const expected = theirs?.[i]?.t_s ?? NaN;
      assert.ok(Math.abs(t_s - expected) < 1e-5 * expected, `${name} ${i}: ${t_s} s, reference ${expected} s`);
    });
  }
});

test("the waveforms have the columns of the reference files, and start where --initial says", async (t) => {
  const folder = await scratchFolder(t);
  const file = join(folder, "wave.csv");
  const initial = "V_Na=-0.3,V_K=0.3,y1=0.02,y2=0.02";
  const ran = await memrig(t, [
    "simulate",
    ...tonic.slice(0, 3),
    "--initial",
    initial,
    "--stop",
    "20us",
    "--csv",
    file,
  ]);
  assert.equal(ran.code, 0, ran.stderr);
  const [head, first] = (await readFile(file, "utf8")).split("\n");
  assert.equal(head, "t_s,V_Na,V_K,u1,u2,i1,i2,y1,y2");
  const [t_s, V_Na, V_K, , , , , y1] = (first ?? "").split(",").map(Number);
  assert.deepEqual([t_s, V_Na, V_K, y1], [0, -0.3, 0.3, 0.02]);

  const oscillator = await memrig(t, ["simulate", "pearson-anson", "--initial", "V=0,y1=0.01", "--csv", "-"]);
  assert.match(oscillator.stdout, /^t_s,V,u1,i1,y1\n0,0,/);
});

test("a preset brings values, drive and stop; --set and --drive go before it", async (t) => {
  const spikes = (result: Simulated) => result.events.filter(({ event }) => event === "VK_up").length;
  const preset = ["vo2-phasic", "--preset", "phasic-spike"];
  assert.equal(spikes(await simulated(t, ...preset)), 1);
  assert.equal(spikes(await simulated(t, ...preset, "--drive", "voltage:pwl:0:0,10us:0,10.1us:0.7V")), 0);
});

test("a drive may come from a file, and several are added", async (t) => {
  const folder = await scratchFolder(t);
  const file = join(folder, "in.csv");
  await writeFile(file, "time_s,voltage_V\n0,0\n1e-5,0\n1.01e-5,1.0\n");
  const direct = await simulated(t, "vo2-phasic", "--drive", "voltage:pwl:0:0,10us:0,10.1us:1.5");
  const added = await simulated(
    t,
    "vo2-phasic",
    "--drive",
    `voltage:@${file}`,
    "--drive",
    "voltage:pwl:0:0,10us:0,10.1us:0.5",
  );
  assert.equal(added.events.length, direct.events.length);
  added.events.forEach(({ t_s }, i) => assert.ok(Math.abs(t_s - (direct.events[i]?.t_s ?? NaN)) < 1e-5 * t_s));
});

test("without a circuit the list; with --about its parameters, presets and columns", async (t) => {
  const list = await memrig(t, ["simulate"]);
  for (const name of ["pearson-anson", "vo2-tonic", "zno-rc", "taox-synapse", "hodgkin-huxley"]) {
    assert.ok(list.stdout.includes(name), name);
  }
  const about = await memrig(t, ["simulate", "vo2-tonic", "--about"]);
  assert.match(about.stdout, /Rshunt2/);
  assert.match(about.stdout, /inhibition-burst-a +no /);
  assert.match(about.stdout, /Columns: t_s V_Na V_K u1 u2 i1 i2 y1 y2/);
});

test("what can not be is refused with exit code 2, naming what is allowed", async (t) => {
  const refusals: [string[], RegExp][] = [
    [["vo2-toni"], /no circuit "vo2-toni".*vo2-tonic/s],
    [["vo2-tonic", "--set", "RL3=5k"], /RL3.*RL1, RL2/s],
    [["vo2-tonic", "--preset", "latency"], /no rest state/],
  ];
  const runs = await Promise.all(refusals.map(([args]) => memrig(t, ["simulate", ...args])));
  runs.forEach((ran, i) => {
    const [args, says] = refusals[i] ?? [[], /never/];
    assert.equal(ran.code, 2, `${args.join(" ")}: ${ran.stderr}`);
    assert.match(ran.stderr, says, args.join(" "));
  });
});

test("netlist writes a deck with the solved rest state, for either dialect", async (t) => {
  const folder = await scratchFolder(t);
  const file = join(folder, "tonic.cir");
  const written = await memrig(t, ["netlist", ...tonic, "--out", file, "--json"]);
  assert.equal(written.code, 0, written.stderr);
  const deck = await readFile(file, "utf8");
  assert.match(deck, /^\* vo2-tonic/);
  assert.match(deck, /\.ic V\(na\)=-0\.27679210/);
  assert.match(deck, /V\(x1_y\)=0\.15220969/);
  assert.match(deck, /RL2 na k 6000/);
  assert.match(deck, /\.tran 1e-7 0\.001 0 1e-7 uic/);
  const ltspice = await memrig(t, ["netlist", ...tonic, "--dialect", "ltspice"]);
  assert.ok(!ltspice.stdout.includes(".control"));
  assert.equal((await memrig(t, ["netlist", "zno-rc", "--dialect", "pspice"])).code, 2);
});
