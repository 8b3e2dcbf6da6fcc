import { keyword, takes } from "../scpi/index.js";
import type { AwgChannel } from "./channel.js";
import { setting } from "./channel-setting.js";
import type { Host } from "./channel-setting.js";
import type { AwgModel } from "./models.js";

/** Width and edges give way to the period without a word: who wants to know reads back. */
export function fitPulse(model: AwgModel, c: AwgChannel): void {
  if (c.settings.fn !== "PULS") return;
  const { pulse, frequency_Hz } = c.settings;
  const period_s = 1 / frequency_Hz;
  pulse.width_s = Math.max(model.widthMin_s, Math.min(pulse.width_s, period_s - model.widthMin_s));
  const edge_s = Math.max(model.edgeMin_s, 0.625 * Math.min(pulse.width_s, period_s - pulse.width_s));
  pulse.lead_s = Math.min(pulse.lead_s, edge_s);
  pulse.trail_s = Math.min(pulse.trail_s, edge_s);
}

/** Time from the beginning of the period to the rising edge. */
export function pulseDelay(host: Host): void {
  for (const c of host.channels) c.kept.declare("pulseDelay_s", 0);
  setting(host, "[:SOURce<1-2>]:PULSe:DELay", {
    units: ["S"],
    min: 0,
    max: (c) => 1 / c.settings.frequency_Hz,
    default: 0,
    get: (c) => c.kept.number("pulseDelay_s") ?? 0,
    set: (c, value) => c.kept.set("pulseDelay_s", value),
  });
}

/** Width, duty, edges and which of them is held while the period changes, below `root`: `[:SOURce<1-2>]:PULSe`. */
export function pulseCommands(host: Host, root: string): void {
  const period_s = (c: AwgChannel) => 1 / c.settings.frequency_Hz;
  setting(host, `${root}:WIDTh`, {
    units: ["S"],
    min: host.model.widthMin_s,
    max: (c) => period_s(c) - host.model.widthMin_s,
    default: 500e-9,
    get: (c) => c.settings.pulse.width_s,
    set: (c, value) => {
      c.settings.pulse.width_s = value;
      fitPulse(host.model, c);
    },
  });
  setting(host, `${root}:DCYCle`, {
    units: ["PCT"],
    min: 0.001,
    max: 99.999,
    default: 50,
    get: (c) => (100 * c.settings.pulse.width_s) / period_s(c),
    set: (c, value) => {
      c.settings.pulse.width_s = (value / 100) * period_s(c);
      fitPulse(host.model, c);
    },
  });
  for (const [name, key] of [
    ["LEADing", "lead_s"],
    ["TRAiling", "trail_s"],
  ] as const) {
    setting(host, `${root}:TRANsition:${name}`, {
      units: ["S"],
      min: host.model.edgeMin_s,
      max: (c) => Math.max(host.model.edgeMin_s, 0.625 * c.settings.pulse.width_s),
      default: host.model.edgeMin_s,
      get: (c) => c.settings.pulse[key],
      set: (c, value) => (c.settings.pulse[key] = value),
    });
  }
  const hold = `${root}:HOLD`;
  host.scpi.tree.command(
    hold,
    takes([keyword("WIDTh", "DUTY")], ([held], call) => {
      host.channelOf(call).settings.pulse.hold = held === "WIDT" ? "WIDT" : "DCYC";
    }),
  );
  host.scpi.tree.query(
    hold,
    takes([], (_, call) => (host.channelOf(call).settings.pulse.hold === "WIDT" ? "WIDT" : "DUTY")),
  );
}
