import { vo2Constants, type Vo2Parameters } from "../../models/vo2-mott.js";
import type { SpiceDevice } from "./devices.js";

/** A metallic core in a heated channel, in the form of its model: state y = 1/ln(1/u), e = exp(-2/y). */
export const mott: SpiceDevice = {
  states: ["y"],
  write(lines, k, p, n, [y = "y"]) {
    const c = vo2Constants(withStage(k));
    lines.params({ rins: c.Rins_ohm, am: c.a, q0: c.Q0_W, ea: c.A_J, eb: c.B_J });
    lines.resistor("e", p, "c", c.Re_ohm);
    lines.resistor("sh", "c", n, 1 / c.gShunt_S);
    const state = `max(V(${y}),1e-3)`;
    const e = `exp(-2/${state})`;
    const channel_S = `(1+am*${e})/rins`;
    lines.current("ch", "c", n, `V(c,${n})*${channel_S}`);
    const capacity = `(ea*(0.5*(1-${e})-${e}/${state})+eb*2*${e}/(${state}*${state}))`;
    lines.state(y, 1e-12, `(V(c,${n})*V(c,${n})*${channel_S}-q0*V(${y}))/${capacity}`);
  },
};

/** NbO2 has no stage temperature: where dT was taken. */
function withStage(k: Readonly<Record<string, number>>): Vo2Parameters {
  return { T: 297, T_0: 297, E_a: 0, w_T: 1, ...k } as Vo2Parameters;
}
