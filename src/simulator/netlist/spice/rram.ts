/** Memristors whose state moves beyond a threshold or with the field. */
import { boltzmann_V_per_K } from "../../models/constants.js";
import { fieldEdge, maxRise_K } from "../../models/stanford-rram.js";
import { leastState } from "../../models/yakopcic.js";
import type { SpiceDevice } from "./devices.js";
import { atMost, bounded, smoothStep } from "./lines.js";

export const vteam: SpiceDevice = {
  states: ["x"],
  write(lines, k, p, n, [x = "x"]) {
    const at = (name: string): number => k[name] ?? NaN;
    const length = at("w_off") - at("w_on");
    lines.params({ kron: at("R_on"), kroff: at("R_off"), kvoff: at("v_off"), kvon: at("v_on"), kwin: 2 * at("p") });
    lines.params({ koff: at("k_off") / length, kon: at("k_on") / length, kaoff: at("a_off"), kaon: at("a_on") });
    const v = `V(${p},${n})`;
    const inside = bounded(`V(${x})`, 0, 1);
    const R = at("exponential") > 0.5 ? `(kron*exp(ln(kroff/kron)*${inside}))` : `(kron+(kroff-kron)*${inside})`;
    lines.current("i", p, n, `${v}/${R}`);
    const beyond = (threshold: string, exponent: string): string => `pow(max(${v}/${threshold}-1,0),${exponent})`;
    lines.state(
      x,
      1e-9,
      `koff*${beyond("kvoff", "kaoff")}*(1-pow(abs(V(${x})),kwin))+kon*${beyond("kvon", "kaon")}*(1-pow(abs(1-V(${x})),kwin))`,
    );
  },
};

export const yakopcic: SpiceDevice = {
  states: ["x"],
  write(lines, k, p, n, [x = "x"]) {
    const at = (name: string): number => k[name] ?? NaN;
    lines.params({ ka1: at("a1"), ka2: at("a2"), kb: at("b"), kap: at("A_p"), kan: at("A_n"), keta: at("eta") });
    lines.params({ kvp: at("V_p"), kvn: at("V_n"), kxp: at("x_p"), kxn: at("x_n") });
    lines.params({ kalp: at("alpha_p"), kaln: at("alpha_n") });
    const v = `V(${p},${n})`;
    const conducting = bounded(`V(${x})`, leastState, 1);
    const sinh = (side: string): string => `sinh(${atMost(`kb*max(${side},0)`, 40)})`;
    lines.current("i", p, n, `${conducting}*(ka1*${sinh(v)}-ka2*${sinh(`-${v}`)})`);
    // both windows are 1 on their flat side: there nothing is left of the distance
    const window = (distance: string, steepness: string, width: string): string =>
      `exp(-${steepness}*max(${distance},0))*(1-max(${distance},0)/(${width}))`;
    const growing = window(`V(${x})-kxp`, "kalp", "1-kxp");
    const shrinking = window(`1-kxn-V(${x})`, "kaln", "1-kxn");
    const [up, down] = at("eta") > 0 ? [growing, shrinking] : [shrinking, growing];
    const beyond = (side: string, threshold: string): string => `max(exp(${atMost(side, 40)})-exp(${threshold}),0)`;
    lines.state(x, 1e-6, `keta*(kap*${beyond(v, "kvp")}*${up}-kan*${beyond(`-${v}`, "kvn")}*${down})`);
  },
};

export const stanfordRram: SpiceDevice = {
  states: ["x"],
  write(lines, k, p, n, [x = "x"]) {
    const at = (name: string): number => k[name] ?? NaN;
    lines.comment("x gap in nm; rise temperature above ambient");
    lines.params({ ki0: at("I_0"), kdecay: 1e-9 / at("g_0"), kv0: at("V_0"), kt0: at("T_0"), krth: at("R_th") });
    lines.params({ kgam: at("gamma_0"), kbeta: at("beta"), kalpha: at("alpha"), kfmin: at("F_min"), ktox: at("t_ox") });
    lines.params({ kvel: 1e9 * at("Vel_0"), kea: at("E_a"), klever: at("a_0") / at("t_ox"), kedge: at("edge_nm") });
    lines.params({ klow: at("gap_min") * 1e9, khigh: at("gap_max") * 1e9, kboltz: boltzmann_V_per_K });
    const v = `V(${p},${n})`;
    const i_A = `(ki0*exp(-kdecay*max(V(${x}),0))*sinh(${bounded(`${v}/kv0`, -40, 40)}))`;
    lines.current("i", p, n, i_A);
    lines.voltage("t", "rise", "0", `min(krth*${i_A}*${v},${maxRise_K})`);
    const kT_V = "(kboltz*(kt0+V(rise)))";
    const gamma = `(kgam-kbeta*pow(max(V(${x}),0),kalpha))`;
    const moving = smoothStep(`(${gamma}*abs(${v})/ktox-kfmin)/(2*${fieldEdge}*kfmin)`);
    const hop = (side: string): string => `sinh(${bounded(`klever*${gamma}*${side}/${kT_V}`, -40, 40)})`;
    const closing = `${hop(`max(${v},0)`)}*tanh((V(${x})-klow)/kedge)`;
    const opening = `${hop(`max(-${v},0)`)}*tanh((khigh-V(${x}))/kedge)`;
    lines.state(x, 1e-9, `kvel*exp(-kea/${kT_V})*${moving}*(${opening}-${closing})`);
  },
};
