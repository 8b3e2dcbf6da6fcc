/**
 * How fast a small disturbance may grow: the largest positive real part over the 2 x 2 blocks (voltage across a device, a
 * state of it) of the Jacobian, as text.
 *
 * A stiffly accurate method whose step is longer than 1/growth damps what should grow. It holds a device on an unstable
 * branch, and spikes appear late or not at all; the error estimate does not see it, because there is nothing yet to
 * see. The caller keeps steps below 1/growth. Beside it goes what `brink.ts` looks at: the rate of the device state that is
 * least stable by itself, 1/s, and the speed of that state, 1/s of itself or its scale.
 */
import type { Equations } from "./equations.js";

/** @param pattern entries of df/dx, declared as j<row>_<column> */
export function growthText(equations: Equations, pattern: ReadonlySet<string>): string[] {
  const { layout } = equations;
  const masses = equations.massPositions();
  const lines = [`let growth = 0, own = -Infinity, speed = 0;`];
  const entry = (row: number, column: number): string => (pattern.has(`${row},${column}`) ? `j${row}_${column}` : "0");
  for (const { element, first, size } of layout.devices) {
    const ends = [element.a, element.b].map((node) => equations.place(node).unknown).filter((i) => i >= 0);
    for (let x = first; x < first + size; x++) {
      const coupled = [...new Set(ends)].filter((v) => pattern.has(`${v},${x}`) && pattern.has(`${x},${v}`));
      lines.push(...leastStableText(x, ownText(x, coupled)));
      // at a forced voltage the state is alone
      if (coupled.length === 0) lines.push(...considerText(entry(x, x)));
      for (const v of coupled) {
        const coupling = `${entry(v, x)}*${entry(x, v)}`;
        const position = masses.get(`${v},${v}`);
        // a node without capacitance follows at once
        if (position === undefined) lines.push(...considerText(`${entry(x, x)} - ${coupling}/${entry(v, v)}`));
        else lines.push(...blockText(`${entry(v, v)}/m${position}`, entry(x, x), `${coupling}/m${position}`));
      }
      for (let other = x + 1; other < first + size; other++) {
        if (!pattern.has(`${x},${other}`) || !pattern.has(`${other},${x}`)) continue;
        lines.push(...blockText(entry(x, x), entry(other, other), `${entry(x, other)}*${entry(other, x)}`));
      }
    }
  }
  lines.push(`R[1] = growth; R[4] = own; R[5] = speed;`);
  return lines;

  /** Rate at which the state would return or leave if voltages held by capacitance stayed. */
  function ownText(x: number, coupled: readonly number[]): string {
    const following = coupled.filter((v) => !masses.has(`${v},${v}`));
    return [entry(x, x), ...following.map((v) => `${entry(v, x)}*${entry(x, v)}/${entry(v, v)}`)].join(" - ");
  }
}

/** Keeps the rate of the state that is least stable by itself, and how fast that state moves. */
function leastStableText(x: number, rate: string): string[] {
  return [
    `{ const o = ${rate};`,
    `if (o > own) { own = o; speed = Math.abs(F[${x}])/Math.max(S[${x}], Math.abs(x${x})); } }`,
  ];
}

function considerText(real: string): string[] {
  return [`{ const g = ${real}; if (g > growth) growth = g; }`];
}

/** Larger real part of the eigenvalues of [[a, b], [c, d]], with bc given. */
function blockText(a: string, d: string, bc: string): string[] {
  return [
    `{ const a = ${a}, d = ${d}, half = (a - d)/2, root = half*half + ${bc};`,
    `const g = (a + d)/2 + (root > 0 ? Math.sqrt(root) : 0); if (g > growth) growth = g; }`,
  ];
}
