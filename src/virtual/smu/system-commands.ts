import { integer, keyword, keywordSetting, numeric, optional, raw, rest, ScpiError, takes } from "../scpi/index.js";
import type { QueuedError, ScpiInstrument } from "../scpi/index.js";
import type { SmuSettings } from "./settings.js";
import type { Smu } from "./smu.js";
import { LINE_HZ } from "./smu.js";

const types: Readonly<Record<QueuedError["severity"], number>> = { error: 1, warning: 2, information: 4 };

/** `-113,"Undefined header;1;2016/03/09 14:25:32.001"`: type and time stand inside the string. */
export function formatLogged(entry: QueuedError | undefined): string {
  if (!entry) return '0,"No error;0;0 0"';
  const iso = entry.at.toISOString();
  const time = `${iso.slice(0, 10).replaceAll("-", "/")} ${iso.slice(11, 23)}`;
  return `${entry.code},"${wording(entry)};${types[entry.severity]};${time}"`;
}

/** The form of `:SYST:EVEN:NEXT?`: type, seconds and nanoseconds, with commas. */
function formatEvent(entry: QueuedError | undefined): string {
  if (!entry) return '0,"No error;0,0,0"';
  const seconds = Math.floor(entry.at.getTime() / 1000);
  const nanoseconds = (entry.at.getTime() % 1000) * 1_000_000;
  return `${entry.code},"${wording(entry)};${types[entry.severity]},${seconds},${nanoseconds}"`;
}

function wording(entry: QueuedError): string {
  return entry.detail === undefined ? entry.text : `${entry.text}, ${entry.detail}`;
}

/** `*LANG`, `:SYSTem`, `:STATus:CLEar`, `:ROUTe` and what only the front panel shows. */
export function systemCommands(scpi: ScpiInstrument, smu: Smu): void {
  const { tree } = scpi;
  // A language asked for acts after a power cycle: this one is never switched off, so it goes on in SCPI.
  tree.command(
    "*LANG",
    takes([keyword("SCPI", "TSP", "SCPI2400")], () => undefined),
  );
  tree.query(
    "*LANG",
    takes([], () => "SCPI"),
  );
  tree.query(
    ":SYSTem:EVENtlog:NEXT",
    takes([optional(keyword("ERRor", "WARNing", "INFormation", "ALL"), "ALL")], ([kind]) => {
      const wanted: Readonly<Record<string, readonly QueuedError["severity"][]>> = {
        ERR: ["error"],
        WARN: ["warning"],
        INF: ["information"],
      };
      return formatEvent(scpi.errors.take(wanted[kind] ?? ["error", "warning", "information"]));
    }),
  );
  tree.query(
    ":SYSTem:EVENtlog:COUNt",
    takes([optional(keyword("ERRor", "ALL"), "ALL")], () => String(scpi.errors.errorCount)),
  );
  tree.command(
    ":SYSTem:CLEar",
    takes([], () => scpi.errors.clear()),
  );
  tree.command(
    ":STATus:CLEar",
    takes([], () => scpi.status.clear()),
  );
  tree.query(
    ":SYSTem:LFRequency",
    takes([], () => String(LINE_HZ)),
  );
  tree.command(
    ":SYSTem:BEEPer[:IMMediate]",
    takes([numeric("", { min: 20, max: 8000 }), numeric("", { min: 0.001, max: 100 })], () => undefined),
  );
  keywordSetting(scpi, ":ROUTe:TERMinals", ["FRONt", "REAR"], {
    get: () => smu.settings.terminals,
    set: (terminals) => void (smu.settings.terminals = terminals),
  });
  const lights = ["ON100", "ON75", "ON50", "ON25", "OFF", "BLACkout"];
  let light = "ON50";
  keywordSetting(scpi, ":DISPlay:LIGHt:STATe", lights, { get: () => light, set: (state) => void (light = state) });
  tree.command(
    ":DISPlay:CLEar",
    takes([], () => undefined),
  );
  tree.command(
    ":DISPlay:SCReen",
    takes([rest(raw())], () => undefined),
  );
  tree.command(
    ":DISPlay:USER<1-2>:TEXT[:DATA]",
    takes([raw()], () => undefined),
  );
  stateCommands(scpi, smu);
  mapCommands(scpi);
}

/** Errors by number, the clock, who may control it, and set-ups that are kept until it is switched off. */
function stateCommands(scpi: ScpiInstrument, smu: Smu): void {
  const { tree } = scpi;
  tree.query(
    ":SYSTem:ERRor:CODE[:NEXT]",
    takes([], () => String(scpi.errors.takeError()?.code ?? 0)),
  );
  tree.query(
    ":SYSTem:TIME",
    takes([optional(integer({ min: 1, max: 1 }))], ([worded]) => {
      const now = scpi.clock();
      return worded === undefined ? String(Math.floor(now.getTime() / 1000)) : calendarTime(now);
    }),
  );
  let access = "FULL";
  keywordSetting(scpi, ":SYSTem:ACCess", ["FULL", "EXCLusive", "PROTected", "LOCKout"], {
    get: () => access,
    set: (asked) => void (access = asked),
  });
  let powerOn = "RST";
  keywordSetting(scpi, ":SYSTem:POSetup", ["RST", "SAV0", "SAV1", "SAV2", "SAV3", "SAV4"], {
    get: () => powerOn,
    set: (asked) => void (powerOn = asked),
  });
  const saved = new Map<number, SmuSettings>();
  const place = integer({ min: 0, max: 4 });
  tree.command(
    "*SAV",
    takes([place], ([at]) => void saved.set(at, structuredClone(smu.settings))),
  );
  tree.command(
    "*RCL",
    takes([place], ([at]) => {
      const kept = saved.get(at);
      if (!kept) throw new ScpiError(-200, undefined, "Execution error, no set-up was saved there");
      scpi.reset(); // the output is off and the trigger model empty, as after *RST
      smu.settings = structuredClone(kept);
    }),
  );
}

/** `Wed Nov 05 14:25:32 2025` */
function calendarTime(at: Date): string {
  const [day = "", date = "", month = "", year = "", time = ""] = at.toUTCString().replace(",", "").split(" ");
  return `${day} ${month} ${date} ${time} ${year}`;
}

/** `:STAT:OPER:MAP bit, setEvent, clearEvent`: bits are empty until an event of the log is put on them. */
function mapCommands(scpi: ScpiInstrument): void {
  const bit = integer({ min: 0, max: 14 });
  const event = integer({ min: 0, max: 9999 });
  for (const [node, group] of [
    ["OPERation", scpi.status.operation],
    ["QUEStionable", scpi.status.questionable],
  ] as const) {
    const maps = new Map<number, { readonly set: number; readonly clear: number }>();
    scpi.tree.command(
      `:STATus:${node}:MAP`,
      takes([bit, event, optional(event, 0)], ([at, set, clear]) => {
        maps.set(at, { set, clear });
      }),
    );
    scpi.tree.query(
      `:STATus:${node}:MAP`,
      takes([bit], ([at]) => {
        const { set, clear } = maps.get(at) ?? { set: 0, clear: 0 };
        return `${set},${clear}`;
      }),
    );
    scpi.onRaised((code) => {
      for (const [at, { set, clear }] of maps) {
        if (code === set) group.assign(1 << at, true);
        else if (code === clear) group.assign(1 << at, false);
      }
    });
  }
}
