// How programs write to instruments, by what PyMeasure, QCoDeS, python-ivi and pyLabLib send: all of it is heard, on each virtual one.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Session } from "../../src/visa/index.js";
import { virtualBench } from "../support/virtual-bench.js";
import type { ServedBench } from "../support/virtual-bench.js";

interface Dialect {
  readonly model?: string;
  /** A level that takes 0.5. */
  readonly level: string;
  /** The same in lower-case long forms. */
  readonly long: string;
  /** A unit that may be glued to its number. */
  readonly unit?: string;
  /** A command that takes text in quotes, and text that it takes. */
  readonly quoted?: readonly [header: string, text: string];
  /** What makes the text known first. */
  readonly first?: string;
}

const voltage = "source1:voltage:level:immediate:amplitude";
const channel = { level: "CHAN1:SCAL", long: "channel1:scale" };
const dialects: Readonly<Record<string, Dialect>> = {
  "keithley-2400": { level: "SOUR:VOLT", long: voltage, quoted: ["SENS:FUNC", "VOLT"] },
  "keithley-2450": { level: "SOUR:VOLT", long: voltage, quoted: ["SENS:FUNC", "VOLT"] },
  "keysight-b2900": { level: "SOUR:VOLT", long: voltage, unit: "V", quoted: ["SENS:FUNC", "VOLT"] },
  "keysight-33500": {
    level: "VOLT",
    long: voltage,
    unit: "VPP",
    first: "DATA:ARB abc, 0, .1, .2, .3, .4, .5, .6, .7",
    quoted: ["FUNC:ARB", "abc"],
  },
  "tektronix-afg": { level: "VOLT", long: voltage, unit: "VPP" },
  "rigol-dg": { level: "SOUR1:VOLT", long: voltage, unit: "VPP" },
  "keysight-infiniivision": { ...channel, unit: "V", quoted: ["CHAN1:LAB", "abc"] },
  "tektronix-mso": { level: "CH1:SCALE", long: "ch1:scale", quoted: ["CH1:LABel:NAMe", "abc"] },
  "rigol-scope": channel,
  "siglent-sds": { ...channel, model: "SDS1104X HD", quoted: ["CHAN1:LAB:TEXT", "abc"] },
  "rohde-schwarz-rtx": { ...channel, unit: "V" },
};

let bench: ServedBench;

before(async () => {
  const instruments = Object.entries(dialects).map(([driver, { model }]) => ({
    label: driver,
    driver,
    ...(model === undefined ? {} : { model }),
  }));
  bench = await virtualBench(instruments, [], { id: "R", model: "resistor", parameters: { R: 1e6 } });
});
after(() => bench.close());

/** The number that a reply ends with: Tektronix scopes put their header before it. */
const numberIn = (reply: string) => Number(reply.trim().split(/[ ;]/).at(-1));

async function heard(on: Session, level: string, lines: readonly string[]): Promise<void> {
  for (const line of lines) {
    await on.write(`${level} 1`);
    await on.write(line);
    assert.equal(numberIn(await on.query(`:${level}?`)), 0.5, JSON.stringify(line));
  }
}

for (const [driver, { level, long, unit, quoted, first }] of Object.entries(dialects)) {
  test(`${driver}: semicolons, blanks, several commands a line, long forms and glued units are heard as they are meant`, async () => {
    const on = await bench.session(driver);
    await on.write(":*RST;");
    assert.equal((await on.query("*OPC?;")).trim(), "1");
    await heard(on, level, [
      `${level} 0.5;`,
      `;;${level} .5;;`,
      ` \t:${level}   +5.0E-1  \t`,
      `${level} 500e-3\r`,
      `:${level} 1;:${level} 0.5;*CLS`,
      `${long} 0.5`,
      ...(unit === undefined
        ? []
        : [`${level} 5.0e-01${unit}`, `${level} 0.5 ${unit}`, `${level} .5${unit.toLowerCase()}`]),
    ]);
    const both = await on.query(`:${level} 0.5;:${level}?;*OPC?`);
    assert.match(both.trim(), /;1$/);
    for (const quote of ['"', "'"]) {
      if (quoted === undefined) continue;
      if (first !== undefined && quote === '"') await on.write(first);
      await on.write(`${quoted[0]} ${quote}${quoted[1]}${quote}`);
      assert.match(await on.query(`${quoted[0]}?`), new RegExp(quoted[1], "i"), quote);
    }
    assert.equal((await on.query("*OPC?")).trim(), "1");
  });

  test(`${driver}: a quote that is lost costs its own line, and no other`, async () => {
    const on = await bench.session(driver);
    await on.write(`${quoted?.[0] ?? level} "lost`);
    assert.equal((await on.query("*OPC?")).trim(), "1");
    await on.write("*CLS");
  });
}

for (const driver of ["keysight-33500", "tektronix-afg", "rigol-dg", "keithley-2450"]) {
  test(`${driver}: a line of 400 kB is taken whole`, async () => {
    const on = await bench.session(driver);
    assert.match(await on.query(`*IDN?${" ".repeat(400_000)}`), /,/);
  });
}

test("a text upload of 400 kB in one line plays as many points as it had", async () => {
  const on = await bench.session("keysight-33500");
  const points = Array.from({ length: 40_000 }, (_, k) => Math.sin(k / 1000).toFixed(6));
  await on.write(`SOUR1:DATA:ARB long, ${points.join(", ")}`);
  assert.equal(Number(await on.query("SOUR1:DATA:ATTR:POIN? long")), 40_000);
});
