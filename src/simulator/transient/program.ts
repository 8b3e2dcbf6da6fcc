/**
 * A circuit as straight-line JavaScript: right-hand side, Jacobian, factorisation and all stages of a step in functions
 * without loops, closures or allocation. Circuits of one shape share one program, and what the engine has learnt of it.
 */
import type { Device } from "../models/device.js";
import { Elimination } from "./elimination.js";
import { byRowAndColumn, type Equations, type Names } from "./equations.js";
import { growthText } from "./growth.js";
import type { Layout } from "./layout.js";
import { bends, type Method } from "./method.js";
import { Sum } from "./sum.js";

/** What a program reads and writes. */
export interface Memory {
  /** State at the start of the step. */
  readonly X: Float64Array;
  /** State at its end. */
  readonly X1: Float64Array;
  /** Stage increments, one stage after the other. */
  readonly K: Float64Array;
  /** Vectors of the continuous output, after `bend`. */
  readonly D: Float64Array;
  /** f, df/dt and the entries of df/dx at X. */
  readonly F: Float64Array;
  readonly FT: Float64Array;
  readonly J: Float64Array;
  /** Pieces of the sources, counted from the start of the span. */
  readonly E: Float64Array;
  /** Parameters of the elements; entries of the mass matrix; sizes of the unknowns that matter. */
  readonly P: Float64Array;
  readonly M: Float64Array;
  readonly S: Float64Array;
  /** Modes of the limiters: 0 free, 1 or -1 at the limit. */
  readonly L: Float64Array;
  /**
   * Asked and answered: [error of the step in units of the size, growth rate in 1/s, t from the start of the span, h, rate of
   * the least stable device state by itself in 1/s, its speed in 1/s].
   */
  readonly R: Float64Array;
}

export interface Program {
  /** F, FT, J, the growth rate and what goes with it at X and t. */
  prepare(): void;
  /** Tries a step of h from the prepared point: K, X1 and the error. False: a pivot was lost. */
  step(): boolean;
  /** Continuous output of the step made: the method's `o` times K, one vector after the other, into D. */
  bend(): void;
  /** Newton step for M (x - start)/h = f(x): solves (M/h - J) K = F + X1, adding K[0...n) to X. False as in `step`. */
  newton(): boolean;
}

/** Binds a program to memory and devices. */
export type MakeProgram = (memory: Memory, devices: readonly Device[]) => Program;

const cache = new Map<string, MakeProgram>();
const cacheSize = 200;

/** @param devices of the kinds the program is for */
export function programFor(equations: Equations, devices: readonly Device[], method: Method): MakeProgram {
  const text = textOf(equations, devices, method);
  let make = cache.get(text);
  if (!make) {
    // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the text is made here, from indices and element kinds
    make = new Function("memory", "devices", text) as MakeProgram;
    if (cache.size >= cacheSize) cache.delete(cache.keys().next().value ?? "");
    cache.set(text, make);
  }
  return make;
}

function textOf(equations: Equations, devices: readonly Device[], method: Method): string {
  const { layout } = equations;
  const names = [...memoryNames].join(", ");
  return [
    `"use strict"; // ${layout.devices.map(({ element }) => element.model).join(" ")}`,
    `const { ${names} } = memory;`,
    ...tablesText(devices),
    ...devices.flatMap((device, i) => deviceText(device, i)),
    ...prepareText(equations),
    ...stepText(equations, method),
    ...bendText(equations, method),
    ...newtonText(equations),
    `return { prepare, step, bend, newton };`,
  ].join("\n");
}

const memoryNames = ["X", "X1", "K", "D", "F", "FT", "J", "E", "P", "M", "S", "L", "R"] as const;

/** Tables of the devices that are written out, once each. */
function tablesText(devices: readonly Device[]): string[] {
  const owners = new Map(devices.flatMap(({ text }, i) => Object.keys(text?.tables ?? {}).map((name) => [name, i])));
  return [...owners].map(([name, i]) => `const { ${name} } = devices[${i}].text.tables;`);
}

/** The device, its array, and for a device that answers one question at a time, the questions. */
function deviceText(device: Device, i: number): string[] {
  const n = device.size;
  const io = `io${i}`;
  const lines = [`const d${i} = devices[${i}];`, `const ${io} = new Float64Array(${2 + 3 * n + n * n + n + 1});`];
  if (device.text) lines.push(`const dk${i} = d${i}.text.constants;`);
  if (device.flow && device.linearise) return lines;
  const range = Array.from({ length: n }, (_, j) => j);
  const fetch = range.map((j) => `xl${i}[${j}] = ${io}[${1 + j}];`).join(" ");
  const store = (at: number): string => range.map((j) => `${io}[${at + j}] = out${i}[${j}];`).join(" ");
  const flow = [
    `const v = ${io}[0]; ${fetch}`,
    `${io}[${1 + n}] = d${i}.current_A(v, xl${i});`,
    `d${i}.rates(v, xl${i}, out${i}); ${store(2 + n)}`,
  ];
  const at = 2 + 2 * n;
  return [
    ...lines,
    `const xl${i} = new Float64Array(${n}), out${i} = new Float64Array(${Math.max(1, n * n)});`,
    `function flow${i}() { ${flow.join("\n")} }`,
    `function linearise${i}() { ${flow.join("\n")}`,
    `${io}[${at}] = d${i}.conductance_S(v, xl${i});`,
    `d${i}.currentByState(v, xl${i}, out${i}); ${store(at + 1)}`,
    `d${i}.ratesByVoltage(v, xl${i}, out${i}); ${store(at + 1 + n)}`,
    `d${i}.ratesByState(v, xl${i}, out${i});`,
    ...Array.from({ length: n * n }, (_, j) => `${io}[${at + 1 + 2 * n + j}] = out${i}[${j}];`),
    `}`,
  ];
}

/** Values of the sources that move at time `t`, with derivatives where asked, as declarations. */
function sourceText(equations: Equations, t: string, suffix: string, derivatives: boolean): string[] {
  return equations.layout.sources.flatMap(({ atoms, at }, index) => {
    if (!equations.moves(index)) return [];
    const value = new Sum();
    const rate = new Sum();
    const bend = new Sum();
    const lines: string[] = [];
    let first = at;
    atoms.forEach((atom, a) => {
      const [c0, c1, c2, c3, c4] = Array.from({ length: 5 }, (_, j) => `src${first + j}`);
      first += atom.size;
      if (atom.kind === "line") {
        value.add(1, `${c0} + ${c1}*${t}`);
        rate.add(1, `${c1}`);
        return;
      }
      const id = `${index}_${a}${suffix}`;
      lines.push(`const ph${id} = ${c2} + ${t}*(${c3} + ${t}*${c4}/2), om${id} = ${c3} + ${t}*${c4};`);
      value.add(1, `${c0} + ${c1}*Math.sin(ph${id})`);
      rate.add(1, `${c1}*om${id}*Math.cos(ph${id})`);
      bend.add(1, `${c1}*(${c4}*Math.cos(ph${id}) - om${id}*om${id}*Math.sin(ph${id}))`);
    });
    lines.push(`const e${index}${suffix} = ${value.toString()};`);
    lines.push(`const er${index}${suffix} = ${rate.toString()};`);
    if (derivatives) lines.push(`const eb${index}${suffix} = ${bend.toString()};`);
    return lines;
  });
}

function namesAt(equations: Equations, suffix: string, unknown: (index: number) => string): Names {
  return {
    unknown,
    source: (index) => `e${index}${equations.moves(index) ? suffix : ""}`,
    sourceRate: (index) => `er${index}${suffix}`,
    sourceBend: (index) => `eb${index}${suffix}`,
    suffix,
  };
}

/** Entries of df/dx in the order of J. */
export function jacobianPattern(equations: Equations): string[] {
  return [...equations.linear(namesAt(equations, "", (i) => `x${i}`)).entries.keys()].sort(byRowAndColumn);
}

function prepareText(equations: Equations): string[] {
  const pattern = jacobianPattern(equations);
  const text = equations.linear(namesAt(equations, "", (i) => `x${i}`));
  return [
    `function prepare() {`,
    `const t = R[2];`,
    ...equations.numbers(),
    ...equations.layout.names.map((_, i) => `const x${i} = X[${i}];`),
    ...sourceText(equations, "t", "", true),
    ...text.statements,
    ...text.rows.map((row, i) => `F[${i}] = ${row.toString()};`),
    ...text.byTime.flatMap((sum, i) => (sum.empty ? [] : [`FT[${i}] = ${sum.toString()};`])),
    ...pattern.map(
      (entry, i) => `const j${entry.replace(",", "_")} = J[${i}] = ${text.entries.get(entry)?.toString() ?? "0"};`,
    ),
    ...growthText(equations, new Set(pattern)),
    `}`,
  ];
}

function stepText(equations: Equations, method: Method): string[] {
  const { names } = equations.layout;
  const n = names.length;
  const all = names.map((_, i) => i);
  const varies = equations.linear(namesAt(equations, "", (i) => `x${i}`)).byTime.map((sum) => !sum.empty);
  const elimination = eliminationOf(equations);
  const lines = [
    `function step() {`,
    `const t = R[2], h = R[3];`,
    `const ih = 1/h, ig = ih*${1 / method.gamma};`,
    ...equations.numbers(),
    ...all.map((i) => `const x${i} = X[${i}]${varies[i] ? `, ft${i} = h*FT[${i}]` : ""};`),
    ...elimination.factor(entryOf(equations, "ig"), "return false;"),
  ];
  method.a.forEach((weights, stage) => {
    const suffix = `_${stage}`;
    const same = evaluatedBefore(method, stage);
    const at = same ?? stage;
    const flow = equations.flow(namesAt(equations, `_${at}`, (i) => `u${i}_${at}`));
    if (same === undefined && stage > 0) {
      const before = addsLastStage(method, stage);
      for (const i of all) {
        const sum = before
          ? `u${i}_${stage - 1} + k${i}_${stage - 1}`
          : [`x${i}`, ...weights.map((weight, j) => `${weight}*k${i}_${j}`)].join(" + ");
        lines.push(`const u${i}${suffix} = ${sum};`);
      }
      lines.push(
        `const t${suffix} = t + ${method.alpha[stage]}*h;`,
        ...sourceText(equations, `t${suffix}`, suffix, false),
        ...flow.statements,
        ...all.map((i) => `const f${i}${suffix} = ${(flow.rows[i] ?? new Sum()).toString()};`),
      );
    }
    const couplings = method.c[stage] ?? [];
    if (stage > 0) {
      const used = all.filter((column) => [...equations.mass.keys()].some((key) => key.endsWith(`,${column}`)));
      for (const i of used) {
        lines.push(`const c${i}${suffix} = ih*(${couplings.map((weight, j) => `${weight}*k${i}_${j}`).join(" + ")});`);
      }
    }
    for (const i of all) {
      const right = new Sum();
      right.add(1, at === 0 ? `F[${i}]` : `f${i}_${at}`);
      if (varies[i] && method.d[stage] !== 0) right.add(1, `${method.d[stage]}*ft${i}`);
      if (stage > 0) massRow(equations, i, (column) => `c${column}${suffix}`).forEach((term) => right.add(1, term));
      lines.push(`let k${i}${suffix} = ${right.toString()};`);
    }
    lines.push(...elimination.solve((i) => `k${i}${suffix}`));
    for (const i of all) lines.push(`K[${stage * n + i}] = k${i}${suffix};`);
  });
  const last = method.a.length - 1;
  const end = evaluatedBefore(method, last) ?? last;
  lines.push(`let error = 0;`);
  for (const i of all) {
    const error = new Sum();
    method.error.forEach((weight, j) => {
      if (weight !== 0)
        error.add(Math.sign(weight), `${Math.abs(weight) === 1 ? "" : `${Math.abs(weight)}*`}k${i}_${j}`);
    });
    lines.push(
      `const y${i} = X1[${i}] = u${i}_${end} + k${i}_${last};`,
      `const z${i} = Math.abs(${error.toString()})/Math.max(S[${i}], Math.abs(x${i}), Math.abs(y${i}));`,
      `if (!(z${i} <= error)) error = z${i};`,
    );
  }
  lines.push(`R[0] = error;`, `return true;`, `}`);
  return lines;
}

/** The stage before, if any, whose point in state and time this one has too: f is the same there. */
function evaluatedBefore({ a, alpha }: Method, stage: number): number | undefined {
  const point = a[stage]?.join();
  const found = a.findIndex((row, i) => i < stage && alpha[i] === alpha[stage] && row.join() === point);
  return found < 0 ? undefined : found;
}

/** Whether the state of a stage is that of the one before and its increment. */
function addsLastStage({ a }: Method, stage: number): boolean {
  const [row = [], before = []] = [a[stage], a[stage - 1]];
  return stage > 1 && row.length === stage && row.at(-1) === 1 && row.slice(0, -1).join() === before.join();
}

function bendText({ layout }: Equations, method: Method): string[] {
  const n = layout.names.length;
  const lines = [`function bend() {`];
  for (let i = 0; i < n; i++) {
    const stages = method.a.map((_, stage) => `k${stage} = K[${stage * n + i}]`);
    lines.push(`{ const ${stages.join(", ")};`);
    for (let m = 0; m < bends; m++) {
      const terms = (method.o[m] ?? []).map((weight, stage) => `${weight}*k${stage}`);
      lines.push(`D[${m * n + i}] = ${terms.join(" + ") || "0"};`);
    }
    lines.push(`}`);
  }
  return [...lines, `}`];
}

function newtonText(equations: Equations): string[] {
  const elimination = eliminationOf(equations);
  const all = equations.layout.names.map((_, i) => i);
  return [
    `function newton() {`,
    `const ig = 1/R[3];`,
    ...equations.numbers(),
    ...elimination.factor(entryOf(equations, "ig"), "return false;"),
    ...all.map((i) => `let k${i} = F[${i}] + X1[${i}];`),
    ...elimination.solve((i) => `k${i}`),
    ...all.map((i) => `X[${i}] += K[${i}] = k${i};`),
    `return true;`,
    `}`,
  ];
}

function eliminationOf(equations: Equations): Elimination {
  const { layout, mass } = equations;
  const states = [...layout.devices, ...layout.limiters].flatMap(({ first, size }) =>
    Array.from({ length: size }, (_, i) => first + i),
  );
  return new Elimination(layout.names.length, [...mass.keys(), ...jacobianPattern(equations)], states);
}

/** Entry of ig M - J. */
function entryOf(equations: Equations, ig: string): (row: number, column: number) => string {
  const pattern = new Map(jacobianPattern(equations).map((entry, i) => [entry, i]));
  const mass = equations.massPositions();
  const states = stateCount(equations.layout);
  return (row, column) => {
    const entry = `${row},${column}`;
    const [j, m] = [pattern.get(entry), mass.get(entry)];
    const positive = m === undefined ? "" : row < states ? ig : `${ig}*m${m}`;
    return `${positive}${j === undefined ? "" : ` - J[${j}]`}`;
  };
}

/** Terms of a row of M times a vector. */
function massRow(equations: Equations, row: number, vector: (column: number) => string): string[] {
  const states = stateCount(equations.layout);
  return [...equations.massPositions()].flatMap(([entry, position]) => {
    const [r = 0, column = 0] = entry.split(",").map(Number);
    if (r !== row) return [];
    return [row < states ? vector(column) : `m${position}*${vector(column)}`];
  });
}

/** Values of M, in the order the program reads them. */
export function massValues(equations: Equations): number[] {
  return [...equations.massPositions().keys()].map((entry) => equations.mass.get(entry) ?? 0);
}

/** States come first among the unknowns. */
function stateCount(layout: Layout): number {
  return [...layout.devices, ...layout.limiters].reduce((sum, { size }) => sum + size, 0);
}
