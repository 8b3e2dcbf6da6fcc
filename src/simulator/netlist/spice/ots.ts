import { fastest_per_s, otsPrefactor_A, otsScale_V_per_m } from "../../models/ots.js";
import type { SpiceDevice } from "./devices.js";
import { atMost, bounded } from "./lines.js";

/** An off layer in series with a layer that has switched on; x its share. */
export const ots: SpiceDevice = {
  states: ["x"],
  write(lines, k, p, n, [x = "x"]) {
    const at = (name: string): number => k[name] ?? NaN;
    const given = { dz: at("dz"), T: at("T"), area: at("area"), N_T: at("N_T"), tau_0: at("tau_0"), E_a: at("E_a") };
    lines.comment("off: voltage of the off layer; field in it as a share of the critical one");
    lines.params({ ki00: otsPrefactor_A(given), kscale: otsScale_V_per_m(given), kron: at("R_on"), kua: at("u_a") });
    lines.params({ kswitch: at("u_a") - at("u_min"), kfon: at("F_on"), kfc: at("F_c"), kfs: at("F_s") });
    lines.params({ ktaus: at("tau_s"), ktaur: at("tau_r") });
    const v = `V(${p},${n})`;
    const share = bounded(`V(${x})`, 0, 1);
    const off_m = `(kua-kswitch*${share})`;
    const V_T = `(kscale*${off_m})`;
    const drop = `(kfon*kswitch*${share})`;
    lines.voltage("off", "off", "0", `${v}-${drop}*tanh(${v}/(${drop}+${V_T}))`);
    const q = `(V(off)/${V_T})`;
    // sinh up to where its slope is that of R_on, then straight on
    const slope = `max(${V_T}/(kron*ki00),1.000001)`;
    const bend = `ln(${slope}+sqrt(${slope}*${slope}-1))`;
    const curved = `max(min(${q},${bend}),-${bend})`;
    lines.current("i", p, n, `ki00*(sinh(${curved})+${slope}*(${q}-${curved}))`);
    const switching = `min(exp(${atMost(`(abs(V(off))/${off_m}-kfc)/kfs`, 40)})/ktaus,${fastest_per_s})`;
    lines.state(x, 1e-12, `(1-V(${x}))*${switching}-V(${x})/ktaur`);
  },
};
