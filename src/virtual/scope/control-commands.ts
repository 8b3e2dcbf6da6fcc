import { ScpiError, boolean, integer, keyword, nr3, numeric, optional, rest, takes } from "../scpi/index.js";
import type { NumericRange } from "../scpi/index.js";
import type { Scope } from "./scope.js";

/** Time base, trigger, acquisition, run control and status. */
export function controlCommands(scope: Scope): void {
  timebaseCommands(scope);
  triggerCommands(scope);
  acquireCommands(scope);
  runCommands(scope);
  statusCommands(scope);
}

const time = (value_s: number) => nr3(value_s, 8, true);

/** A number that an acquisition under way depends on: it begins anew. */
function number(
  scope: Scope,
  pattern: string,
  range: NumericRange,
  access: { get(): number; set(value: number): void },
): void {
  scope.scpi.tree.command(
    pattern,
    takes([numeric(/:TIM|HOLD/.test(pattern) ? "S" : "", range)], ([value]) => {
      access.set(value);
      scope.changed();
    }),
  );
  scope.scpi.tree.query(
    pattern,
    takes([], () => time(access.get())),
  );
}

/** One of some words; the same. */
function word(
  scope: Scope,
  pattern: string,
  words: readonly string[],
  access: { get(): string; set(value: string): void },
): void {
  scope.scpi.tree.command(
    pattern,
    takes([keyword(...words)], ([value]) => {
      access.set(value);
      scope.changed();
    }),
  );
  scope.scpi.tree.query(
    pattern,
    takes([], () => access.get()),
  );
}

function timebaseCommands(scope: Scope): void {
  const base = () => scope.settings.timebase;
  number(
    scope,
    ":TIMebase[:MAIN]:RANGe",
    { min: 5e-9, max: 500, default: 1e-3 },
    {
      get: () => base().range_s,
      set: (value) => (base().range_s = value),
    },
  );
  number(
    scope,
    ":TIMebase[:MAIN]:SCALe",
    { min: 5e-10, max: 50, default: 1e-4 },
    {
      get: () => base().range_s / 10,
      set: (value) => (base().range_s = value * 10),
    },
  );
  number(
    scope,
    ":TIMebase[:MAIN]:POSition",
    { min: -500, max: 500, default: 0 },
    {
      get: () => base().position_s,
      set: (value) => (base().position_s = value),
    },
  );
  word(scope, ":TIMebase:REFerence", ["LEFT", "CENTer", "RIGHt"], {
    get: () => base().reference,
    set: (value) => (base().reference = value as "LEFT" | "CENT" | "RIGH"),
  });
  // Zoom, XY and roll are not simulated: the words are refused.
  word(scope, ":TIMebase:MODE", ["MAIN"], { get: () => base().mode, set: (value) => (base().mode = value) });
  scope.scpi.tree.query(
    ":TIMebase",
    takes([], () => {
      const { mode, reference, range_s, position_s } = base();
      return `:TIM:MODE ${mode};REF ${reference};MAIN:RANG ${time(range_s)};POS ${time(position_s)}`;
    }),
  );
}

function triggerCommands(scope: Scope): void {
  const { tree } = scope.scpi;
  const trigger = () => scope.settings.trigger;
  const analog = scope.settings.channels.map((_, index) => `CHANnel${index + 1}`);
  // Only edges are simulated; the other modes are refused.
  word(scope, ":TRIGger:MODE", ["EDGE"], { get: () => "EDGE", set: () => undefined });
  word(scope, ":TRIGger:SWEep", ["AUTO", "NORMal"], {
    get: () => trigger().sweep,
    set: (value) => (trigger().sweep = value as "AUTO" | "NORM"),
  });
  number(
    scope,
    ":TRIGger:HOLDoff",
    { min: 40e-9, max: 10, default: 40e-9 },
    {
      get: () => trigger().holdoff_s,
      set: (value) => (trigger().holdoff_s = value),
    },
  );
  for (const [pattern, key] of [
    [":TRIGger:NREJect", "noiseReject"],
    [":TRIGger:HFReject", "highReject"],
  ] as const) {
    tree.command(
      pattern,
      takes([boolean()], ([on]) => {
        trigger()[key] = on;
        scope.changed();
      }),
    );
    tree.query(
      pattern,
      takes([], () => trigger()[key]),
    );
  }
  word(scope, ":TRIGger[:EDGE]:SOURce", [...analog, "EXTernal", "LINE", "WGEN"], {
    get: () => trigger().source,
    set: (value) => (trigger().source = value),
  });
  word(scope, ":TRIGger[:EDGE]:SLOPe", ["POSitive", "NEGative", "EITHer", "ALTernate"], {
    get: () => trigger().slope,
    set: (value) => (trigger().slope = value as "POS" | "NEG" | "EITH" | "ALT"),
  });
  word(scope, ":TRIGger[:EDGE]:COUPling", ["DC", "AC", "LFReject"], {
    get: () => trigger().coupling,
    set: (value) => (trigger().coupling = value),
  });
  const channelOf = (source: string | undefined) => Number(/^CHAN(\d)$/.exec(source ?? trigger().source)?.[1] ?? 1);
  tree.command(
    ":TRIGger[:EDGE]:LEVel",
    takes([numeric("V", {}), optional(keyword(...analog))], ([level_V, source]) => {
      trigger().levels_V[channelOf(source) - 1] = level_V;
      scope.changed();
    }),
  );
  tree.query(
    ":TRIGger[:EDGE]:LEVel",
    takes([optional(keyword(...analog))], ([source]) => trigger().levels_V[channelOf(source) - 1] ?? 0),
  );
  tree.command(
    ":TRIGger:FORCe",
    takes([], () => void scope.acquisition.force()),
  );
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
