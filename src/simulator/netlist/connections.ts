import { refused, terminalsOf } from "./check.js";
import { ground, type Circuit, type Element } from "./types.js";

/**
 * Refuses loops of voltage sources and nodes without a path for direct current to ground: neither has a solution.
 *
 * @throws MemrigError `invalid-request`: names the source or node
 */
export function checkConnections(circuit: Circuit): void {
  refuseSourceLoops(circuit);
  const all = [...new Set(circuit.elements.flatMap(terminalsOf))];
  if (!all.includes(ground)) {
    throw refused(circuit, `nothing is connected to ground; call one of its nodes "${ground}"`, { nodes: all });
  }
  const paths = new Sets();
  for (const element of circuit.elements) {
    const [from, to] = pathOf(element) ?? [];
    if (from !== undefined && to !== undefined) paths.join(from, to);
  }
  for (const node of all) {
    if (paths.joined(node, ground)) continue;
    const by = circuit.elements.filter((element) => terminalsOf(element).includes(node)).map(({ name }) => name);
    throw refused(
      circuit,
      `node ${node} is floating: it is connected by ${by.join(", ")} only, through which no direct current reaches ` +
        `ground. Connect it, or put a large resistance from it to ground`,
      { node, elements: by },
    );
  }
}

function refuseSourceLoops(circuit: Circuit): void {
  const forced = new Sets();
  for (const element of circuit.elements) {
    if (element.kind !== "V") continue;
    const { plus, minus, name } = element;
    if (plus === minus) {
      throw refused(circuit, `${name} is shorted: both ends are at node ${plus}`, { element: name, node: plus });
    }
    if (forced.joined(plus, minus)) {
      throw refused(
        circuit,
        `${name} closes a loop of voltage sources: the voltage between ${plus} and ${minus} is already forced. Take one ` +
          `away, or put a resistance in series`,
        { element: name, nodes: [plus, minus] },
      );
    }
    forced.join(plus, minus);
  }
}

/** The two nodes between which an element lets a direct current flow; none for what blocks it. */
function pathOf(element: Element): readonly [string, string] | undefined {
  switch (element.kind) {
    case "R":
      return [element.a, element.b];
    case "device":
      return element.model === "capacitor" ? undefined : [element.a, element.b];
    case "V":
    case "limited":
      return [element.plus, element.minus];
    case "nmos":
      return [element.drain, element.source];
    case "C":
    case "I":
      return undefined;
  }
}

/** Disjoint sets of nodes. */
class Sets {
  private readonly parent = new Map<string, string>();

  join(a: string, b: string): void {
    this.parent.set(this.root(a), this.root(b));
  }

  joined(a: string, b: string): boolean {
    return this.root(a) === this.root(b);
  }

  private root(node: string): string {
    let at = node;
    for (let up = this.parent.get(at); up !== undefined && up !== at; up = this.parent.get(at)) at = up;
    return at;
  }
}
