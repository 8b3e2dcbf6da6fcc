/**
 * exp(x) for x at or below 0, in a third of the time of Math.exp, which a circuit of Mott devices spends much of its time on:
 * no call out of the compiled code, no division. Right to 3.4e-16 of the value; 0 below -700, and 1 at 0.
 *
 * x = (256 k + j) ln2/256 + r with |r| <= ln2/512: exp(x) = 2^k 2^(j/256) (1 + r + ... + r^4/24). ln2/256 is taken off in two
 * pieces, the first with zeros at its end so that its multiples are exact (Tang, ACM Trans. Math. Softw. 15 (1989) 144).
 */
import { fromText } from "./from-text.js";

const steps = 256;
const [upper, lower] = [6.93147180369123816e-1 / steps, 1.9082149292705877e-10 / steps];
const stepsPerUnit = steps / Math.LN2;
/** Below, the exponential is 0. */
export const lowestExponent = -700;
const halvings = 1024;
/** Added and taken off again, it rounds to an integer: 1.5 * 2^52. */
const rounder = 6755399441055744;

/** What `expText` reads. */
export const expTables = {
  expParts: Float64Array.from({ length: steps }, (_, j) => 2 ** (j / steps)),
  expPowers: Float64Array.from({ length: halvings + 1 }, (_, k) => 2 ** (k - halvings)),
};

/** Lines that declare `e`, the exponential of `factor` times what the variable `x` holds: from `lowestExponent` to 0. */
export function expText(factor: number, x: string, e: string): string[] {
  const [n, i, r, q, p] = ["n", "i", "r", "q", "p"].map((name) => `${e}${name}`);
  return [
    `const ${n} = ${x}*${factor * stepsPerUnit} + ${rounder} - ${rounder}, ${i} = ${n} | 0;`,
    `const ${r} = ${factor}*${x} - ${n}*${upper} - ${n}*${lower}, ${q} = ${r}*${r};`,
    `const ${p} = expParts[${i} & ${steps - 1}]*expPowers[(${i} >> ${Math.log2(steps)}) + ${halvings}];`,
    `const ${e} = ${p} + ${p}*(${r} + ${q}*(0.5 + ${r}*${1 / 6} + ${q}*${1 / 24}));`,
  ];
}

export const expBelowZero = fromText<(x: number) => number>(expTables, "expBelowZero(x)", [
  `if (!(x >= ${lowestExponent})) return x < ${lowestExponent} ? 0 : NaN;`,
  ...expText(1, "x", "e"),
  `return e;`,
]);
