import { ScpiError, block, boolean, keyword, optional, rest, string, takes } from "../scpi/index.js";
import { autoscale } from "./autoscale.js";
import { definiteBlock } from "./definite-block.js";
import type { Scope } from "./scope.js";
import { screenshot } from "./screen.js";
import { restoreSetUp, savedSetUp } from "./set-up.js";

/** What the screen shows, its picture, autoscale, and set-ups. */
export function displayCommands(scope: Scope): void {
  const { tree } = scope.scpi;
  const analog = scope.settings.channels.map((_, index) => `CHANnel${index + 1}`);
  const numbersOf = (sources: readonly string[]) => sources.map((source) => Number(source.slice(4)));
  let inkSaver = false;
  tree.command(
    ":HARDcopy:INKSaver",
    takes([boolean()], ([on]) => void (inkSaver = on)),
  );
  tree.query(
    ":HARDcopy:INKSaver",
    takes([], () => inkSaver),
  );
  tree.query(
    ":DISPlay:DATA",
    takes(
      [optional(keyword("PNG", "BMP", "BMP8bit"), "PNG"), optional(keyword("COLor", "GRAYscale"), "COL")],
      async ([format, palette], call) => {
        // A scope that runs shows its newest record; one that has none, or waits for one, shows the grid.
        const held = scope.running ? await scope.fresh(call.signal).catch(withoutData) : scope.held;
        const file = format === "BMP" || format === "BMP8" ? format : "PNG";
        return definiteBlock(screenshot(scope, held, { format: file, gray: palette === "GRAY", inkSaver }));
      },
    ),
  );
  tree.command(
    ":AUToscale",
    takes([rest(keyword(...analog))], ([sources], call) => {
      const all = analog.map((_, index) => index + 1);
      return autoscale(scope, sources.length > 0 ? numbersOf(sources) : all, call.signal);
    }),
  );
  for (const [pattern, on] of [
    [":VIEW", true],
    [":BLANk", false],
  ] as const) {
    tree.command(
      pattern,
      takes([rest(keyword(...analog))], ([sources]) => {
        if (on && sources.length === 0) throw new ScpiError(-109);
        // BLANk without a source turns off all of them.
        const chosen = sources.length > 0 ? numbersOf(sources) : scope.settings.channels.map((_, index) => index + 1);
        for (const number of chosen) {
          const channel = scope.settings.channels[number - 1];
          if (channel) channel.display = on;
        }
        scope.changed();
      }),
    );
  }
  tree.query(
    ":STATus",
    takes([keyword(...analog)], ([source]) => scope.settings.channels[Number(source.slice(4)) - 1]?.display === true),
  );
  for (const pattern of [":CDISplay", ":DISPlay:CLEar"]) {
    tree.command(
      pattern,
      takes([], () => undefined),
    );
  }
  switches(scope);
  generatorCommands(scope);
  setUpCommands(scope);
}

/** @throws what it was given, unless that says that nothing was acquired */
function withoutData(error: unknown): undefined {
  if (error instanceof ScpiError && error.code === -230) return undefined;
  throw error;
}

/** Labels, and vectors, which this family always draws. */
function switches(scope: Scope): void {
  const { tree } = scope.scpi;
  let labels = false;
  scope.scpi.onReset(() => void (labels = false));
  tree.command(
    ":DISPlay:LABel",
    takes([boolean()], ([on]) => void (labels = on)),
  );
  tree.query(
    ":DISPlay:LABel",
    takes([], () => labels),
  );
  tree.command(
    ":DISPlay:VECTors",
    takes([boolean()], ([on]) => {
      if (!on) throw new ScpiError(-224);
    }),
  );
  tree.query(
    ":DISPlay:VECTors",
    takes([], () => true),
  );
  let shown = "";
  tree.command(
    ":SYSTem:DSP",
    takes([string()], ([text]) => void (shown = text)),
  );
  tree.query(
    ":SYSTem:DSP",
    takes([], () => `"${shown}"`),
  );
}

/** The wave generator is not simulated: its settings are kept, and its output can not be turned on. */
function generatorCommands({ kept, scpi: { tree } }: Scope): void {
  kept.words({
    ":WGEN:FUNCtion": "SINusoid SQUare RAMP PULSe NOISe DC",
    ":WGEN:OUTPut:LOAD": "ONEMeg FIFTy",
  });
  kept.numbers("HZ", { ":WGEN:FREQuency": [0.1, 20e6, 1e3] });
  kept.numbers("V", { ":WGEN:VOLTage": [20e-3, 5, 0.5], ":WGEN:VOLTage:OFFSet": [-2.5, 2.5, 0] });
  kept.numbers("", { ":WGEN:FUNCtion:SQUare:DCYCle": [20, 80, 50], ":WGEN:FUNCtion:RAMP:SYMMetry": [0, 100, 0] });
  tree.command(
    ":WGEN:OUTPut",
    takes([boolean()], ([on]) => {
      if (on) throw new ScpiError(-241, "the generator inside is not simulated");
    }),
  );
  tree.query(
    ":WGEN:OUTPut",
    takes([], () => false),
  );
}

function setUpCommands(scope: Scope): void {
  const { tree } = scope.scpi;
  tree.query(
    ":SYSTem:SETup",
    takes([], () => definiteBlock(savedSetUp(scope))),
  );
  tree.command(
    ":SYSTem:SETup",
    takes([block()], ([bytes]) => restoreSetUp(scope, bytes)),
  );
  // The reply is a message that sets all of it again.
  tree.query(
    "*LRN",
    takes([], () => Buffer.concat([Buffer.from(":SYST:SET "), definiteBlock(savedSetUp(scope))])),
  );
}
