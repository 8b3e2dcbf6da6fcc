import { channelList, numeric, optional, ScpiError } from "../../scpi/index.js";
import type { NumericRange, ParameterType, ScpiInstrument, ScpiUnit } from "../../scpi/index.js";
import { keyword, namedBound, takes } from "../../scpi/index.js";
import type { Call } from "../../scpi/index.js";
import type { Channel } from "./channel.js";
import type { ActionName, Unit } from "./unit.js";
import { actions } from "./unit.js";

/** Number of the channel of a command: the first suffix of its header. */
export function channelOf(unit: Unit, call: Call): Channel {
  return unit.channel(call.suffixes[0] ?? 1);
}

/**
 * Channels of a command: those of its list, channel 1 where it has none.
 *
 * @throws ScpiError -220: a list that is none, or a channel that is not there
 */
export function channelsIn(unit: Unit): ParameterType<readonly number[]> {
  const list = channelList();
  return optional(
    {
      ...list,
      read: (raw) => {
        try {
          const numbers = [...new Set(list.read(raw))].sort();
          for (const number of numbers) unit.lane(number);
          return numbers;
        } catch (error) {
          if (error instanceof ScpiError) throw new ScpiError(-220, "Invalid channel list");
          throw error;
        }
      },
    },
    [1],
  );
}

/** A number that is looked at when the channel is known: the error names it. */
function deferred(
  unit: ScpiUnit | "",
  range: (channel: Channel) => NumericRange,
): ParameterType<(of: Channel) => number> {
  return {
    optional: false,
    rest: false,
    read: (raw) => (channel) => {
      try {
        return numeric(unit, range(channel)).read(raw);
      } catch (error) {
        if (error instanceof ScpiError && error.code === -222) throw new ScpiError(-222, channel.told("value"));
        throw error;
      }
    },
    missing: () => {
      throw new ScpiError(-109);
    },
  };
}

/** A numeric setting of a channel, with its query and MINimum, MAXimum, DEFault. `whole`: answered as NR1. */
export function channelNumber(
  unit: Unit,
  pattern: string,
  suffix: ScpiUnit | "",
  range: (channel: Channel) => NumericRange,
  access: { get(channel: Channel): number; set(channel: Channel, value: number): void },
  whole = false,
): void {
  const { tree, dialect }: ScpiInstrument = unit.scpi;
  const told = (value: number) => (whole ? String(Math.round(value)) : dialect.formatNumber(value));
  tree.command(
    pattern,
    takes([deferred(suffix, range)], ([value], call) => {
      const channel = channelOf(unit, call);
      access.set(channel, whole ? Math.round(value(channel)) : value(channel));
    }),
  );
  tree.query(
    pattern,
    takes([optional(keyword("MINimum", "MAXimum", "DEFault"))], ([word], call) => {
      const channel = channelOf(unit, call);
      return told(word === undefined ? access.get(channel) : namedBound(word, range(channel)));
    }),
  );
}

/** The two actions by the node of a command; both for `ALL` and where it is left out. */
export const actionNodes: readonly (readonly [notation: string, which: readonly ActionName[]])[] = [
  ["[:ALL]", actions],
  [":TRANsient", ["transition"]],
  [":ACQuire", ["acquire"]],
];
