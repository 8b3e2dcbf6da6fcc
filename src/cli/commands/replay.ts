import { MemrigError } from "../../errors.js";
import { replayLinks, serveReplay, type ReplayLink } from "../../virtual/replay/index.js";
import { readWireLog } from "../../visa/wire/index.js";
import type { Output } from "../output.js";
import { tellServed } from "../served.js";
import { untilStopped } from "../signals.js";

export interface ReplayCommandOptions {
  /** A wire log. */
  readonly replay: string;
  readonly instrument?: string;
  readonly link?: string;
  readonly replayAnyOrder?: boolean;
  readonly ready?: string;
}

/**
 * Serves a recorded dialogue until stopped.
 *
 * @throws MemrigError `bad-reply`: after it was stopped, where a dialogue left the recording, or began and did not come to its end
 */
export async function runReplay(options: ReplayCommandOptions, output: Output): Promise<void> {
  const recording = await readWireLog(options.replay);
  if (recording.missing > 0) {
    output.say(
      `warning: ${recording.missing} lines of ${options.replay} are missing or damaged; the dialogue has gaps.`,
    );
  }
  const server = await serveReplay(recording, {
    ...(options.instrument === undefined ? {} : { instruments: [options.instrument] }),
    links: linksIn(options.link ?? "socket"),
    anyOrder: options.replayAnyOrder ?? false,
    onLeft: (_label, sentence) => output.say(sentence),
  });
  try {
    const served = server.instruments.map(({ label, identity, resources }) => ({
      name: label,
      driver: "replay",
      idn: identity,
      resources,
    }));
    await tellServed(served, options.ready, output);
    output.say(`Repeating ${options.replay} of ${recording.started}. Ctrl-C stops it.`);
    await untilStopped();
    for (const { label, replay } of server.instruments) {
      const { done, of } = replay.progress;
      output.say(`${label}: ${done} of ${of} messages came.`);
    }
    // One that nobody spoke to has done nothing wrong.
    const spoken = server.instruments.filter(({ replay }) => replay.left !== undefined || replay.progress.done > 0);
    const faults = spoken.flatMap(({ replay }) => (replay.due === undefined ? [] : [replay.due]));
    if (faults.length > 0) throw new MemrigError("bad-reply", faults.join("\n"), { faults });
  } finally {
    await server.close();
  }
}

function linksIn(text: string): ReplayLink[] {
  return text.split(",").map((name) => {
    const link = replayLinks.find((known) => known === name.trim());
    if (link !== undefined) return link;
    throw new MemrigError("invalid-request", `--link "${name}": there are ${replayLinks.join(", ")}.`, { link: name });
  });
}
