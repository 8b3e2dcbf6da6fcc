import { INFINITY, ScpiError, boolean, keyword, raw, takes } from "../../scpi/index.js";
import { readNumber } from "../amount.js";
import { setting } from "../channel-setting.js";
import type { Afg } from "./afg.js";

const MOST_CYCLES = 1_000_000;

/** Burst of each channel, and the one trigger of all. There is no bus source: *TRG acts as the trigger whatever the source. */
export function burstCommands(afg: Afg): void {
  const { tree } = afg.scpi;
  tree.command(
    "[:SOURce<1-2>]:BURSt[:STATe]",
    takes([boolean()], ([on], call) => {
      const c = afg.channelOf(call);
      if (on && (c.settings.fn === "DC" || c.settings.fn === "NOIS")) throw new ScpiError(-221);
      c.setBurst(on);
      c.refresh();
    }),
  );
  tree.query(
    "[:SOURce<1-2>]:BURSt[:STATe]",
    takes([], (_, call) => afg.channelOf(call).settings.burst.on),
  );
  tree.command(
    "[:SOURce<1-2>]:BURSt:MODE",
    takes([keyword("TRIGgered", "GATed")], ([mode], call) => {
      const c = afg.channelOf(call);
      c.settings.burst.mode = mode as "TRIG" | "GAT";
      c.refresh();
    }),
  );
  tree.query(
    "[:SOURce<1-2>]:BURSt:MODE",
    takes([], (_, call) => afg.channelOf(call).settings.burst.mode),
  );
  const range = { min: 1, max: MOST_CYCLES, default: 5 };
  tree.command(
    "[:SOURce<1-2>]:BURSt:NCYCles",
    takes([raw()], ([given], call) => {
      const c = afg.channelOf(call);
      const { value } = readNumber(given, [], range);
      if (value < range.min || (value > range.max && value < INFINITY)) throw new ScpiError(-222);
      c.settings.burst.cycles = value >= INFINITY ? Infinity : Math.round(value);
      c.refresh();
    }),
  );
  tree.query(
    "[:SOURce<1-2>]:BURSt:NCYCles",
    takes([], (_, call) => afg.channelOf(call).settings.burst.cycles),
  );
  setting(afg, "[:SOURce<1-2>]:BURSt:TDELay", {
    units: ["S"],
    min: 0,
    max: 85,
    default: 0,
    get: (c) => c.settings.trigger.delay_s,
    set: (c, value) => (c.settings.trigger.delay_s = value),
  });
  triggerCommands(afg);
}

function triggerCommands(afg: Afg): void {
  const { tree } = afg.scpi;
  const { channels } = afg;
  const all = (change: (trigger: (typeof channels)[number]["settings"]["trigger"]) => void) => {
    for (const c of channels) {
      change(c.settings.trigger);
      c.refresh();
    }
  };
  const trigger = () => channels[0]?.settings.trigger;
  tree.command(
    ":TRIGger[:SEQuence]:SOURce",
    takes([keyword("TIMer", "EXTernal")], ([source]) => all((one) => (one.source = source as "TIM" | "EXT"))),
  );
  tree.query(
    ":TRIGger[:SEQuence]:SOURce",
    takes([], () => trigger()?.source ?? "TIM"),
  );
  tree.command(
    ":TRIGger[:SEQuence]:SLOPe",
    takes([keyword("POSitive", "NEGative")], ([slope]) => all((one) => (one.slope = slope as "POS" | "NEG"))),
  );
  tree.query(
    ":TRIGger[:SEQuence]:SLOPe",
    takes([], () => trigger()?.slope ?? "POS"),
  );
  const timer = { min: 1e-6, max: 500, default: 1e-3 };
  tree.command(
    ":TRIGger[:SEQuence]:TIMer",
    takes([raw()], ([given]) => {
      const { value } = readNumber(given, ["S"], timer);
      if (value < timer.min || value > timer.max) throw new ScpiError(-222);
      all((one) => (one.timer_s = value));
    }),
  );
  tree.query(
    ":TRIGger[:SEQuence]:TIMer",
    takes([], () => trigger()?.timer_s ?? timer.default),
  );
  const fire = () => {
    if (channels.filter((c) => c.trigger()).length === 0) throw new ScpiError(-211);
  };
  tree.command(
    ":TRIGger[:SEQuence][:IMMediate]",
    takes([], () => fire()),
  );
  afg.scpi.onTrigger(fire);
  tree.command(
    ":ABORt",
    takes([], () => {
      for (const c of channels) c.abort();
    }),
  );
}
