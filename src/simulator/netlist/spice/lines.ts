export type Dialect = "ngspice" | "ltspice";

/** Lines of a netlist in one dialect. */
export class Lines {
  private readonly lines: string[] = [];
  private readonly parameters = new Set<string>();

  constructor(readonly dialect: Dialect) {}

  text(): string[] {
    return this.lines;
  }

  add(...lines: readonly string[]): void {
    this.lines.push(...lines);
  }

  comment(text: string): void {
    this.lines.push(`* ${text}`);
  }

  /** Numbers that expressions after this may name. Names are not told apart by case. */
  params(values: Readonly<Record<string, number>>): void {
    for (const [name, value] of Object.entries(values)) {
      this.parameters.add(name);
      this.lines.push(`.param ${name}=${number(value)}`);
    }
  }

  /** A series resistance of 0 is written as a source of 0 V. */
  resistor(name: string, a: string, b: string, R_ohm: number): void {
    if (R_ohm > 0) this.lines.push(`R${name} ${a} ${b} ${number(R_ohm)}`);
    else this.lines.push(`V${name} ${a} ${b} DC 0`);
  }

  capacitor(name: string, a: string, b: string, C_F: number): void {
    this.lines.push(`C${name} ${a} ${b} ${number(C_F)}`);
  }

  /** A current from a to b by an expression of voltages and parameters. */
  current(name: string, a: string, b: string, expression: string): void {
    this.lines.push(`B${name} ${a} ${b} I=${this.expression(expression)}`);
  }

  voltage(name: string, a: string, b: string, expression: string): void {
    this.lines.push(`B${name} ${a} ${b} V=${this.expression(expression)}`);
  }

  /**
   * ngspice wants the whole within braces. LTspice puts the value of what stands in braces there once, before the run:
   * so each parameter has its own. It also knows no voltage of ground.
   */
  private expression(given: string): string {
    const text = given
      .replaceAll(/V\((\w+),0\)/g, "V($1)")
      .replaceAll(/V\(0,(\w+)\)/g, "(-V($1))")
      .replaceAll("V(0)", "0");
    if (this.dialect === "ngspice") return `{${text}}`;
    return text.replaceAll(/V\([^)]*\)|[a-z_]\w*/gi, (word) => (this.parameters.has(word) ? `{${word}}` : word));
  }

  /**
   * A state as the voltage of a node: dx/dt = rate.
   *
   * @param scale_F chosen so that rate x scale_F is well above the simulator's current tolerance and no astronomical
   *   current where the state moves
   */
  state(node: string, scale_F: number, rate: string): void {
    this.capacitor(node, node, "0", scale_F);
    this.current(node, "0", node, `${number(scale_F)}*(${rate})`);
  }
}

/** A number as every SPICE reads it, to the last bit. */
export function number(value: number): string {
  return String(value);
}

/** 0 below, 1 above, within some widths around z = 0. */
export function smoothStep(z: string): string {
  return `(0.5*(1+tanh(${z})))`;
}

/** An expression kept between two numbers. */
export function bounded(expression: string, least: number, most: number): string {
  return `max(min(${expression},${number(most)}),${number(least)})`;
}

/** An expression that never passes `most`. */
export function atMost(expression: string, most: number): string {
  return `min(${expression},${number(most)})`;
}
