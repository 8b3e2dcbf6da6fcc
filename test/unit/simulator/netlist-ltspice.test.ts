/**
 * LTspice does not run here, so its netlists are held to what its help documents ("B. Arbitrary Behavioral Voltage or Current
 * Sources", ".PARAM", ".TRAN", ".IC", ".OPTIONS"): element lines, functions, parameters in braces, directives.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { deviceModels } from "../../../src/simulator/catalogue.js";
import { circuits } from "../../../src/simulator/circuits/index.js";
import { spiceNetlist } from "../../../src/simulator/netlist/spice.js";
import type { Circuit } from "../../../src/simulator/netlist/types.js";

/** Functions of the help that take as many arguments here. */
const functions: Readonly<Record<string, number>> = {
  abs: 1,
  acosh: 1,
  asin: 1,
  asinh: 1,
  cosh: 1,
  exp: 1,
  ln: 1,
  max: 2,
  min: 2,
  pow: 2,
  sgn: 1,
  sin: 1,
  sinh: 1,
  sqrt: 1,
  tanh: 1,
  u: 1,
};
const words = new Set(["time", "pi"]);
/** Names with a value of their own in parameters and expressions (".PARAM"); upper and lower case are one there. */
const constants = new Set([
  "e",
  "pi",
  "k",
  "q",
  "true",
  "false",
  "time",
  "temp",
  "boltz",
  "planck",
  "echarge",
  "kelvin",
]);
/** With the values their documentation allows, where there is a choice. */
const options = /^(reltol|abstol|vntol|chgtol|trtol|maxord|itl1|itl4|plotwinsize|numdgt)=[0-9.e+-]+$|^method=trap$/;
const numeral = /^[+-]?\d+(\.\d+)?(e[+-]?\d+)?$/;

/** What LTspice would refuse in an expression. */
function faults(expression: string, parameters: ReadonlySet<string>, nodes: ReadonlySet<string>): string[] {
  const found: string[] = [];
  const rest = expression.replaceAll(/V\(([^)]*)\)/g, (_, inside: string) => {
    const named = inside.split(",");
    if (named.length > 2 || named.some((node) => node === "0")) found.push(`V(${inside})`);
    for (const node of named) if (!nodes.has(node)) found.push(`no node ${node}`);
    return "1";
  });
  for (const [, inBraces = ""] of rest.matchAll(/\{([^}]*)\}/g)) {
    if (!parameters.has(inBraces)) found.push(`{${inBraces}}`);
  }
  const plain = rest.replaceAll(/\{[^}]*\}/g, "1");
  for (const [word] of plain.replaceAll(/\d+(\.\d+)?(e[+-]?\d+)?/g, "1").matchAll(/[a-z_]\w*\(?/gi)) {
    const called = word.endsWith("(");
    const name = word.replace("(", "");
    if (called ? !(name in functions) : !words.has(name)) found.push(word);
  }
  // from the innermost bracket outwards, with the number of arguments of each function
  let left = plain;
  for (let before = ""; before !== left;) {
    before = left;
    left = left.replaceAll(/([a-z]\w*)?\(([^()]*)\)/gi, (_, name: string | undefined, inside: string) => {
      const expected = name === undefined ? 1 : functions[name];
      if (inside.split(",").length !== expected || inside.trim() === "") found.push(`${name ?? ""}(${inside})`);
      return "1";
    });
  }
  if (/[(),{}?^!&|=]/.test(left)) found.push(left);
  return found;
}

/** Names of the elements that are in no subcircuit, in lower case: there, upper and lower case are one. */
function outside(lines: readonly string[]): string[] {
  let inside = false;
  return lines.flatMap((line) => {
    if (line.startsWith(".subckt")) inside = true;
    const name = inside ? undefined : /^[a-z]\w*/i.exec(line)?.[0];
    if (line.startsWith(".ends")) inside = false;
    return name === undefined ? [] : [name.toLowerCase()];
  });
}

/** Every line that is no line of the help, and why. */
function refusedLines(netlist: string): string[] {
  const lines = netlist.replaceAll(/\n\+/g, " ").trimEnd().split("\n");
  const refused: string[] = [];
  if (!(lines[0] ?? "").startsWith("*")) refused.push("the first line is a title: it must not be an element");
  if (lines.at(-1) !== ".end") refused.push("no .end");
  const nodesOf = (scope: readonly string[]) =>
    new Set(scope.flatMap((line) => (/^[a-z]/i.test(line) ? line.split(/\s+/).slice(1, 30) : [])));
  let [parameters, nodes, inside] = [new Set<string>(), nodesOf(lines), false];
  let elements = new Set<string>();
  for (const [i, line] of lines.entries()) {
    const element = /^[a-z]\w*/i.exec(line)?.[0].toLowerCase();
    if (/^\.(subckt|ends)/.test(line)) elements = new Set(line.startsWith(".ends") ? outside(lines.slice(0, i)) : []);
    else if (element !== undefined && elements.has(element))
      refused.push(`${element}: an element of that name is there`);
    else if (element !== undefined) elements.add(element);
    const [head = "", a, b, value = "", ...more] = line.split(/\s+/);
    const bad = (why: string) => refused.push(`${line.slice(0, 80)}: ${why}`);
    const expression = /^B\w+ \w+ \w+ [IV]=(.*)$/.exec(line)?.[1];
    if (line.startsWith("*")) continue;
    if (line.startsWith(".subckt")) {
      [parameters, inside] = [new Set(), true];
      const end = lines.findIndex((other, j) => j > i && other.startsWith(".ends"));
      nodes = new Set([...nodesOf(lines.slice(i + 1, end)), ...line.split(/\s+/).slice(2)]);
    } else if (line.startsWith(".ends")) [nodes, inside] = [nodesOf(lines), false];
    else if (line.startsWith(".param")) {
      const [, name = "", number = ""] = /^\.param (\w+)=(\S+)$/.exec(line) ?? [];
      if (!numeral.test(number)) bad("no number");
      if ([...parameters].some((other) => other.toLowerCase() === name.toLowerCase())) bad("given twice");
      if (name in functions || constants.has(name.toLowerCase())) bad("a name that is taken");
      parameters.add(name);
    } else if (expression !== undefined) for (const fault of faults(expression, parameters, nodes)) bad(fault);
    else if (/^[RC]\w* /.test(line)) {
      if (!numeral.test(value) || a === b) bad("no value");
      if (more.length > 0 && !/^IC=[0-9.e+-]+$/.test(more.join(" "))) bad("more than a value");
    } else if (/^[VI]\w+ \w+ \w+ DC [0-9.e+-]+$/.test(line)) continue;
    else if (/^[VI]\w+ \w+ \w+ PWL\( /.test(line)) {
      const numbers = line
        .replace(/^.*PWL\( /, "")
        .replace(/\)$/, "")
        .trim()
        .split(/\s+/);
      if (numbers.length % 2 !== 0 || !numbers.every((each) => numeral.test(each))) bad("no pairs of numbers");
      const times = numbers.filter((_, j) => j % 2 === 0).map(Number);
      if (times.some((t, j) => j > 0 && !(t > (times[j - 1] ?? NaN)))) bad("times do not rise");
    } else if (head.startsWith("X")) {
      const type = line.split(/\s+/).at(-1);
      if (!lines.some((other) => other.startsWith(`.subckt ${type} `))) bad("no such subcircuit");
    } else if (head === ".ic") {
      if (
        !line
          .split(/\s+/)
          .slice(1)
          .every((word) => /^V\(\w+\)=[0-9.e+-]+$/.test(word))
      )
        bad("no start voltage");
    } else if (head === ".options") {
      for (const option of line.split(/\s+/).slice(1)) if (!options.test(option)) bad(option);
    } else if (head === ".tran") {
      if (!/^\.tran( [0-9.e+-]+){4} uic$/.test(line)) bad("not Tstep Tstop Tstart dTmax uic");
    } else if (head === ".save") {
      if (
        !line
          .split(/\s+/)
          .slice(1)
          .every((word) => /^V\(\w+\)$/.test(word))
      )
        bad("not a voltage");
    } else if (!(head === ".end" && !inside)) bad("an unknown line");
  }
  return refused;
}

for (const named of circuits.values()) {
  test(`the LTspice netlists of ${named.name} are lines its help documents, in every preset`, () => {
    const all = [{ parameters: {}, drive: undefined, stop_s: named.stop_s }, ...named.presets.values()];
    for (const { parameters, drive, stop_s } of all) {
      const netlist = spiceNetlist(named.build(parameters, drive), { dialect: "ltspice", stop_s });
      assert.deepEqual(refusedLines(netlist), []);
    }
  });
}

test("the LTspice form of every device model is lines its help documents", () => {
  for (const [model] of deviceModels) {
    const circuit: Circuit = {
      name: "one",
      title: model,
      source: "test",
      elements: [
        { kind: "V", name: "V1", plus: "a", minus: "0", wave: { kind: "sine", amplitude: 1, frequency_Hz: 1e3 } },
        { kind: "device", name: "X1", a: "a", b: "gnd", model },
        { kind: "R", name: "R1", a: "gnd", b: "0", R_ohm: 1 },
      ],
      probes: [],
    };
    const netlist = spiceNetlist(circuit, { dialect: "ltspice", stop_s: 1e-3 });
    assert.deepEqual(refusedLines(netlist), [], model);
    assert.ok(!/\bgnd\b/.test(netlist), "gnd is ground there: a node of that name is called otherwise");
  }
});

test("the check itself sees what LTspice would refuse", () => {
  const deck = (line: string) =>
    ["* t", "V1 a 0 DC 1", "R1 a b 1", ".param ka=1", line, ".tran 0 1 0 1 uic", ".end"].join("\n");
  assert.deepEqual(refusedLines(deck("B1 a b I={ka}*V(a,b)")), []);
  for (const wrong of [
    "B1 a b I=ka*V(a,b)",
    "B1 a b I={ka*V(a,b)}",
    ".param KA=2",
    "B1 a b I=V(a,0)",
    "B1 a b I=V(c)",
    "B1 a b I=V(a)>1?1:2",
    "B1 a b I=ternary_fcn(V(a),1,2)",
    "B1 a b I=max(V(a))",
    "B1 a b I=(1+V(a)",
    ".control",
    "V2 a b PWL( 0 1 0 2 )",
    "R2 a b Infinity",
    "r1 a b 1",
    ".param K=2",
    ".param q=2",
  ]) {
    assert.equal(refusedLines(deck(wrong)).length > 0, true, wrong);
  }
});
