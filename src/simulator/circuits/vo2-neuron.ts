/**
 * The two-stage VO2 neurons: X1 to a negative supply at node Na, X2 to a positive one at node K, RL2 between them.
 * Yi et al., Nat. Commun. 9 (2018) 4661, Fig. 1 and Supplementary Notes 4 and 5:
 *
 *   C1 dV_Na/dt = I_in - I1(V_Na - V1, y1) - (V_Na - V_K)/RL2
 *   C2 dV_K/dt  = (V_Na - V_K)/RL2 - I2(V_K - V2, y2)
 *
 * The three differ in how the input reaches Na: through RL1 (tonic), through Cin (phasic), through both at once (mixed).
 */
import { parameter } from "../models/device.js";
import type { Element } from "../netlist/types.js";
import {
  crossings,
  currentOf,
  nameCircuit,
  pwl,
  stateOf,
  voltageOf,
  type CircuitColumn,
  type CircuitDefinition,
  type CircuitDrive,
  type Values,
} from "./named.js";
import { mixedPresets, phasicPresets, tonicPresets } from "./vo2-presets.js";

/** u = 0.25 as the state y = 1/ln(1/u): above, a device counts as on. */
const onAt_y = 1 / Math.log(4);
/** The K node counts as spiking above. */
const spikeAt_V = 0.7;

type Network = "tonic" | "phasic" | "mixed";

function parametersFor(network: Network) {
  const throughCin = network !== "tonic";
  const RL1 = { tonic: 5e3, phasic: 0, mixed: 240e3 }[network];
  const RL1_role = {
    tonic: "from a voltage input to Na; out of use under a current input",
    phasic: "in series with Cin; the default is none",
    mixed: "beside Cin, from the input to Na",
  }[network];
  return [
    parameter("RL1", "ohm", RL1, 0, 1e12, RL1_role),
    parameter("RL2", "ohm", { tonic: 6e3, phasic: 7e3, mixed: 9e3 }[network], 1, 1e12, "between Na and K"),
    parameter("C1", "F", { tonic: 5e-9, phasic: 1e-9, mixed: 4e-9 }[network], 0, 1, "at Na, without the stray"),
    parameter("C2", "F", { tonic: 2e-9, phasic: 2e-9, mixed: 1.2e-9 }[network], 0, 1, "at K, without the stray"),
    parameter("Cstray", "F", 1e-9, 0, 1, "added to both C1 and C2"),
    parameter(
      "Cin",
      "F",
      { tonic: 0, phasic: 0.3e-9, mixed: 1e-9 }[network],
      0,
      1,
      throughCin ? "from the input to Na" : "in series with RL1 under a voltage input; the default is none",
    ),
    parameter("V1", "V", network === "tonic" ? -1.5 : -1.6, -10, 0, "supply of X1, negative"),
    parameter("V2", "V", network === "tonic" ? 1.5 : 1.6, 0, 10, "supply of X2"),
    parameter("Re1", "ohm", { tonic: 200, phasic: 500, mixed: 150 }[network], 0, 1e6, "electrodes of X1"),
    parameter("Re2", "ohm", { tonic: 200, phasic: 500, mixed: 150 }[network], 0, 1e6, "electrodes of X2"),
    parameter("Rshunt1", "ohm", network === "phasic" ? 13e3 : 15e3, 1, 1e15, "leakage beside the channel of X1"),
    parameter("Rshunt2", "ohm", network === "phasic" ? 13e3 : 15e3, 1, 1e15, "leakage beside the channel of X2"),
    parameter("r1", "m", 56e-9, 1e-9, 1e-5, "channel radius of X1"),
    parameter("L1", "m", 100e-9, 1e-9, 1e-5, "channel length of X1"),
    parameter("r2", "m", 56e-9, 1e-9, 1e-5, "channel radius of X2"),
    parameter("L2", "m", 100e-9, 1e-9, 1e-5, "channel length of X2"),
    parameter("sigma_device", "", 0.1, 0, 0.5, "spread over devices; drawn only with a seed"),
    parameter("sigma_cycle", "", 0.0905, 0, 0.5, "spread over cycles; drawn only with a seed"),
  ];
}

/** From the drive to node na. A current reaches na whatever lies between. */
function inputElements(network: Network, k: Values, drive: CircuitDrive): Element[] {
  if (drive.kind === "current") {
    if (network !== "phasic" || k.get("RL1") === 0)
      return [{ kind: "I", name: "Iin", from: "0", to: "na", wave: drive.wave }];
    // A stimulus isolator with a finite output resistance, before Cin.
    return [
      { kind: "I", name: "Iin", from: "0", to: "in", wave: drive.wave },
      { kind: "R", name: "RL1", a: "in", b: "0", R_ohm: k.get("RL1") },
      { kind: "C", name: "Cin", a: "in", b: "na", C_F: k.get("Cin") },
    ];
  }
  const source: Element = { kind: "V", name: "Vin", plus: "in", minus: "0", wave: drive.wave };
  const RL1 = (a: string, b: string): Element => ({ kind: "R", name: "RL1", a, b, R_ohm: k.get("RL1") });
  const Cin = (a: string): Element => ({ kind: "C", name: "Cin", a, b: "na", C_F: k.get("Cin") });
  if (network === "mixed") return [source, RL1("in", "na"), Cin("in")];
  if (network === "tonic" && k.get("Cin") === 0) return [source, RL1("in", "na")];
  if (network === "phasic" && k.get("RL1") === 0) return [source, Cin("in")];
  return [source, RL1("in", "cin"), Cin("cin")];
}

function device(index: 1 | 2, node: string, supply: string, k: Values): Element {
  return {
    kind: "device",
    name: `X${index}`,
    a: node,
    b: supply,
    model: "vo2-mott",
    parameters: {
      r: k.get(`r${index}`),
      L: k.get(`L${index}`),
      Re: k.get(`Re${index}`),
      Rshunt: k.get(`Rshunt${index}`),
      sigma_device: k.get("sigma_device"),
      sigma_cycle: k.get("sigma_cycle"),
    },
  };
}

/** The whole neuron with its input; other circuits may hang on its nodes na and k. */
export function vo2NeuronElements(network: Network, k: Values, drive: CircuitDrive): Element[] {
  return [
    ...inputElements(network, k, drive),
    { kind: "C", name: "C1", a: "na", b: "0", C_F: k.get("C1") + k.get("Cstray") },
    device(1, "na", "e1", k),
    { kind: "V", name: "V1", plus: "e1", minus: "0", wave: { kind: "dc", value: k.get("V1") } },
    { kind: "R", name: "RL2", a: "na", b: "k", R_ohm: k.get("RL2") },
    { kind: "C", name: "C2", a: "k", b: "0", C_F: k.get("C2") + k.get("Cstray") },
    device(2, "k", "e2", k),
    { kind: "V", name: "V2", plus: "e2", minus: "0", wave: { kind: "dc", value: k.get("V2") } },
  ];
}

/** The metallic share of the radius from the state that is kept. */
export function metallicRadius(y: number): number {
  return y > 0 ? Math.exp(-1 / y) : 0;
}

export function mottColumns(devices: readonly string[]): {
  u: CircuitColumn[];
  i: CircuitColumn[];
  y: CircuitColumn[];
} {
  const of = (name: string) => (devices.length === 1 ? "1" : name.slice(1));
  return {
    u: devices.map((name) => ({ ...stateOf(`u${of(name)}`, name), of: metallicRadius })),
    i: devices.map((name) => currentOf(`i${of(name)}`, name)),
    y: devices.map((name) => stateOf(`y${of(name)}`, name)),
  };
}

/** X_on and X_off of Mott devices: u through 0.25. */
export function mottEvents(devices: readonly string[]) {
  return devices.flatMap((name) =>
    crossings(`${name}_on`, `${name}_off`, { kind: "state", element: name, index: 0 }, onAt_y),
  );
}

const { u, i, y } = mottColumns(["X1", "X2"]);

const shared = {
  source: "Yi et al., Nat. Commun. 9 (2018) 4661, Fig. 1, Supplementary Table 3 and Notes 4 and 5",
  start: "rest",
  events: [...mottEvents(["X1", "X2"]), ...crossings("VK_up", "VK_dn", { kind: "voltage", node: "k" }, spikeAt_V)],
  columns: [voltageOf("V_Na", "na"), voltageOf("V_K", "k"), ...u, ...i, ...y],
} satisfies Partial<CircuitDefinition>;

export const vo2Tonic = nameCircuit({
  ...shared,
  name: "vo2-tonic",
  title: "tonic VO2 neuron: input as a current into Na, or as a voltage through RL1",
  parameters: parametersFor("tonic"),
  presets: tonicPresets,
  drive: () => ({ kind: "current", wave: pwl([0, 0], [10e-6, 0], [10.1e-6, 60e-6]) }),
  stop_s: 1e-3,
  spiceStep_s: 0.1e-6,
  elements: (k, drive) => vo2NeuronElements("tonic", k, drive),
});

export const vo2Phasic = nameCircuit({
  ...shared,
  name: "vo2-phasic",
  title: "phasic VO2 neuron: input voltage through Cin, with RL1 in series where it is given",
  parameters: parametersFor("phasic"),
  presets: phasicPresets,
  drive: () => ({ kind: "voltage", wave: pwl([0, 0], [10e-6, 0], [10.1e-6, 1.5]) }),
  stop_s: 0.3e-3,
  spiceStep_s: 0.1e-6,
  elements: (k, drive) => vo2NeuronElements("phasic", k, drive),
});

export const vo2Mixed = nameCircuit({
  ...shared,
  name: "vo2-mixed",
  title: "mixed-mode VO2 neuron: input voltage through RL1 and Cin side by side",
  parameters: parametersFor("mixed"),
  presets: mixedPresets,
  drive: () => ({ kind: "voltage", wave: pwl([0, 0], [10e-6, 0], [10.1e-6, 5]) }),
  stop_s: 1e-3,
  spiceStep_s: 0.1e-6,
  elements: (k, drive) => vo2NeuronElements("mixed", k, drive),
});
