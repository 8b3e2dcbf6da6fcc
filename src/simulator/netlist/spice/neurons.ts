/** Channels and membranes of the reference neurons. */
import { smoothStep } from "./lines.js";
import type { SpiceDevice } from "./devices.js";

/** x/(1 - e^-x); the shift keeps it defined where x passes 0 and is far below every tolerance. */
function ratio(x: string): string {
  return `((${x}+1e-8)/(1-exp(-(${x}+1e-8))))`;
}

function gate(open: string, close: string, node: string): string {
  return `kspeed*((${open})*(1-V(${node}))-(${close})*V(${node}))`;
}

/** Rates in 1/ms as published; kspeed makes them 1/s at the temperature. */
export const hhMembrane: SpiceDevice = {
  states: ["m", "h", "n"],
  write(lines, k, p, n, [m = "m", h = "h", gateN = "n"]) {
    const at = (name: string): number => k[name] ?? NaN;
    const area_m2 = at("area");
    lines.params({ kgna: at("g_Na") * area_m2, kgk: at("g_K") * area_m2, kgl: at("g_L") * area_m2 });
    lines.params({ kena: at("E_Na"), kek: at("E_K"), kel: at("E_L"), kspeed: 1e3 * 3 ** ((at("T_C") - 6.3) / 10) });
    const V = `V(${p},${n})`;
    const v = `(1e3*${V})`;
    const sodium = `kgna*V(${m})*V(${m})*V(${m})*V(${h})*(${V}-kena)`;
    const potassium = `kgk*V(${gateN})*V(${gateN})*V(${gateN})*V(${gateN})*(${V}-kek)`;
    lines.current("i", p, n, `${sodium}+${potassium}+kgl*(${V}-kel)`);
    lines.state(m, 1e-6, gate(ratio(`(${v}+40)/10`), `4*exp(-(${v}+65)/18)`, m));
    lines.state(h, 1e-6, gate(`0.07*exp(-(${v}+65)/20)`, `1/(1+exp(-(${v}+35)/10))`, h));
    lines.state(gateN, 1e-6, gate(`0.1*${ratio(`(${v}+55)/10`)}`, `0.125*exp(-(${v}+65)/80)`, gateN));
    if (at("C_m") > 0) lines.capacitor("mem", p, n, at("C_m") * area_m2);
  },
};

/** A reset takes this long, s. */
const latch_s = 10e-9;
/** Where the clock of the refractory time stands at its start: above 0, which is no memory. */
const clockStart = 0.02;

/**
 * The jump to V_reset as a latch: it is set where V reaches threshold, starts the clock w, leads V to V_reset, and stands
 * while w is between 0 and 1; w then stays past 1 until the next spike. A reset takes some 10 ns.
 */
export const lifNeuron: SpiceDevice = {
  states: ["v", "w", "b"],
  initial: (x) => [x[0] ?? 0, 2, 0],
  write(lines, k, p, n, [V = "v", w = "w", latch = "b"]) {
    const at = (name: string): number => k[name] ?? NaN;
    lines.comment("v membrane potential, w refractory clock, b refractory");
    lines.params({ ktau: at("tau"), kel: at("E_L"), kvth: at("V_th"), kreset: at("V_reset"), klatch: latch_s });
    lines.params({ kref: Math.max(at("t_ref"), 10 * latch_s), kgain: at("R") / at("R_c"), krc: at("R_c") });
    const across = `(V(${p},${n})-V(${V}))`;
    lines.current("i", p, n, `${across}/krc`);
    const complete = smoothStep(`(V(${V})-kvth)/2e-7`);
    const underWay = `${smoothStep(`(V(${w})-0.01)/0.001`)}*${smoothStep(`(1-V(${w}))/1e-4`)}`;
    const held = `max(2*V(${latch})-1,0)`;
    const started = smoothStep(`(${clockStart + 1e-4}-V(${w}))/2e-5`);
    lines.state(latch, 1e-9, `(max(${complete},${underWay})-V(${latch}))/klatch`);
    lines.state(
      V,
      1e-6,
      `(1-V(${latch}))*(kgain*${across}-V(${V})+kel)/ktau+${held}*${started}*(kreset-V(${V}))/klatch`,
    );
    // the clock is set back until V has gone half the way, so that V's fall does not cut it short
    const high = smoothStep(`(V(${V})-0.5*(kvth+kreset))/1e-5`);
    const runs = `${1 - clockStart}/kref*max(min(2-V(${w}),1),0)`;
    lines.state(w, 1e-6, `${held}*${high}*(${clockStart}-V(${w}))/klatch+${runs}`);
  },
};
