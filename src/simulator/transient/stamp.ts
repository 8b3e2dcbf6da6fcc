import type { Element } from "../netlist/types.js";
import type { Equations, FlowText, LinearText, Names } from "./equations.js";
import { Sum } from "./sum.js";

/** Least resistance behind a source with a limit: the limit is judged by the voltage across it. */
export const leastSeries_ohm = 1e-3;

/** Adds one element to the equations. */
export class Stamp {
  constructor(
    private readonly equations: Equations,
    private readonly names: Names,
    private readonly text: FlowText,
    private readonly linear: LinearText | undefined,
    private readonly element: Element,
  ) {}

  write(): void {
    const { element, equations } = this;
    const capacitance = equations.capacitances().find(({ name }) => name === element.name);
    if (capacitance) this.capacitor(capacitance.a, capacitance.b, capacitance.C_F);
    switch (element.kind) {
      case "R": {
        const g = this.parameter("g", 1 / element.R_ohm);
        const v = this.keep("v", this.across(element.a, element.b));
        this.current(element.a, element.b, `${g}*${v}`);
        this.byVoltage(element.a, element.b, element.a, element.b, g);
        return;
      }
      case "I": {
        const source = this.source();
        this.current(element.from, element.to, this.names.source(source));
        if (!equations.moves(source)) return;
        this.byTime(equations.place(element.from).unknown, -1, this.names.sourceRate(source));
        this.byTime(equations.place(element.to).unknown, 1, this.names.sourceRate(source));
        return;
      }
      case "limited":
        return this.limited(element);
      case "nmos":
        return this.transistor(element);
      case "device":
        return this.device(element.a, element.b);
      case "C":
      case "V":
        return;
    }
  }

  private parameter(name: string, value: number): string {
    return this.equations.parameter(this.element.name, name, value);
  }

  private source(): number {
    return this.equations.layout.sources.findIndex(({ name }) => name === this.element.name);
  }

  private across(a: string, b: string): Sum {
    const sum = this.equations.voltage(this.names, a);
    sum.addAll(-1, this.equations.voltage(this.names, b));
    return sum;
  }

  private keep(what: string, value: Sum | string): string {
    const name = `${what}${this.equations.layout.circuit.elements.indexOf(this.element)}${this.names.suffix}`;
    this.text.statements.push(`const ${name} = ${value.toString()};`);
    return name;
  }

  /** A current out of node a, through the element, into node b. */
  private current(a: string, b: string, value: string): void {
    const [from, to] = [this.equations.place(a).unknown, this.equations.place(b).unknown];
    if (from === to) return;
    this.text.rows[from]?.add(-1, value);
    this.text.rows[to]?.add(1, value);
  }

  /** The current from a to b changes by `slope` per volt between `plus` and `minus`. */
  private byVoltage(a: string, b: string, plus: string, minus: string, slope: string): void {
    const [from, to] = [this.equations.place(a).unknown, this.equations.place(b).unknown];
    if (from === to) return;
    this.rowByVoltage(from, -1, plus, minus, slope);
    this.rowByVoltage(to, 1, plus, minus, slope);
  }

  /** Row `row` changes by sign x slope per volt between `plus` and `minus`. */
  private rowByVoltage(row: number, sign: 1 | -1, plus: string, minus: string, slope: string): void {
    if (row < 0) return;
    for (const [node, side] of [
      [plus, 1],
      [minus, -1],
    ] as const) {
      const { unknown, offsets } = this.equations.place(node);
      if (unknown >= 0) this.entry(row, unknown, sign * side, slope);
      for (const offset of offsets) {
        if (!this.equations.moves(offset.source)) continue;
        this.byTime(row, sign * side * offset.sign, `${slope}*${this.names.sourceRate(offset.source)}`);
      }
    }
  }

  private entry(row: number, column: number, sign: number, value: string): void {
    if (!this.linear || row < 0 || column < 0) return;
    const key = `${row},${column}`;
    const sum = this.linear.entries.get(key) ?? new Sum();
    sum.add(sign, value);
    this.linear.entries.set(key, sum);
  }

  private byTime(row: number, sign: number, value: string): void {
    if (row >= 0) this.linear?.byTime[row]?.add(sign, value);
  }

  /** The part of a capacitor's current that sources force on it; the rest is in the mass matrix. */
  private capacitor(a: string, b: string, C_F: number): void {
    const { equations } = this;
    if (equations.place(a).unknown === equations.place(b).unknown) return;
    const C = this.parameter("C", C_F);
    for (const [node, side] of [
      [a, 1],
      [b, -1],
    ] as const) {
      for (const { source, sign } of equations.place(node).offsets) {
        if (!equations.moves(source)) continue;
        for (const [row, out] of [
          [equations.place(a).unknown, -1],
          [equations.place(b).unknown, 1],
        ] as const) {
          this.text.rows[row]?.add(side * sign * out, `${C}*${this.names.sourceRate(source)}`);
          this.byTime(row, side * sign * out, `${C}*${this.names.sourceBend(source)}`);
        }
      }
    }
  }

  private device(a: string, b: string): void {
    const { equations, names, text } = this;
    const place = equations.layout.devices.find(({ name }) => name === this.element.name);
    if (!place) return;
    const { first, size, index } = place;
    const device = equations.device(place);
    if (device.text && !this.linear) {
      const v = this.keep("v", this.across(a, b));
      const x = Array.from({ length: size }, (_, i) => names.unknown(first + i));
      const own = (name: string): string => `${name}d${index}${names.suffix}`;
      const { lines, current, rates } = device.text.flow({ v, x, own, constant: (at) => `d${index}k${at}` });
      text.statements.push(...lines);
      this.current(a, b, current);
      rates.forEach((rate, i) => text.rows[first + i]?.add(1, rate));
      return;
    }
    const direct = device.flow !== undefined && device.linearise !== undefined;
    const io = `io${index}`;
    text.statements.push(`${io}[0] = ${this.across(a, b).toString()};`);
    for (let i = 0; i < size; i++) text.statements.push(`${io}[${1 + i}] = ${names.unknown(first + i)};`);
    const call = this.linear ? "linearise" : "flow";
    text.statements.push(direct ? `d${index}.${call}(${io});` : `${call}${index}();`);
    let at = 1 + size;
    const next = (what: string): string => this.keep(what, `${io}[${at++}]`);
    this.current(a, b, next("i"));
    for (let i = 0; i < size; i++) text.rows[first + i]?.add(1, next(`f${i}_`));
    if (!this.linear) return;
    this.byVoltage(a, b, a, b, next("g"));
    const [from, to] = [equations.place(a).unknown, equations.place(b).unknown];
    for (let i = 0; i < size; i++) {
      const byState = next(`ix${i}_`);
      if (from === to) continue;
      this.entry(from, first + i, -1, byState);
      this.entry(to, first + i, 1, byState);
    }
    for (let i = 0; i < size; i++) this.rowByVoltage(first + i, 1, a, b, next(`fv${i}_`));
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < size; j++) this.entry(first + i, first + j, 1, next(`fx${i}_${j}_`));
    }
  }

  /**
   * i = (emf - p - v)/R while free or with a limiter that takes time, ±limit when it acts at once; p is what the limiter
   * has taken off so far: dp/dt = (emf - v -+ R limit - p)/response when over the limit, -p/response when not.
   */
  private limited(element: Extract<Element, { kind: "limited" }>): void {
    const { equations, names } = this;
    const limiter = equations.layout.limiters.find(({ name }) => name === element.name);
    if (!limiter) return;
    const { plus, minus } = element;
    const R_ohm = Math.max(element.series_ohm, leastSeries_ohm);
    const g = this.parameter("g", 1 / R_ohm);
    const source = this.source();
    const mode = `L[${limiter.index}]`;
    const excess = this.across(minus, plus);
    excess.add(1, names.source(source));
    const over = this.keep("ex", excess); // emf - v
    const emfRate = equations.moves(source) ? names.sourceRate(source) : undefined;
    if (limiter.size === 0) {
      const limit = this.parameter("limit", Math.min(element.limit_A, 1e300));
      const slope = this.keep("g", `(${mode} === 0 ? ${g} : 0)`);
      this.current(minus, plus, this.keep("i", `(${mode} === 0 ? ${over}*${g} : ${mode}*${limit})`));
      this.byVoltage(minus, plus, minus, plus, slope);
      if (emfRate) this.currentByTime(minus, plus, `${slope}*${emfRate}`);
      return;
    }
    const p = limiter.first;
    const rate = this.parameter("rate", 1 / (element.response_s ?? 1));
    const most_V = this.parameter("most", Math.min(R_ohm * element.limit_A, 1e300));
    this.current(minus, plus, `(${over} - ${names.unknown(p)})*${g}`);
    this.text.rows[p]?.add(1, `((${mode} === 0 ? 0 : ${over} - ${mode}*${most_V}) - ${names.unknown(p)})*${rate}`);
    this.byVoltage(minus, plus, minus, plus, g);
    const [from, to] = [equations.place(minus).unknown, equations.place(plus).unknown];
    this.entry(from, p, 1, g);
    this.entry(to, p, -1, g);
    const taken = this.keep("t", `(${mode} === 0 ? 0 : ${rate})`);
    this.rowByVoltage(p, 1, minus, plus, taken);
    this.entry(p, p, -1, rate);
    if (!emfRate) return;
    this.currentByTime(minus, plus, `${g}*${emfRate}`);
    this.byTime(p, 1, `${taken}*${emfRate}`);
  }

  private currentByTime(a: string, b: string, value: string): void {
    const [from, to] = [this.equations.place(a).unknown, this.equations.place(b).unknown];
    if (from === to) return;
    this.byTime(from, -1, value);
    this.byTime(to, 1, value);
  }

  private transistor(element: Extract<Element, { kind: "nmos" }>): void {
    const { drain, gate, source } = element;
    const k = this.parameter("k", element.k_A_per_V2);
    const lambda = this.parameter("lambda", element.lambda_per_V ?? 0);
    const vds = this.keep("ds", this.across(drain, source));
    const vgs = this.across(gate, source);
    const vgd = this.across(gate, drain);
    // the lower of drain and source is the source
    const side = this.keep("s", `(${vds} < 0 ? -1 : 1)`);
    const on = this.keep(
      "on",
      `(${vds} < 0 ? ${vgd.toString()} : ${vgs.toString()}) - ${this.parameter("vth", element.vth_V)}`,
    );
    const w = this.keep("wd", `${side}*${vds}`);
    const open = this.keep("o", `(${on} > 0 ? ${k} : 0)`);
    const x = this.keep("x", `(${on} > ${w} ? ${w} : ${on})`); // the voltage along the open channel
    const square = this.keep("q", `${open}*(${on}*${x} - ${x}*${x}/2)`);
    const length = this.keep("l", `(1 + ${lambda}*${w})`);
    this.current(drain, source, `${side}*${square}*${length}`);
    if (!this.linear) return;
    const byOn = this.keep("go", `${open}*${x}*${length}`);
    const byW = this.keep("gw", `${open}*(${on} - ${x})*${length} + ${square}*${lambda}`);
    // vds and the gate's voltage over the lower end, in terms of the terminals
    this.byVoltage(drain, source, drain, source, byW);
    this.byVoltage(drain, source, gate, source, this.keep("gs", `(${side} > 0 ? ${byOn} : 0)`));
    this.byVoltage(drain, source, gate, drain, this.keep("gd", `(${side} > 0 ? 0 : -${byOn})`));
  }
}
