import { boltzmann_V_per_K, electron_C } from "../../models/constants.js";
import { largest_g, maxRise_K, thermalRadius_m, unit_per_m3, z } from "../../models/jart-vcm.js";
import {
  changeover_V,
  imageFactor,
  leastReach_V,
  phiEdge_V,
  psiEdge_V,
  tunnelFactor,
} from "../../models/schottky-contact.js";
import type { SpiceDevice } from "./devices.js";
import { atMost, bounded, type Lines } from "./lines.js";

/** ln(1 + exp(x)) */
function softplus(x: string): string {
  return `(max(${x},0)+ln(1+exp(-abs(${x}))))`;
}

/**
 * Contact, disc, plug and lines in series. Nodes of its own, each 0 where nothing flows: ua the current in microamperes, rise
 * the temperature above ambient in kelvin, phi what is missing of the barrier, g the field over that of a hop.
 */
export const jartVcm: SpiceDevice = {
  states: ["s", "n"],
  write(lines, k, p, n, [s = "s", lnN = "n"]) {
    const at = (name: string): number => k[name] ?? NaN;
    const area = Math.PI * at("r") ** 2;
    const oxide = (length_m: number): number => length_m / (z * electron_C * at("mu") * area);
    lines.comment("s voltage of the contact, n ln of the vacancies in 1e26 per cubic metre");
    lines.params({ kdisc: oxide(at("l_disc")) / unit_per_m3, klines: at("R_TiOx") + at("R_0"), kt0: at("T_0") });
    lines.params({ kplug: oxide(at("l_cell") - at("l_disc")) / at("N_plug"), kboltz: boltzmann_V_per_K });
    lines.params({ krth: at("R_th0") * (thermalRadius_m / at("r")) ** 2, kreset: at("R_th_reset") });
    lines.params({ klever: (z * at("a")) / (Math.PI * at("dW_A")), klcell: at("l_cell"), kldisc: at("l_disc") });
    lines.params({ kdwa: at("dW_A"), krate: (at("a") * at("nu_0")) / (2 * at("l_disc")) });
    lines.params({ knplug: at("N_plug") / unit_per_m3 });
    lines.params({ klnmin: Math.log(at("N_min") / unit_per_m3), klnmax: Math.log(at("N_max") / unit_per_m3) });
    const v = `V(${p},${n})`;
    const disc_ohm = `(kdisc*exp(-V(${lnN})))`;
    const oxide_ohm = `(${disc_ohm}+kplug)`;
    const i_A = seriesCurrent(
      `(${v}-V(${s}))`,
      `(${oxide_ohm}+klines)`,
      at("R_0") ** 2 * at("alpha_line") * at("R_thline"),
    );
    lines.voltage("ua", "ua", "0", `1e6*${i_A}`);
    const i = "(1e-6*V(ua))";
    lines.current("i", p, n, i_A);
    const resistance = `krth*(1+(kreset-1)*u(${v}))`;
    lines.voltage("t", "rise", "0", bounded(`${resistance}*${i}*(V(${s})+${i}*${oxide_ohm})`, 0, maxRise_K));
    const kT_V = "(kboltz*(kt0+V(rise)))";
    writeBarrier(lines, k, s, lnN);
    lines.current("s", "0", s, `${i}-${contactCurrent(k, area, s, lnN, kT_V)}`);
    lines.capacitor(s, s, "0", at("C_S"));

    const reset = `u(${v})*(V(${s})+${i}*${oxide_ohm})/klcell`;
    const set = `(1-u(${v}))*${i}*${disc_ohm}/kldisc`;
    lines.voltage("g", "g", "0", bounded(`klever*(${reset}+${set})`, -largest_g, largest_g));
    const root = "(sqrt(1-V(g)*V(g))+V(g)*asin(V(g)))";
    const slope = `(V(g)*${Math.PI / 2})`;
    const hops = `(exp(-kdwa*(${root}-${slope})/${kT_V})-exp(-kdwa*(${root}+${slope})/${kT_V}))`;
    const full = `exp(10*(u(${v})*(klnmin-V(${lnN}))+(1-u(${v}))*(V(${lnN})-klnmax)))`;
    lines.state(lnN, 1e-9, `-krate*(knplug*exp(-V(${lnN}))+1)*${hops}*(1-${full})`);
  },
};

/** u = R i + cubic i^3 solved for i. */
function seriesCurrent(u: string, R: string, cubic: number): string {
  if (cubic === 0) return `(${u}/${R})`;
  const scale = `sqrt(${R}/${3 * cubic})`;
  return `(2*${scale}*sinh(asinh(1.5*${u}/(${R}*${scale}))/3))`;
}

type Given = Readonly<Record<string, number>>;

function contactOf(k: Given, area: number): Parameters<typeof imageFactor>[0] {
  const at = (name: string): number => k[name] ?? NaN;
  const barrier = { phi_Bn0: at("phi_Bn0"), phi_n: at("phi_n"), eps: at("eps"), eps_phiB: at("eps_phiB") };
  return { area, z, A_R: at("A_R"), ...barrier };
}

/** What is missing of the barrier, as a node. */
function writeBarrier(lines: Lines, k: Given, s: string, lnN: string): void {
  const contact = contactOf(k, 1);
  lines.params({ kbn: contact.phi_Bn0, kpn: contact.phi_n, kimage: imageFactor(contact) * unit_per_m3 });
  lines.params({ ktunnel: tunnelFactor(contact) * Math.sqrt(unit_per_m3) });
  const psi = `(${psiEdge_V}*${softplus(`(kbn-kpn-V(${s}))/${psiEdge_V}`)})`;
  const lowering = `pow(kimage*exp(V(${lnN}))*max(${psi},1e-30),0.25)`;
  lines.voltage("phi", "phi", "0", `kbn-${phiEdge_V}*${softplus(`(kbn-${lowering})/${phiEdge_V}`)}`);
}

/** Thermionic emission forward, thermionic field emission backward. */
function contactCurrent(k: Given, area: number, s: string, lnN: string, kT_V: string): string {
  const contact = contactOf(k, area);
  const phi = "(kbn-V(phi))";
  const ratio = `(ktunnel*exp(0.5*V(${lnN}))/${kT_V})`;
  const W00 = `(ktunnel*exp(0.5*V(${lnN})))`;
  const tanh = `tanh(${ratio})`;
  const prefactor = contact.area * contact.A_R;
  const thermionic = `${prefactor}*(kt0+V(rise))*(kt0+V(rise))*exp(-${phi}/${kT_V})*(exp(${atMost(`V(${s})/${kT_V}`, 40)})-1)`;
  const reach = `(abs(V(${s}))+${phi}*(1-${tanh}*${tanh})+${leastReach_V})`;
  const back = `exp(${atMost(`abs(V(${s}))*(1-${tanh}/${ratio})/${kT_V}`, 40)})-1`;
  const tunnelling =
    `${prefactor / boltzmann_V_per_K}*(kt0+V(rise))*sqrt(${Math.PI}*${W00}*${reach})` +
    `*exp(-${phi}*${tanh}/${W00})*sgn(V(${s}))*(${back})`;
  const share = (sign: string): string => `1/(1+exp(${atMost(`${sign}V(${s})/${changeover_V}`, 80)}))`;
  return `(${share("-")}*${thermionic}+${share("")}*${tunnelling})`;
}
