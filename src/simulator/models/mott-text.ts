/**
 * Current and rate of a Mott device as text: the equations of `vo2-mott`, put so that as little as possible waits for
 * something else. A step is a chain of such evaluations, each waiting for the one before, and lasts as long as the
 * chain: both quotients come from one division, and what does not need it stands beside it.
 *
 * With w = 1/y, e = exp(-2 w), g = (1 + a e)/Rins the channel, G = g + shunt, D = 1 + Re G, H = dH/dy, s = 1/(D H):
 *
 *   i = v G/D = (v H G) s      dy/dt = (v^2 g/D^2 - Q0 y)/H = ((v^2 H g) s - Q0 y D) s
 */
import type { DeviceNames, DeviceText } from "./device.js";
import { expTables, expText, lowestExponent } from "./exp-below-zero.js";
import { fromText } from "./from-text.js";

/** What the equations read, in this order: of g, G and D what is without e and what goes with e; Q0; A/2, A and 2 B of H. */
export type MottNumbers = [
  g0_S: number,
  gByShare_S: number,
  G0_S: number,
  D0: number,
  DByShare: number,
  Q0_W: number,
  halfA_J: number,
  A_J: number,
  twoB_J: number,
];
export const mottNumberCount = 9;

/** y up to which the metallic share is 0 in double precision. */
const cold_y = -2 / lowestExponent;

function flow({ v, x: [y = ""], constant, own }: DeviceNames): ReturnType<DeviceText["flow"]> {
  const [g0, gE, G0, D0, DE, Q0, halfA, A, twoB] = Array.from({ length: mottNumberCount }, (_, i) => constant(i));
  const [e, H, w, D, s, vH, i, f] = ["e", "H", "w", "D", "s", "vH", "i", "f"].map(own);
  const lines = [
    `let ${e} = 0, ${H} = ${halfA};`,
    `if (${y} > ${cold_y}) {`,
    `const ${w} = 1/${y};`,
    ...expText(-2, w ?? "", `${w}e`),
    `${e} = ${w}e; ${H} += ${e}*((${twoB}*${w} - ${A})*${w} - ${halfA});`,
    `}`,
    `const ${D} = ${D0} + ${DE}*${e}, ${s} = 1/(${D}*${H}), ${vH} = ${v}*${H};`,
    `const ${i} = ${vH}*(${G0} + ${gE}*${e})*${s};`,
    `const ${f} = (${v}*${vH}*(${g0} + ${gE}*${e})*${s} - ${Q0}*${y}*${D})*${s};`,
  ];
  return { lines, current: i ?? "", rates: [f ?? ""] };
}

export const mottText: Omit<DeviceText, "constants"> = { tables: expTables, flow };

const called = flow({ v: "io[0]", x: ["io[1]"], constant: (at) => `k[${at}]`, own: (name) => `_${name}` });

/** The same as `Device.flow`. @param k as `MottNumbers` */
export const mottFlow = fromText<(io: Float64Array, k: Float64Array) => void>(expTables, "mottFlow(io, k)", [
  ...called.lines,
  `io[2] = ${called.current}; io[3] = ${called.rates[0]};`,
]);
