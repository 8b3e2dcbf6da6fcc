import assert from "node:assert/strict";
import { test } from "node:test";
import type { Session } from "../../src/visa/index.js";
import { virtualBench } from "../support/virtual-bench.js";

/** Pulse channel 1 on a resistor, spoken to by hand. Every message is asked, as Keithley's examples do: setters answer ACK. */
async function on(
  resistance_ohm: number,
  action: (session: Session) => Promise<void>,
  below: "pmu2" | undefined = undefined,
): Promise<void> {
  const bench = await virtualBench(
    [{ label: "smu", driver: "keithley-4200a" }],
    [
      { instrument: "smu", terminal: "pmu1", node: "dut.top" },
      ...(below ? [{ instrument: "smu", terminal: below, node: "dut.bottom" } as const] : []),
    ],
    { id: "R", model: "resistor", parameters: { R: resistance_ohm } },
    "socket",
  );
  try {
    await action(await bench.session("smu"));
  } finally {
    await bench.close();
  }
}

async function ask(session: Session, ...messages: readonly string[]): Promise<void> {
  for (const message of messages) assert.equal(await session.query(message), "ACK", message);
}

async function rowsOf(session: Session, channel: number): Promise<number[][]> {
  while ((await session.query(":PMU:DATA:COUNT? 1")) === "0" || (await session.query(":PMU:TEST:STATUS?")) !== "0");
  const count = Number(await session.query(`:PMU:DATA:COUNT? ${channel}`));
  const rows: number[][] = [];
  for (let from = 0; from < count; from += 2048) {
    const reply = await session.query(`:PMU:DATA:GET ${channel}, ${from}, 2048`);
    rows.push(...reply.split(";").map((row) => row.split(",").map(Number)));
  }
  assert.equal(rows.length, count);
  assert.equal(await session.query(":ERROR:LAST:GET"), "No error. (0)");
  return rows;
}

const near = (value: number | undefined, expected: number, within: number, what: string) =>
  assert.ok(Math.abs((value ?? NaN) - expected) <= within, `${what}: ${value}, expected ${expected}`);

test("virtual 4225-PMU: Keithley's one-channel sweep gives a row of top and base for each level, compensated for the load line", () =>
  on(1000, async (session) => {
    await ask(
      session,
      ":PMU:INIT 0",
      ":PMU:RPM:CONFIGURE PMU1-1, 0",
      ":PMU:CONNECTION:COMP 1, 1, 0",
      ":PMU:LOAD 1, 1e3",
    );
    await ask(
      session,
      ":PMU:MEASURE:MODE 3",
      ":PMU:LLEC:CONFIGURE 1, 1",
      ":PMU:SWEEP:PULSE:AMPLITUDE 1, 0, 5, 0.1, 0, 0",
    );
    await ask(session, ":PMU:PULSE:TIMES 1, 1e-5, 500e-9, 2e-8, 2e-8, 0", ":PMU:PULSE:TRAIN 2, 0, 0");
    await ask(
      session,
      ":PMU:MEASURE:RANGE 1, 2, 0.01",
      ":PMU:PULSE:BURST:COUNT 1",
      ":PMU:OUTPUT:STATE 1, 1",
      ":PMU:EXECUTE",
    );
    const rows = await rowsOf(session, 1);
    assert.equal(rows.length, 51);
    for (const [k, [vh, ih, th, sh, vl, il, tl, sl, ...more]] of rows.entries()) {
      // A step of 14 bits over 20 V is 1.2 mV, over 20 mA 1.2 µA.
      near(vh, 0.1 * k, 2e-3, "VH");
      near(ih, 1e-4 * k, 2e-6, "IH");
      near(vl, 0, 2e-3, "VL");
      near(il, 0, 2e-6, "IL");
      assert.ok(
        (th ?? NaN) >= k * 1e-5 && (th ?? NaN) < (tl ?? NaN) && (tl ?? NaN) < (k + 1) * 1e-5,
        `${th} s, ${tl} s`,
      );
      assert.deepEqual([sh, sl, more], [0, 0, []]);
    }
    await ask(session, ":PMU:OUTPUT:STATE 1, 0");
  }));

test("virtual 4225-PMU: what is compensated for the load line has no more current than the card, 0.2 A on its 10 V range", () =>
  on(10, async (session) => {
    await ask(session, ":PMU:INIT 0", ":PMU:RPM:CONFIGURE PMU1-1, 0", ":PMU:LLEC:CONFIGURE 1, 1");
    await ask(session, ":PMU:PULSE:TRAIN 1, 0, 9", ":PMU:MEASURE:PIV 1, 1, 0");
    await ask(session, ":PMU:OUTPUT:STATE 1, 1", ":PMU:EXECUTE");
    const [[volt, ampere] = []] = await rowsOf(session, 1);
    near(ampere, 0.2, 1e-3, "I");
    near(volt, 2, 1e-2, "V");
  }));

test("virtual 4225-PMU: Keithley's pulse train is a waveform whose width is between the middles of its edges", () =>
  on(1e6, async (session) => {
    await ask(session, ":PMU:INIT 0", ":PMU:RPM:CONFIGURE PMU1-1, 0", ":PMU:MEASURE:RANGE 1, 2, 10e-6");
    await ask(session, ":PMU:PULSE:TRAIN 1, 0.0, 5.0", ":PMU:PULSE:TRAIN 2, 0, 0", ":PMU:MEASURE:MODE 2");
    await ask(session, ":PMU:PULSE:TIMES 1, 100e-6, 50e-6, 5e-6, 5e-6", ":PMU:PULSE:BURST:COUNT 1");
    await ask(session, ":PMU:OUTPUT:STATE 1, 1", ":PMU:EXECUTE");
    const rows = await rowsOf(session, 1);
    const half = rows.filter(([volt = NaN]) => volt > 2.5).map(([, , time_s = NaN]) => time_s);
    near(Math.min(...half), 2.5e-6, 20e-9, "half of the rising edge");
    near(Math.max(...half) - Math.min(...half), 50e-6, 40e-9, "width");
    near(Math.max(...rows.map(([, , time_s = NaN]) => time_s)), 65e-6, 10e-9, "a fifth of the width after the pulse");
    for (const [volt = NaN, ampere = NaN, time_s = NaN] of rows) {
      if (time_s < 5e-6 || time_s > 50e-6) continue;
      near(volt, 5, 5e-3, "V");
      near(ampere, 5e-6, 5e-9, "I");
    }
  }));

test("virtual 4225-PMU: Keithley's vds-id steps one channel each time the other has swept", () =>
  on(1e4, async (session) => {
    await ask(
      session,
      ":PMU:INIT 0",
      ":PMU:RPM:CONFIGURE PMU1-1, 0",
      ":PMU:RPM:CONFIGURE PMU1-2, 0",
      ":PMU:MEASURE:MODE 1",
    );
    await ask(
      session,
      ":PMU:LLEC:CONFIGURE 2, 1",
      ":PMU:STEP:PULSE:AMPLITUDE 1, 2, 4, 0.5, 0",
      ":PMU:MEASURE:RANGE 1, 2, 0.01",
    );
    await ask(
      session,
      ":PMU:SWEEP:PULSE:AMPLITUDE 2, 0, 5, 0.2, 0, 0",
      ":PMU:PULSE:TIMES 2, 1e-6, 5e-7, 1e-7, 1e-7, 0",
    );
    await ask(
      session,
      ":PMU:MEASURE:RANGE 2, 2, 0.2",
      ":PMU:OUTPUT:STATE 1, 1",
      ":PMU:OUTPUT:STATE 2, 1",
      ":PMU:EXECUTE",
    );
    const rows = await rowsOf(session, 1);
    assert.equal(rows.length, 5 * 26);
    for (const [k, [vh]] of rows.entries()) {
      near(vh, ((2 + 0.5 * Math.floor(k / 26)) * 1e4) / 10_050, 3e-3, `VH of row ${k}`); // 50 ohm before 10 kΩ
    }
    assert.equal((await rowsOf(session, 2)).length, 5 * 26);
  }));

test("virtual 4225-PMU: a channel below the device measures what comes through, in a range of its own, behind its 50 ohm", () =>
  on(
    9900,
    async (session) => {
      await ask(session, ":PMU:INIT 0", ":PMU:RPM:CONFIGURE PMU1-1, 0", ":PMU:RPM:CONFIGURE PMU1-2, 0");
      await ask(session, ":PMU:PULSE:TRAIN 1, 0, 1", ":PMU:MEASURE:RANGE 1, 2, 0.2", ":PMU:MEASURE:RANGE 2, 2, 1e-4");
      await ask(
        session,
        ":PMU:PULSE:BURST:COUNT 3",
        ":PMU:OUTPUT:STATE 1, 1",
        ":PMU:OUTPUT:STATE 2, 1",
        ":PMU:EXECUTE",
      );
      const [above, below] = [await rowsOf(session, 1), await rowsOf(session, 2)];
      assert.deepEqual([above.length, below.length], [3, 3]);
      for (const [k, [vh, ih]] of below.entries()) {
        near(vh, 5e-3, 2e-3, "V above 50 ohm");
        near(ih, -1e-4, 3e-8, "I, out of the terminal");
        near(above[k]?.[1], 1e-4, 3e-5, "I in the large range");
      }
    },
    "pmu2",
  ));

test("virtual 4225-PMU: a burst gives a row a pulse, or one as their mean; of the base too where that is asked for", () =>
  on(1e4, async (session) => {
    const set = [
      ":PMU:INIT 0",
      ":PMU:RPM:CONFIGURE PMU1-1, 0",
      ":PMU:PULSE:TRAIN 1, -0.5, 1",
      ":PMU:PULSE:BURST:COUNT 4",
    ];
    const run = [
      ":PMU:TIMES:PIV 1, 0.5, 0.8",
      ":PMU:PULSE:TIMES 1, 2e-6, 5e-7, 1e-7, 1e-7, 1e-7",
      ":PMU:OUTPUT:STATE 1, 1",
    ];
    for (const [mode, piv, count, levels] of [
      [1, "1, 0", 4, [1]],
      [1, "0, 1", 4, [-0.5]],
      [3, "1, 1", 1, [1, -0.5]],
    ] as const) {
      await ask(session, ...set, `:PMU:MEASURE:MODE ${mode}`, `:PMU:MEASURE:PIV 1, ${piv}`, ...run, ":PMU:EXECUTE");
      const rows = await rowsOf(session, 1);
      assert.equal(rows.length, count);
      for (const row of rows) {
        assert.equal(row.length, 4 * levels.length);
        // The range is automatic: 99.5 µA in the one of 100 µA, of which a step is 12 nA.
        for (const [k, level] of levels.entries())
          near(row[4 * k + 1], level / 10_050, 3e-8, `mode ${mode}, I of ${level} V`);
      }
    }
    assert.match(await session.query(":PMU:DATA:GET 1, 0, 1, VL, VH"), /^-4\.9\d*E-01,\+9\.9\d*E-01$/);
  }));

test("virtual 4225-PMU: pulses that it does not have are error -951, and nothing begins", () =>
  on(1e4, async (session) => {
    const set = [":PMU:INIT 0", ":PMU:RPM:CONFIGURE PMU1-1, 0", ":PMU:PULSE:TRAIN 1, 0, 1", ":PMU:OUTPUT:STATE 1, 1"];
    for (const [message, why] of [
      [":PMU:PULSE:TIMES 1, 50e-9, 20e-9, 20e-9, 20e-9", /a period of 5e-8 s/],
      [":PMU:PULSE:TIMES 1, 1e-6, 30e-9, 20e-9, 20e-9", /a width of 3e-8 s/],
      [":PMU:PULSE:TIMES 1, 1e-6, 500e-9, 10e-9, 20e-9", /an edge of 1e-8 s/],
      [":PMU:PULSE:TIMES 1, 1e-6, 500e-9, 600e-9, 20e-9", /edges of 6e-7 s/],
      [":PMU:PULSE:TIMES 1, 1e-6, 500e-9, 100e-9, 100e-9, 380e-9", /between two pulses/],
      [":PMU:PULSE:TRAIN 1, 0, 11", /11 V is beyond the range of 10 V/],
      [":PMU:STEP:PULSE:AMPLITUDE 1, 0, 1, 0.1, 0", /nothing is swept beside a step/],
    ] as const) {
      await ask(session, ...set, message, ":ERROR:LAST:CLEAR", ":PMU:EXECUTE");
      const told = await session.query(":ERROR:LAST:GET");
      assert.match(told, why, message);
      assert.match(told, /\(-951\)$/);
      assert.equal(await session.query(":PMU:TEST:STATUS?"), "0");
    }
  }));
