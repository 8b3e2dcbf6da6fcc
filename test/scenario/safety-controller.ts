// A controller in a process of its own, for the tests of what its end leaves behind: runs a protocol on a bench file.
import { loadBench } from "../../src/bench/index.js";
import { measure } from "../../src/cli/measure.js";
import { planFrom } from "../../src/cli/settings.js";
import { abortableBySignals } from "../../src/cli/signals.js";
import { exitCodeOf, messageOf } from "../../src/errors.js";
import { protocols } from "../../protocols/index.js";

const [file = "", name = "", settings = "{}"] = process.argv.slice(2);
const say = (what: string, details: object): void =>
  void process.stdout.write(`${JSON.stringify({ what, ...details })}\n`);

try {
  const protocol = protocols.get(name);
  if (!protocol) throw new Error(`there is no ${name}`);
  const outcome = await abortableBySignals(
    async (signal) =>
      measure({
        config: await loadBench(file),
        protocol,
        plan: planFrom(protocol, JSON.parse(settings) as Record<string, unknown>),
        signal,
        onStart: ({ folder }) => say("started", { folder }),
        onProgress: ({ rows }) => say("progress", { rows }),
      }),
    () => say("again", {}),
  );
  say("ended", { status: outcome.status, reason: outcome.reason });
  if (outcome.status !== "done") process.exitCode = exitCodeOf(outcome.error);
} catch (error) {
  say("refused", { message: messageOf(error) });
  process.exitCode = exitCodeOf(error);
}
