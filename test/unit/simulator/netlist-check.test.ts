import assert from "node:assert/strict";
import test from "node:test";
import { MemrigError } from "../../../src/errors.js";
import { checkCircuit } from "../../../src/simulator/netlist/check.js";
import type { Circuit, Element, Probe, Waveform } from "../../../src/simulator/netlist/types.js";

const R = (name: string, a: string, b: string, R_ohm = 1e3): Element => ({ kind: "R", name, a, b, R_ohm });
const C = (name: string, a: string, b: string, C_F = 1e-9): Element => ({ kind: "C", name, a, b, C_F });
const V = (name: string, plus: string, minus: string, wave: Waveform = { kind: "dc", value: 1 }): Element => ({
  kind: "V",
  name,
  plus,
  minus,
  wave,
});
const I = (name: string, from: string, to: string): Element => ({
  kind: "I",
  name,
  from,
  to,
  wave: { kind: "dc", value: 1e-3 },
});
const X = (model: string, parameters = {}): Element => ({
  kind: "device",
  name: "X1",
  a: "a",
  b: "0",
  model,
  parameters,
});

function circuit(elements: Element[], probes: Probe[] = []): Circuit {
  return { name: "trial", title: "", source: "test", elements, probes };
}

function refusal(elements: Element[], probes: Probe[] = []): string {
  try {
    checkCircuit(circuit(elements, probes));
  } catch (error) {
    assert.ok(error instanceof MemrigError && error.kind === "invalid-request", String(error));
    return error.message;
  }
  return assert.fail("the circuit was not refused");
}

test("a circuit with every kind of element is let through", () => {
  checkCircuit(
    circuit(
      [
        V("V1", "s", "0"),
        R("R1", "s", "a"),
        C("C1", "a", "0"),
        X("vo2-mott"),
        I("I1", "0", "a"),
        { kind: "nmos", name: "M1", drain: "d", gate: "a", source: "0", k_A_per_V2: 1e-3, vth_V: 0.5 },
        R("Rd", "s", "d"),
        {
          kind: "limited",
          name: "S1",
          plus: "m",
          minus: "0",
          wave: { kind: "dc", value: 1 },
          series_ohm: 1,
          limit_A: 1e-3,
        },
        R("Rm", "m", "a"),
      ],
      [{ name: "V_a", quantity: { kind: "voltage", node: "a" }, unit: "V" }],
    ),
  );
});

test("a node held by capacitors, current sources or gates alone is called floating, by name", () => {
  assert.match(refusal([V("V1", "s", "0"), C("C1", "s", "x"), C("C2", "x", "0")]), /node x is floating.*C1, C2/);
  assert.match(refusal([I("I1", "0", "x"), R("R1", "a", "0")]), /node x is floating.*I1/);
  assert.match(
    refusal([
      V("V1", "s", "0"),
      { kind: "nmos", name: "M1", drain: "s", gate: "g", source: "0", k_A_per_V2: 1e-3, vth_V: 0.5 },
    ]),
    /node g is floating.*M1/,
  );
  assert.match(refusal([V("V1", "s", "0"), R("R1", "s", "0"), R("R2", "p", "q")]), /node p is floating/);
  assert.match(refusal([R("R1", "a", "b")]), /nothing is connected to ground/);
});

test("shorted sources and loops of sources are refused, by name", () => {
  assert.match(refusal([V("V1", "a", "a"), R("R1", "a", "0")]), /V1 is shorted.*node a/);
  assert.match(refusal([V("V1", "a", "0"), V("V2", "a", "0"), R("R1", "a", "0")]), /V2 closes a loop/);
  assert.match(
    refusal([V("V1", "a", "0"), V("V2", "b", "a"), V("V3", "0", "b"), R("R1", "b", "0")]),
    /V3 closes a loop/,
  );
});

test("a resistance or capacitance that is negative, zero or no number is refused with its value", () => {
  const rest = [V("V1", "s", "0"), R("R0", "s", "0")];
  for (const value of [-1e-9, 0, NaN, Infinity]) {
    assert.match(refusal([...rest, C("C7", "s", "0", value)]), new RegExp(`C7 has C_F = ${value}`));
    assert.match(refusal([...rest, R("R7", "s", "0", value)]), new RegExp(`R7 has R_ohm = ${value}`));
  }
});

test("an unknown model, an unknown parameter and one out of range are refused with what is allowed", () => {
  const rest = [R("R1", "a", "0")];
  assert.match(refusal([...rest, X("unobtainium")]), /"unobtainium".*vo2-mott/);
  assert.match(refusal([...rest, X("vo2-mott", { Rx: 1 })]), /"Rx".*Rshunt/);
  assert.match(refusal([...rest, X("vo2-mott", { Re: -5 })]), /Re of vo2-mott.*at least 0/);
  assert.match(
    refusal([...rest, { ...X("vo2-mott"), initial: [0, 1] } as Element]),
    /X1 has initial = 0, 1; it must be 1 finite/,
  );
});

test("probes of what is not there are refused with what is", () => {
  const elements = [V("V1", "s", "0"), R("R1", "s", "a"), X("vo2-mott")];
  const probe = (quantity: Probe["quantity"]): Probe[] => [{ name: "P", quantity, unit: "" }];
  assert.match(refusal(elements, probe({ kind: "voltage", node: "b" })), /probe P asks for node b.*s, a/);
  assert.match(refusal(elements, probe({ kind: "current", element: "R9" })), /element R9.*V1, R1, X1/);
  assert.match(refusal(elements, probe({ kind: "state", element: "X1", index: 1 })), /state 1 of X1, which has 1/);
  assert.match(refusal(elements, probe({ kind: "state", element: "R1", index: 0 })), /state of R1, which has none/);
});

test("waveforms that can not be are refused", () => {
  const wave = (given: Waveform): string => refusal([V("V1", "s", "0", given), R("R1", "s", "0")]);
  assert.match(wave({ kind: "pwl", times_s: [0, 2, 1], values: [0, 1, 2] }), /rising order/);
  assert.match(wave({ kind: "pwl", times_s: [0, 1], values: [0] }), /2 times and 1 values/);
  assert.match(wave({ kind: "pulse", low: 0, high: 1, width_s: 2, period_s: 1 }), /shorter than its period/);
  assert.match(wave({ kind: "sine", amplitude: 1, frequency_Hz: 0 }), /frequency_Hz = 0/);
  assert.match(wave({ kind: "sum", of: [{ kind: "dc", value: NaN }] }), /value = NaN/);
});

test("two elements of one name are refused", () => {
  assert.match(refusal([R("R1", "a", "0"), R("R1", "a", "0")]), /two elements named R1/);
});

test("an element or a waveform of a kind there is none of is refused by name, as circuits from files may have one", () => {
  const coil: unknown = { kind: "L", name: "L1", a: "a", b: "0", L_H: 1e-3 };
  assert.match(
    refusal([V("V1", "a", "0"), coil as Element]),
    /"L" was given as the kind of an element; there are: R, C/,
  );
  const saw: unknown = { kind: "saw", value: 1 };
  const message = refusal([V("V1", "a", "0", saw as Waveform), R("R1", "a", "0")]);
  assert.match(message, /"saw" was given as the kind of a waveform; there are: dc, pulse/);
});
