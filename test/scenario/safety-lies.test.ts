import assert from "node:assert/strict";
import { test } from "node:test";
import { drivers } from "../../drivers/index.js";
import type { DriverEntry } from "../../drivers/index.js";
import { openSession } from "../../src/visa/index.js";
import type { Session } from "../../src/visa/index.js";
import { virtualInstruments } from "../../src/virtual/instruments.js";
import { smuWiring, virtualBench } from "../support/virtual-bench.js";

const signal = new AbortController().signal;

/** Numbers in a message of any language: "1.234E-4" in `:SOUR:VOLT:ILIM 1.234E-4` and in `smua.source.limiti = 1.234E-4`. */
const numbers = /(?<![\w.])[-+]?(?:\d+\.?\d*|\.\d+)(?:E[-+]?\d+)?/gi;

/** A link to an instrument that makes something else of some settings, and admits it only when it is asked. */
function lying(session: Session, victims: readonly number[], factor: number): { session: Session; lies: () => number } {
  let lies = 0;
  const bent = (message: string): string =>
    message.replace(numbers, (text) => {
      const value = Number(text);
      if (!victims.some((victim) => Math.abs(value - victim) <= 1e-6 * Math.abs(victim))) return text;
      lies += 1;
      return (value * factor).toExponential();
    });
  const bends = new Map<PropertyKey, unknown>([
    [
      "write",
      (message: string | Uint8Array, options?: object) =>
        session.write(typeof message === "string" ? bent(message) : message, options),
    ],
    ["query", (message: string, options?: object) => session.query(bent(message), options)],
  ]);
  const liar = new Proxy(session, {
    get(target, name) {
      const value: unknown = bends.get(name) ?? Reflect.get(target, name);
      return typeof value === "function" ? (value.bind(target) as unknown) : value; // it has private fields
    },
  });
  return { session: liar, lies: () => lies };
}

const simulated = [...drivers.values()].filter(({ name }) => virtualInstruments.has(name));
type Smu = Extract<DriverEntry, { kind: "smu" }>;
type Awg = Extract<DriverEntry, { kind: "awg" }>;

const dut = { id: "R", model: "resistor", parameters: { R: 1000 } };
const settings = { ramp: { V_per_s: 1e4, A_per_s: 1e4 } };
const compliance = 1.2345e-4;

/** One that can not be asked says so itself; its limit travels in every message that sets a level, and it refuses what KXCI would change. */
const askable = simulated.filter((one): one is Smu => one.kind === "smu" && !("cannotTell" in one.safe));

for (const entry of askable) {
  for (const [what, factor] of [
    ["makes the compliance smaller", 0.1],
    ["keeps a larger compliance", 8],
  ] as const) {
    test(`a ${entry.name} that ${what} than it was told is refused before its output is on, held and swept`, async (t) => {
      const bench = await virtualBench([{ label: "smu", driver: entry.name }], smuWiring("smu"), dut);
      t.after(() => bench.close());
      let most_V = 0;
      bench.lab.watch(({ top1_V, bottom1_V }) => (most_V = Math.max(most_V, Math.abs(top1_V - bottom1_V))));
      const liar = lying(await openSession(bench.resource("smu")), [compliance], factor);
      const smu = await entry.open(liar.session, "smu", settings);
      t.after(() => smu.close());

      await assert.rejects(smu.hold({ drive: "voltage", level: 0.05, compliance }, signal), {
        kind: "instrument-refused",
        message: /compliance|limit/,
      });
      assert.ok(liar.lies() > 0, "the compliance was not on the wire: nothing was tested");
      const plan = { drive: "voltage", levels: [0.05], cycles: 1, compliance, dwell_s: 0.05 } as const;
      await assert.rejects(smu.sweep(plan, signal).next(), { kind: "instrument-refused" });
      assert.equal(await smu.outputIsOn(), false);
      assert.equal(most_V, 0);
    });
  }
}

for (const entry of simulated.filter((one): one is Awg => one.kind === "awg")) {
  for (const factor of [0.5, 1.25]) {
    test(`a ${entry.name} that makes its levels ${factor} times what it was told is refused, and its output can not be turned on`, async (t) => {
      const wiring = [{ instrument: "awg", terminal: "1", node: "dut.top" }] as const;
      const bench = await virtualBench([{ label: "awg", driver: entry.name }], wiring, dut);
      t.after(() => bench.close());
      const [low_V, high_V] = [0.1234, 0.7531];
      const victims = [low_V, high_V, high_V - low_V, (high_V + low_V) / 2].flatMap((value) => [value, value / 2]);
      const liar = lying(await openSession(bench.resource("awg")), victims, factor);
      const awg = await entry.open(liar.session, "awg", settings);
      t.after(() => awg.close());
      const plan = {
        waveform: { shape: "sine", frequency_Hz: 1000 },
        low_V,
        high_V,
        limit: { low_V: -2, high_V: 2 },
      } as const;
      await assert.rejects(awg.setWaveform(1, plan), { kind: "instrument-refused" });
      assert.ok(liar.lies() > 0, "the levels were not on the wire: nothing was tested");
      await assert.rejects(awg.outputOn(1), { kind: "invalid-request" });
      assert.equal(await awg.outputIsOn(), false);
    });
  }
}
