import { atMost, smoothStep } from "./lines.js";
import type { SpiceDevice } from "./devices.js";

/** The latch follows within this, s: the whole error of a switching time that the equivalent makes of a jump. */
const latch_s = 0.2e-9;
/** Width, in units of theta, within which nucleation counts as complete. */
const nucleated = 1e-5;

/** Where ln(g/g_0) stays while the gap is open: below rupture, at ln(1/2). */
const open_lnG = -2;
/** The way back there, s: slower than any step within a spike, so that no long step finds the open state by itself. */
const reopen_s = 1e-3;

/**
 * The ZnO device without its jumps. SPICE has no states that are set at an event, so the bridge is a state b that follows
 * a latch: to 1 where n has reached theta, back to 0 where the filament is below g_0/2, each within a nanosecond, against
 * 20 ns for the fastest event of the model. While b is 1, n and p are led to what a rupture leaves. Nominal device, all
 * cycles alike. The latch has no memory but the filament: with one of its own, a step much longer than the latch has
 * two solutions, and ngspice was seen to take the wrong one.
 */
export const zno: SpiceDevice = {
  states: ["n", "p", "g", "b", "top"],
  initial: (x) => [x[0] ?? 0, x[1] ?? 0, open_lnG, 0, 0],
  write(lines, k, a, b, [n = "n", p = "p", g = "g", latch = "b", top = "top"]) {
    lines.comment("n nucleation, p residual Ag, g ln(g/g_0) of the filament, b bridged, top largest g of the cycle");
    const at = (name: string): number => k[name] ?? NaN;
    lines.params({ kih: at("I_h"), kvh: at("V_h"), kgr: at("g_r"), khold: at("V_hold"), kvg: at("V_g") });
    lines.params({ kl0: at("L0"), kvn: at("V_n"), kt1: at("t_1"), kve: at("V_e"), ktaun: at("tau_n"), knr: at("n_r") });
    lines.params({ ktaug: at("tau_g"), krmax: at("r_max"), kgmax: at("g_max"), krs: at("R_s"), kg0: at("g_0") });
    lines.params({ kgs: at("g_s"), ktaud: at("tau_d"), ktaup: at("tau_p"), klatch: latch_s });
    const v = `V(${a},${b})`;
    const filament_S = `(kg0*exp(${atMost(`V(${g})`, 16)}))`;
    const bridged = smoothStep(`(V(${latch})-0.5)/0.02`);
    const open = `(1-${bridged})`;
    // exactly 0 until the latch has gone over: the least of it would hold n back from theta
    const led = `max(2*V(${latch})-1,0)`;
    const q = `(abs(${v})-khold)/kvg`;
    const drive = `(exp(${atMost(q, 60)})-1)`;
    const growth =
      `(1-${filament_S}/kgmax)*min(max(${drive},0)/ktaug,krmax)` + `+(kgmax/ktaud)*min(${drive},0)/(${filament_S}+kgs)`;
    const nucleation = `1/(exp(${atMost(`kl0-abs(${v})/kvn`, 200)})+kt1*exp(-abs(${v})/kve))`;
    const size = `min(1,2*kg0*exp(${atMost(`V(${top})`, 16)})/kgmax)`;
    lines.current(
      "i",
      a,
      b,
      `V(${latch})*${v}*${filament_S}/(1+krs*${filament_S})` +
        `+(1-V(${latch}))*(kih*sinh(max(min(${v}/kvh,8),-8))+kgr*V(${p})*${v})`,
    );
    const complete = smoothStep(`(V(${n})-1)/${nucleated}`);
    const standing = smoothStep(`(V(${g})+0.6931)/0.05`);
    // n is not set back before the filament stands by itself
    const formed = smoothStep(`(V(${g})+0.2)/0.02`);
    lines.state(latch, 1e-12, `(max(${complete},${standing})-V(${latch}))/klatch`);
    lines.state(n, 1e-6, `${open}*(${nucleation}-V(${n})/ktaun)+${led}*${formed}*(knr*${size}-V(${n}))/klatch`);
    lines.state(p, 1e-6, `-V(${p})/ktaup+${led}*max(${size}-V(${p}),0)/klatch`);
    const raised = `${complete}*max(-V(${g}),0)/klatch`;
    lines.state(g, 1e-12, `${bridged}*(${growth}+${raised})-${open}*(V(${g})-(${open_lnG}))/${reopen_s}`);
    lines.state(top, 1e-12, `(${led}*max(V(${g})-V(${top}),0)-${open}*V(${top}))/klatch`);
  },
};
