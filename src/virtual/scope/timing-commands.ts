import { boolean, keyword, numeric, optional, takes } from "../scpi/index.js";
import { duration, time, word } from "./restarting-settings.js";
import type { Scope } from "./scope.js";

/** Time base. */
export function timebaseCommands(scope: Scope): void {
  const base = () => scope.settings.timebase;
  duration(
    scope,
    ":TIMebase[:MAIN]:RANGe",
    { min: 5e-9, max: 500, default: 1e-3 },
    {
      get: () => base().range_s,
      set: (value) => (base().range_s = value),
    },
  );
  duration(
    scope,
    ":TIMebase[:MAIN]:SCALe",
    { min: 5e-10, max: 50, default: 1e-4 },
    {
      get: () => base().range_s / 10,
      set: (value) => (base().range_s = value * 10),
    },
  );
  duration(
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
  // Zoom, XY and roll are not simulated: the words are kept, and records are taken as in MAIN.
  word(scope, ":TIMebase:MODE", ["MAIN", "WINDow", "XY", "ROLL"], {
    get: () => base().mode,
    set: (value) => (base().mode = value),
  });
  const zoom = { position_s: 0, range_s: 1e-4 };
  scope.scpi.onReset(() => Object.assign(zoom, { position_s: 0, range_s: 1e-4 }));
  duration(
    scope,
    ":TIMebase:WINDow:POSition",
    { min: -500, max: 500, default: 0 },
    { get: () => zoom.position_s, set: (value) => (zoom.position_s = value) },
  );
  for (const [node, divisions] of [
    ["RANGe", 1],
    ["SCALe", 10],
  ] as const) {
    duration(
      scope,
      `:TIMebase:WINDow:${node}`,
      { min: 5e-9 / divisions, max: 500 / divisions, default: 1e-4 / divisions },
      { get: () => zoom.range_s / divisions, set: (value) => (zoom.range_s = value * divisions) },
    );
  }
  scope.scpi.tree.query(
    ":TIMebase",
    takes([], () => {
      const { mode, reference, range_s, position_s } = base();
      return `:TIM:MODE ${mode};REF ${reference};MAIN:RANG ${time(range_s)};POS ${time(position_s)}`;
    }),
  );
}

/** Trigger. */
export function triggerCommands(scope: Scope): void {
  const { tree } = scope.scpi;
  const trigger = () => scope.settings.trigger;
  const analog = scope.settings.channels.map((_, index) => `CHANnel${index + 1}`);
  word(scope, ":TRIGger:SWEep", ["AUTO", "NORMal"], {
    get: () => trigger().sweep,
    set: (value) => (trigger().sweep = value as "AUTO" | "NORM"),
  });
  duration(
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
