import { INFINITY, ScpiError, keyword, raw, takes } from "../../scpi/index.js";
import { readNumber } from "../amount.js";
import type { AwgChannel } from "../channel.js";
import { setting } from "../channel-setting.js";
import { switchSetting } from "./dg.js";
import type { Dg } from "./dg.js";

const MOST_CYCLES = 1_000_000;
/** The words of the trigger source, and what the core calls them. */
const sources = { INT: "IMM", EXT: "EXT", MAN: "BUS" } as const;

/** Burst of each channel and its trigger. External triggers and gates are not wired. */
export function burstCommands(dg: Dg): void {
  const { tree } = dg.scpi;
  const root = "[:SOURce<1-2>]:BURSt";
  switchSetting(
    dg,
    `${root}[:STATe]`,
    (c) => c.settings.burst.on,
    (c, on) => {
      if (on && (c.settings.fn === "DC" || c.settings.fn === "NOIS")) throw new ScpiError(-221);
      c.setBurst(on);
      c.refresh();
    },
  );
  tree.command(
    `${root}:MODE`,
    takes([keyword("TRIGgered", "INFinity", "GATed")], ([mode], call) => {
      const c = dg.channelOf(call);
      dg.stateOf(c).burstMode = mode as "TRIG" | "INF" | "GAT";
      count(dg, c);
    }),
  );
  tree.query(
    `${root}:MODE`,
    takes([], (_, call) => dg.stateOf(dg.channelOf(call)).burstMode),
  );
  const range = { min: 1, max: MOST_CYCLES, default: 1 };
  tree.command(
    `${root}:NCYCles`,
    takes([raw()], ([given], call) => {
      const { value } = readNumber(given, [], range);
      if (!(value >= range.min && value <= range.max && value < INFINITY)) throw new ScpiError(-222);
      const c = dg.channelOf(call);
      dg.stateOf(c).cycles = Math.round(value);
      count(dg, c);
    }),
  );
  tree.query(
    `${root}:NCYCles`,
    takes([], (_, call) => String(dg.stateOf(dg.channelOf(call)).cycles)),
  );
  setting(dg, `${root}:INTernal:PERiod`, {
    units: ["S"],
    min: 1e-6,
    max: 500,
    default: 10e-3,
    get: (c) => c.settings.burst.period_s,
    set: (c, value) => (c.settings.burst.period_s = value),
  });
  setting(dg, `${root}:PHASe`, {
    units: ["DEG"],
    min: 0,
    max: 360,
    default: 0,
    get: (c) => c.settings.burst.phase_deg,
    set: (c, value) => (c.settings.burst.phase_deg = value),
  });
  setting(dg, `${root}:TDELay`, {
    units: ["S"],
    min: 0,
    max: 85,
    default: 0,
    get: (c) => c.settings.trigger.delay_s,
    set: (c, value) => (c.settings.trigger.delay_s = value),
  });
  if (dg.model.family === "DG1000Z") {
    // A number or another word would be another level to wait at: only the first point is simulated.
    tree.command(
      `${root}:IDLE`,
      takes([keyword("FPT")], () => undefined),
    );
    tree.query(
      `${root}:IDLE`,
      takes([], () => "FPT"),
    );
  }
  triggerCommands(dg, `${root}:TRIGger`);
}

function count(dg: Dg, c: AwgChannel): void {
  const { burstMode, cycles } = dg.stateOf(c);
  c.settings.burst.mode = burstMode === "GAT" ? "GAT" : "TRIG";
  c.settings.burst.cycles = burstMode === "INF" ? Infinity : cycles;
  c.refresh();
}

function triggerCommands(dg: Dg, root: string): void {
  const { tree } = dg.scpi;
  tree.command(
    `${root}:SOURce`,
    takes([keyword("INTernal", "EXTernal", "MANual")], ([word], call) => {
      const c = dg.channelOf(call);
      c.settings.trigger.source = sources[word as keyof typeof sources];
      c.refresh();
    }),
  );
  tree.query(
    `${root}:SOURce`,
    takes([], (_, call) => {
      const { source } = dg.channelOf(call).settings.trigger;
      return source === "BUS" ? "MAN" : source === "EXT" ? "EXT" : "INT";
    }),
  );
  tree.command(
    `${root}:SLOPe`,
    takes([keyword("POSitive", "NEGative")], ([slope], call) => {
      dg.channelOf(call).settings.trigger.slope = slope as "POS" | "NEG";
    }),
  );
  tree.query(
    `${root}:SLOPe`,
    takes([], (_, call) => dg.channelOf(call).settings.trigger.slope),
  );
  // Only a manual source is fired from here, and only while the output is on.
  const fire = (c: AwgChannel) => c.settings.trigger.source === "BUS" && c.settings.output && c.trigger();
  tree.command(
    `${root}[:IMMediate]`,
    takes([], (_, call) => {
      if (!fire(dg.channelOf(call))) throw new ScpiError(-211);
    }),
  );
  dg.scpi.onTrigger(() => {
    if (dg.channels.filter(fire).length === 0) throw new ScpiError(-211);
  });
}
