import { ScpiError, boolean, keyword, numberSetting, takes } from "../../scpi/index.js";
import type { Coupling } from "../coupling.js";
import type { Dg } from "./dg.js";

const parts = [
  ["FREQuency", "frequency", "deviation_Hz", "HZ", 160e6],
  ["PHASe", "phase", "deviation_deg", "DEG", 360],
  ["AMPL", "levels", "deviation_Vpp", "VPP", 20],
] as const;

/**
 * Coupling of the channels: the channel that is told leads the other by the deviation that is set.
 *
 * @see DG4000 Programming Guide, :COUPling
 */
export function couplingCommands(dg: Dg): void {
  const { tree } = dg.scpi;
  const { coupling } = dg;
  let base: 1 | 2 = 1;
  const lead = () => {
    const c = dg.channels[base - 1];
    if (c) coupling.from(c);
  };
  const word = (on: boolean) => (on ? "ON" : "OFF");
  for (const [node, part, deviation, unit, most] of parts) {
    const pattern = `:COUPling:${node}[:STATe]`;
    tree.command(
      pattern,
      takes([boolean()], ([on]) => {
        coupling[part] = on;
        lead();
      }),
    );
    tree.query(
      pattern,
      takes([], () => word(coupling[part])),
    );
    // An amplitude is shown for 50 ohm here, and counts twice at the open output.
    const open = part === "levels" ? 2 : 1;
    numberSetting(
      dg.scpi,
      `:COUPling:${node}:DEViation`,
      unit,
      { min: 0, max: most, default: 0 },
      { get: () => coupling[deviation] / open, set: (value) => set(coupling, deviation, value * open, lead) },
    );
  }
  tree.command(
    ":COUPling:CHannel:BASE",
    takes([keyword("CH1", "CH2")], ([channel]) => {
      if (parts.some(([, part]) => coupling[part])) throw new ScpiError(-221, "the channels are coupled");
      base = channel === "CH2" ? 2 : 1;
    }),
  );
  tree.query(
    ":COUPling:CHannel:BASE",
    takes([], () => `CH${base}`),
  );
  tree.command(
    ":COUPling[:STATe]",
    takes([boolean()], ([on]) => {
      for (const [, part] of parts) coupling[part] = on;
      lead();
    }),
  );
  tree.query(
    ":COUPling[:STATe]",
    takes([], () => {
      const { frequency, phase, levels } = coupling;
      return `FREQ:${word(frequency)},PHASE:${word(phase)},AMPL:${word(levels)}`;
    }),
  );
  dg.scpi.onReset(() => void (base = 1));
}

function set(
  coupling: Coupling,
  key: "deviation_Hz" | "deviation_deg" | "deviation_Vpp",
  value: number,
  lead: () => void,
) {
  coupling[key] = value;
  lead();
}
