import { ScpiError, integer, keyword, optional, rest, takes } from "../scpi/index.js";
import type { NumericRange } from "../scpi/index.js";
import { word } from "./restarting-settings.js";
import type { Scope } from "./scope.js";

/** Acquisition, run control and status. */
export function controlCommands(scope: Scope): void {
  acquireCommands(scope);
  runCommands(scope);
  statusCommands(scope);
}

function acquireCommands(scope: Scope): void {
  const { tree } = scope.scpi;
  const acquire = () => scope.settings.acquire;
  word(scope, ":ACQuire:TYPE", ["NORMal", "AVERage", "HRESolution", "PEAK"], {
    get: () => acquire().type,
    set: (value) => {
      if (value === "AVER" && acquire().mode === "SEGM") throw new ScpiError(-221);
      acquire().type = value as "NORM" | "AVER" | "HRES" | "PEAK";
    },
  });
  word(scope, ":ACQuire:MODE", ["RTIMe", "SEGMented"], {
    get: () => acquire().mode,
    set: (value) => {
      if (value === "SEGM" && acquire().type === "AVER") throw new ScpiError(-221);
      acquire().mode = value as "RTIM" | "SEGM";
    },
  });
  const whole = (pattern: string, range: NumericRange, get: () => number, set: (value: number) => void) => {
    tree.command(
      pattern,
      takes([integer(range)], ([value]) => set(value)),
    );
    tree.query(
      pattern,
      takes([], () => String(get())),
    );
  };
  whole(
    ":ACQuire:COUNt",
    { min: 2, max: 65_536, default: 8 },
    () => acquire().count,
    (value) => {
      acquire().count = value;
      scope.changed();
    },
  );
  whole(
    ":ACQuire:COMPlete",
    { min: 100, max: 100, default: 100 },
    () => 100,
    () => undefined,
  );
  const most = scope.model.maxSegments;
  whole(
    ":ACQuire:SEGMented:COUNt",
    { min: 2, max: most, default: 10 },
    () => acquire().segments,
    (value) => {
      acquire().segments = value;
      scope.changed();
    },
  );
  whole(
    ":ACQuire:SEGMented:INDex",
    { min: 1, max: () => acquire().segments },
    () => acquire().index,
    (value) => {
      acquire().index = value;
    },
  );
  tree.query(
    ":ACQuire:POINts[:ANALog]",
    takes([], () => String(scope.memory.samples)),
  );
  tree.query(
    ":ACQuire:SRATe[:ANALog]",
    takes([], () => scope.memory.rate_Sa_per_s),
  );
}

function runCommands(scope: Scope): void {
  const { tree } = scope.scpi;
  tree.command(
    ":RUN",
    takes([], () => scope.run()),
  );
  tree.command(
    ":STOP",
    takes([], () => scope.stop()),
  );
  tree.command(
    ":SINGle",
    takes([], () => scope.single()),
  );
  const analog = scope.settings.channels.map((_, index) => `CHANnel${index + 1}`);
  tree.command(
    ":DIGitize",
    takes([rest(keyword(...analog))], async ([sources], call) => {
      if (sources.length > 0) {
        scope.settings.channels.forEach((channel, index) => {
          channel.display = sources.includes(`CHAN${index + 1}`);
        });
      }
      scope.single();
      await scope.acquisition.complete(call.signal);
    }),
  );
}

function statusCommands(scope: Scope): void {
  const { tree, status } = scope.scpi;
  tree.query(
    ":OPERegister[:EVENt]",
    takes([], () => String(status.operation.takeEvent())),
  );
  tree.query(
    ":OPERegister:CONDition",
    takes([], () => String(status.operation.condition)),
  );
  tree.command(
    ":OPEE",
    takes([integer({ min: 0, max: 65_535 })], ([bits]) => void (status.operation.enable = bits)),
  );
  tree.query(
    ":OPEE",
    takes([], () => String(status.operation.enable)),
  );
  tree.query(
    ":TER",
    takes([], () => {
      const came = scope.acquisition.triggered;
      scope.acquisition.triggered = false;
      return came;
    }),
  );
  tree.query(
    ":AER",
    takes([], () => {
      const was = scope.wasArmed;
      scope.wasArmed = false;
      return was;
    }),
  );
  tree.query(
    ":SYSTem:ERRor[:NEXT]",
    takes([optional(keyword("STRing", "NUMBer"))], ([form]) => {
      const entry = scope.scpi.errors.takeError();
      return form === "NUMB" ? String(entry?.code ?? 0) : scope.scpi.dialect.formatError(entry);
    }),
  );
  tree.command(
    ":SYSTem:PRESet",
    takes([], () => scope.scpi.reset()),
  );
}
