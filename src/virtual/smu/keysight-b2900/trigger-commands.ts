import { channelList, keywordSetting, optional, takes } from "../../scpi/index.js";
import type { Channel } from "./channel.js";
import { actionNodes, channelNumber, channelOf, channelsIn } from "./parameters.js";
import type { Layer } from "./settings.js";
import { MOST_READINGS } from "./settings.js";
import type { ActionName, Unit } from "./unit.js";

const lines = Array.from({ length: 14 }, (_, i) => `EXT${i + 1}`);
const sources = ["AINT", "BUS", "TIMer", "INT1", "INT2", "LAN", ...lines];
const LONGEST_S = 1e5;

/** `:ARM`, `:TRIGger`, `:INITiate`, `:ABORt`, `:IDLE`. */
export function triggerCommands(unit: Unit): void {
  for (const [notation, layer] of [
    ["ARM", "arm"],
    ["TRIGger", "trigger"],
  ] as const) {
    for (const [node, which] of actionNodes) {
      layerCommands(unit, `:${notation}<1-${unit.model.channels}>${node}`, layer, which);
      unit.scpi.tree.command(
        `:${notation}<1-${unit.model.channels}>${node}[:IMMediate]`,
        takes([channelsIn(unit)], ([numbers]) => unit.trigger(numbers, which)),
      );
    }
  }
  unit.scpi.tree.command(
    `:TRIGger<1-${unit.model.channels}>:LXI:LAN:DISable:ALL`,
    takes([], () => undefined), // no event of the LAN ever comes
  );
  for (const [node, which] of actionNodes) {
    unit.scpi.tree.command(
      `:INITiate[:IMMediate]${node}`,
      takes([channelsIn(unit)], ([numbers]) => unit.init(numbers, which)),
    );
    // Without a list all channels stop: nobody means half an abort.
    unit.scpi.tree.command(
      `:ABORt${node}`,
      takes([optional(channelList())], ([numbers]) => {
        const known = numbers ?? unit.numbers;
        for (const number of known) unit.lane(number);
        unit.abort(known, which);
      }),
    );
    unit.scpi.tree.query(
      `:IDLE<1-${unit.model.channels}>${node}`,
      takes([], async (_, call) => {
        await unit.idle([channelOf(unit, call).number], call.signal);
        return "1";
      }),
    );
  }
}

function layerCommands(unit: Unit, root: string, layer: "arm" | "trigger", which: readonly ActionName[]): void {
  const layersOf = ({ settings }: Channel): Layer[] => which.map((action) => settings[action][layer]);
  const first = (channel: Channel) => layersOf(channel)[0] as Layer;
  keywordSetting(unit.scpi, `${root}:SOURce[:SIGNal]`, sources, {
    get: (call) => first(channelOf(unit, call)).source,
    set: (source, call) => {
      for (const each of layersOf(channelOf(unit, call))) each.source = source;
    },
  });
  const number = (
    pattern: string,
    key: "count" | "delay_s" | "timer_s",
    bounds: { readonly min: number; readonly max: number; readonly default: number },
  ) =>
    channelNumber(
      unit,
      `${root}:${pattern}`,
      key === "count" ? "" : "S",
      () => bounds,
      {
        get: (channel) => first(channel)[key],
        set: (channel, value) => {
          for (const each of layersOf(channel)) each[key] = value;
        },
      },
      key === "count",
    );
  number("COUNt", "count", { min: 1, max: MOST_READINGS, default: 1 });
  number("DELay", "delay_s", { min: 0, max: LONGEST_S, default: 0 });
  const { interval_s } = unit.model;
  number("TIMer", "timer_s", { min: interval_s, max: LONGEST_S, default: interval_s });
}
