import assert from "node:assert/strict";
import { test } from "node:test";
import { drivers } from "../../drivers/index.js";
import { levelsFound } from "../../src/bench/found-on.js";
import { sendSafe } from "../../src/bench/safe-socket.js";
import { safeTarget } from "../../src/bench/targets.js";
import type { Session } from "../../src/visa/index.js";
import { smuWiring, virtualBench } from "../support/virtual-bench.js";
import type { ServedBench } from "../support/virtual-bench.js";

/** A 4200A on 1 kΩ, spoken to by hand. */
async function on(
  action: (session: Session, bench: ServedBench) => Promise<void>,
  link: "socket" | "prologix" = "socket",
  time: "fast" | "real" = "fast",
): Promise<void> {
  const dut = { id: "R", model: "resistor", parameters: { R: 1000 } };
  const bench = await virtualBench([{ label: "smu", driver: "keithley-4200a" }], smuWiring("smu"), dut, link, time);
  try {
    await action(await bench.session("smu"), bench);
  } finally {
    await bench.close();
  }
}

/** Writes; the session takes the ACK of each. */
async function say(session: Session, ...messages: readonly string[]): Promise<void> {
  for (const message of messages) await session.write(message);
}

async function ended(session: Session): Promise<void> {
  while ((Number(await session.query("SP")) & 16) !== 0);
}

const linear = ["BC", "*RST", "DE", "CH1,'VA','IA',1,1", "CH2,'VB','IB',1,3", "SS", "VC2,0,0.1", "HT 0", "DT 0", "IT2"];

test("virtual 4200A: the vendor's linear sweep gives its columns, with a status letter before each value", () =>
  on(async (session) => {
    await say(session, ...linear, "VR1,-1,1,0.5,0.1", "RS 5", "RG 1,100e-9", "SM", "DM2", "LI 'IA','VA'", "MD", "ME1");
    await ended(session);
    assert.equal(await session.query(":ERROR:LAST:GET"), "No error. (0)");
    const volts = (await session.query("DO 'VA'")).split(",");
    assert.equal(volts.length, 5);
    for (const value of volts) assert.match(value, /^N[+-]\d\.\d{4}E[+-]\d\d$/);
    assert.deepEqual(
      volts.map((value) => Math.round(Number(value.slice(1)) * 100) / 100 + 0),
      [-1, -0.5, 0, 0.5, 1],
    );
    const times = (await session.query("DO 'CH1T'")).split(",").map(Number);
    assert.ok(times.every((time_s, i) => i === 0 || time_s > (times[i - 1] ?? NaN)));
    assert.equal(await session.query("RD 'IA', 99"), "0", "beyond the end is a zero, as an honest reading can be");
  }));

test("virtual 4200A: with a list, the compliance is told point by point", () =>
  on(async (session) => {
    const list = "VL1,1,1e-3,0.5,2,-2";
    await say(session, ...linear, list, "SM", "DM2", "LI 'IA','VA'", "MD", "ME1");
    await ended(session);
    const currents = (await session.query("DO 'IA'")).split(",");
    assert.deepEqual(
      currents.map((value) => value.charAt(0)),
      ["N", "C", "C"],
    );
    assert.ok(Math.abs(Number(currents[2]?.slice(1)) + 1e-3) < 1e-6, currents[2]);
  }));

test("virtual 4200A: ACK says that a message came; what is wrong with it only the last error and the status byte say", () =>
  on(async (session) => {
    await session.write("US;DV1,0,300,0.01");
    assert.match(await session.query(":ERROR:LAST:GET"), /300.*\(-992\)$/);
    await session.write(":ERROR:LAST:CLEAR");
    await session.write("NONSENSE");
    assert.equal(await session.query("SP"), "66");
    assert.equal(await session.query("SP"), "0", "a poll clears it");
    assert.equal(await session.query("DE;TV1"), ""); // another page's command
    assert.match(await session.query(":ERROR:LAST:GET"), /"TV" belongs to US \(-992\)/);
    await session.write("US;DV3,5,1,0.01"); // SMU3 has no preamplifier
    assert.match(await session.query(":ERROR:LAST:GET"), /preamplifier/);
  }));

test("virtual 4200A: a level and its limit go on with one message and off with the bare command; too small a limit grows", () =>
  on(async (session, { lab }) => {
    await session.write("US;DV1,0,0.5,1e-12");
    const limited = await session.query("US;TI1");
    assert.match(limited, /^CAI\+/);
    assert.ok(Math.abs(Number(limited.slice(3)) - 100e-12) < 1e-12, limited); // with a preamplifier no less than 100 pA
    await session.write("US;DV1,0,0.5,0.01");
    assert.match(await session.query("US;TV1"), /^NAV\+(5\.0000E-01|4\.9999E-01)$/);
    await session.write("US;DV1");
    assert.ok(Math.abs(Number((await session.query("US;TV1")).slice(3))) < 1e-4);
    assert.ok(Math.abs(lab.device_V) < 1e-6);
  }));

test("virtual 4200A: on GPIB a setter is not answered, and the end of a test is seen by serial poll", () =>
  on(async (session) => {
    await say(session, ...linear, "VR1,0,1,0.5,0.1", "SM;DM2;LI 'IA'", "MD;ME1");
    while (((await session.readStatusByte()) & 16) !== 0);
    assert.equal((await session.query("DO 'IA'")).split(",").length, 3);
  }, "prologix"));

const guardianOf = (bench: ServedBench) => {
  const entry = drivers.get("keithley-4200a");
  assert.ok(entry);
  return safeTarget({ label: "smu", settings: { ramp: { V_per_s: 2, A_per_s: 1 } } }, entry, bench.resource("smu"));
};

for (const [drive, message] of [
  ["a voltage", "US;DV1,5,0.6,0.01"],
  ["a current", "US;DI1,7,6e-4,5"],
  ["a voltage that its limit holds lower", "US;DV1,1,5,6e-4"],
] as const) {
  test(`virtual 4200A: what the guardian knows takes ${drive} to zero in steps, then off, and says that it could not ask`, () =>
    on(
      async (session, bench) => {
        await session.write(message);
        await session.write("US;IT4,0,0,10");
        assert.match(await session.query("US;TV1"), /^[NC]AV/);
        assert.ok(Math.abs(bench.lab.device_V - 0.6) < 1e-3, `${bench.lab.device_V} V`);
        const seen_V = [0.6];
        bench.lab.watch(({ top1_V }) => void seen_V.push(top1_V));

        const outcome = await sendSafe(guardianOf(bench), 5);

        assert.equal(outcome.safe, true, outcome.note);
        assert.match(outcome.note, /can not be asked; in steps from 0\.\d+ V at 2 V\/s$/);
        const largest_V = Math.max(...seen_V.slice(1).map((volt, k) => Math.abs(volt - (seen_V[k] ?? NaN))));
        assert.ok(largest_V < 0.3, `a step of ${largest_V} V on the way from 0.6 V`);
        assert.ok(Math.abs(Number((await session.query("US;TV1")).slice(3))) < 1e-4);
      },
      "socket",
      "real",
    ));
}

test("virtual 4200A: a level that another hand holds is found, with its volts", () =>
  on(async (session) => {
    const { safe } = drivers.get("keithley-4200a") ?? {};
    assert.ok(safe);
    assert.deepEqual(await levelsFound(session, safe), []);
    await session.write("US;DV1,5,0.3,0.01");
    const [found = "", ...others] = await levelsFound(session, safe);
    assert.match(found, /^(300|299\.\d+) mV$/);
    assert.deepEqual(others, []);
  }));

test("virtual 4200A: the guardian stops a test of system mode, in which there is no level to take down", () =>
  on(
    async (session, bench) => {
      const list = `VL1,1,1e-3,${Array.from({ length: 4000 }, () => "0.5").join(",")}`;
      await say(session, ...linear, list, "DT 1", "SM", "DM2", "LI 'IA','VA'", "MD", "ME1");
      assert.equal(Number(await session.query("SP")) & 16, 16);
      const outcome = await sendSafe(guardianOf(bench), 5);
      assert.equal(outcome.safe, true, outcome.note);
      assert.doesNotMatch(outcome.note, /in steps/);
      assert.equal(Number(await session.query("SP")) & 16, 0);
      assert.ok(Math.abs(bench.lab.device_V) < 1e-6);
    },
    "socket",
    "real",
  ));
