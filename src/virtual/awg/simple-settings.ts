import { boolean, keyword, takes } from "../scpi/index.js";
import type { AwgChannel } from "./channel.js";
import type { Host } from "./channel-setting.js";

/** How a setting of a channel is kept. */
export interface ChannelAccess<T> {
  get(channel: AwgChannel): T;
  set(channel: AwgChannel, value: T): void;
  /** False: it does not change what is being played; left out: it does. */
  replays?(channel: AwgChannel): boolean;
}

/** A switch of a channel. The first number in the header is the channel. */
export function flag(generator: Host, pattern: string, access: ChannelAccess<boolean>): void {
  generator.scpi.tree.command(
    pattern,
    takes([boolean()], ([on], call) => {
      const channel = generator.channelOf(call);
      access.set(channel, on);
      if (access.replays?.(channel) ?? true) channel.refresh();
    }),
  );
  generator.scpi.tree.query(
    pattern,
    takes([], (_, call) => access.get(generator.channelOf(call))),
  );
}

/** One of some words, in manual notation; kept and answered in the short form. */
export function word(generator: Host, pattern: string, words: readonly string[], access: ChannelAccess<string>): void {
  generator.scpi.tree.command(
    pattern,
    takes([keyword(...words)], ([value], call) => {
      const channel = generator.channelOf(call);
      access.set(channel, value);
      if (access.replays?.(channel) ?? true) channel.refresh();
    }),
  );
  generator.scpi.tree.query(
    pattern,
    takes([], (_, call) => access.get(generator.channelOf(call))),
  );
}
