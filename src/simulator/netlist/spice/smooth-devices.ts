/** Devices whose equations SPICE takes as they are. */
import { boltzmann_V_per_K } from "../../models/constants.js";
import { atMost, smoothStep } from "./lines.js";
import type { SpiceDevice } from "./devices.js";

/** exp of the argument, kept finite where the cap on the rate has long made it irrelevant. */
function finite(expression: string): string {
  return `exp(${atMost(expression, 80)})`;
}

function capped(rate: string): string {
  return `(${rate})/(1+(${rate})/krmax)`;
}

export const vox: SpiceDevice = {
  states: ["dt"],
  write(lines, k, p, n, [dT = "dt"]) {
    const at = (name: string): number => k[name] ?? NaN;
    lines.params({ kg0: at("G0"), kea: at("Ea") / boltzmann_V_per_K, krm: at("R_m"), ktc: at("Tc"), kw: at("w") });
    lines.params({ krth: at("R_th"), kt0: at("T0"), kta: at("T_a") });
    const T = `(kta+V(${dT}))`;
    const share = smoothStep(`(${T}-ktc)/(2*kw)`);
    const film_S = `(kg0*exp(kea*(1/kt0-1/max(${T},100)))*(1-${share})+${share}/krm)`;
    lines.current("i", p, n, `V(${p},${n})*${film_S}`);
    lines.resistor("leak", p, n, at("R_leak"));
    // the heat balance itself: watts as amperes, kelvin as volts
    lines.capacitor(dT, dT, "0", at("C_th"));
    lines.current(dT, "0", dT, `V(${p},${n})*V(${p},${n})*${film_S}-V(${dT})/krth`);
  },
};

export const taox: SpiceDevice = {
  states: ["x"],
  write(lines, k, p, n, [x = "x"]) {
    const at = (name: string): number => k[name] ?? NaN;
    lines.params({ kgm: at("G_m"), kleak: at("a"), kroot: at("b"), klna: Math.log(at("A")), klnb: Math.log(at("B")) });
    lines.params({ ksoff: at("s_off"), kxoff: at("x_off"), kbeta: at("beta"), kson: at("s_on"), kxon: at("x_on") });
    lines.params({ ksp: at("s_p"), krmax: at("r_max") });
    const v = `V(${p},${n})`;
    // the root's slope is infinite at 0 V: 1e-12 V^2 beside it is seen by nobody
    const i_A = `(${v}*(kgm*V(${x})+kleak*exp(kroot*sqrt(sqrt(${v}*${v}+1e-12)))*(1-V(${x}))))`;
    lines.current("i", p, n, i_A);
    const up = `max(${v},0)`;
    const down = `max(-${v},0)`;
    const set = finite(`klnb+${up}/kson-V(${x})*V(${x})/(kxon*kxon)+${v}*${i_A}/ksp`) + `*0.5*(1-exp(-2*${up}/kson))`;
    const narrow = `(kxoff/max(V(${x}),1e-3))`;
    const reset =
      finite(`klna+${down}/ksoff-${narrow}*${narrow}+1/(1+kbeta*${v}*${i_A})`) + `*0.5*(1-exp(-2*${down}/ksoff))`;
    lines.state(x, 1e-9, `${capped(set)}*tanh((1-V(${x}))/1e-3)-${capped(reset)}`);
  },
};

export const agSiox: SpiceDevice = {
  states: ["x"],
  write(lines, k, p, n, [x = "x"]) {
    const at = (name: string): number => k[name] ?? NaN;
    lines.params({ kion: at("i_on"), kioff: at("i_off"), kaon: at("a_on"), kaoff: at("a_off"), kcc: at("I_cc") });
    lines.params({ ketas: at("eta_s"), ketar: at("eta_r"), kvs: at("V_s"), kvr: at("V_r"), ktau: at("tau_x") });
    lines.params({ krmax: at("r_max") });
    const v = `V(${p},${n})`;
    const slope = `(kaoff+(kaon-kaoff)*V(${x}))`;
    const free_A = `((kioff+(kion-kioff)*V(${x}))*sinh(max(min(${slope}*${v},40),-40)))`;
    lines.current("i", p, n, `${free_A}/pow(1+pow(abs(${free_A}/kcc),16),0.0625)`);
    lines.resistor("p", p, n, at("R_p"));
    const set = capped(finite(`ketas*(${v}-kvs)`));
    const reset = capped(finite(`-ketar*(${v}-kvr)`));
    lines.state(x, 1e-9, `(1-V(${x}))*${set}-V(${x})*(${reset}+1/ktau)`);
  },
};

export const wo3: SpiceDevice = {
  states: ["w", "z"],
  write(lines, k, p, n, [w = "w", z = "z"]) {
    const at = (name: string): number => k[name] ?? NaN;
    lines.params({ kgamma: at("gamma"), kdelta: at("delta"), kalpha: at("alpha"), kbeta: at("beta") });
    lines.params({
      klambda: at("lambda"),
      keta: at("eta"),
      ka: at("a"),
      ktau0: at("tau_0"),
      kc: at("c"),
      kqz: at("Q_z"),
    });
    lines.params({ ktauz: at("tau_z"), keb: at("E_b") });
    const e = `(V(${p},${n})-keb*tanh(V(${z})))`;
    const bounded = (q: string): string => `max(min(${q},40),-40)`;
    const i_A =
      `(V(${w})*kgamma*sinh(${bounded(`kdelta*${e}`)})` + `+(1-V(${w}))*kalpha*(1-exp(${atMost(`-kbeta*${e}`, 40)})))`;
    lines.current("i", p, n, i_A);
    const free = (side: string): string => `klambda*exp(ka*tanh(V(${z})))*sinh(${bounded(`keta*${side}`)})`;
    const growth = (side: string): string => `${free(side)}/(1+abs(${free(side)})/1e9)`;
    lines.state(
      w,
      1e-6,
      `${growth(`max(${e},0)`)}*(1-V(${w}))+${growth(`min(${e},0)`)}*V(${w})-V(${w})/(ktau0*exp(kc*tanh(V(${z}))))`,
    );
    lines.state(z, 1e-6, `${i_A}/kqz-V(${z})/ktauz`);
  },
};

export const resistor: SpiceDevice = {
  states: [],
  write: (lines, k, p, n) => lines.resistor("", p, n, k["R"] ?? NaN),
};

/** Its capacitance is written for every device that has one. */
export const capacitor: SpiceDevice = { states: [], write: () => undefined };

export const diode: SpiceDevice = {
  states: [],
  write(lines, k, p, n) {
    lines.params({ kis: k["I_s"] ?? NaN, kscale: (k["N"] ?? NaN) * (k["V_T"] ?? NaN) });
    lines.current("i", p, n, `kis*(exp(${atMost(`V(${p},${n})/kscale`, 100)})-1)`);
  },
};
