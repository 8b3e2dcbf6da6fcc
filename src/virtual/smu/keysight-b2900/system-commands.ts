import { booleanSetting, integer, keyword, numeric, registerCommands, takes } from "../../scpi/index.js";
import type { QueuedError } from "../../scpi/index.js";
import { channelsIn } from "./parameters.js";
import type { Unit } from "./unit.js";

/** `-222,"Data out of range; value; channel 1"`, `+0,"No error"`. */
export function formatErrorB2900(entry: QueuedError | undefined): string {
  if (!entry) return '+0,"No error"';
  const text = entry.detail === undefined ? entry.text : `${entry.text}; ${entry.detail}`;
  return `${entry.code > 0 ? "+" : ""}${entry.code},"${text}"`;
}

/** `:SYSTem`, the measurement status, and what only the front panel shows: that is kept, and nothing else. */
export function systemCommands(unit: Unit): void {
  const { scpi } = unit;
  const { tree } = scpi;
  tree.query(
    ":SYSTem:ERRor:ALL",
    takes([], () => {
      const entries: string[] = [];
      for (let entry = scpi.errors.takeError(); entry; entry = scpi.errors.takeError())
        entries.push(formatErrorB2900(entry));
      return entries.length === 0 ? formatErrorB2900(undefined) : entries.join(",");
    }),
  );
  tree.command(
    ":SYSTem:LFRequency",
    takes([integer({ min: 50, max: 60 })], ([line_Hz]) => {
      unit.line_Hz = line_Hz;
      for (const { channel } of unit.lanes) channel.line_Hz = line_Hz;
    }),
  );
  tree.query(
    ":SYSTem:LFRequency",
    takes([], () => String(unit.line_Hz)),
  );
  tree.query(
    ":SYSTem:LANGuage",
    takes([], () => '"DEF"'),
  );
  tree.command(
    ":SYSTem:BEEPer[:IMMediate]",
    takes([numeric("HZ"), numeric("S")], () => undefined),
  );
  booleanSetting(scpi, ":SYSTem:BEEPer:STATe", switchKept(true));
  tree.query(
    ":SYSTem:INTerlock:TRIPped",
    takes([], () => false),
  );
  tree.command(
    ":SYSTem:GROup[:DEFinition]",
    takes([channelsIn(unit)], () => undefined),
  );
  booleanSetting(scpi, ":DISPlay:ENABle", switchKept(true));
  tree.command(
    ":DISPlay:VIEW",
    takes([keyword("SINGle1", "SINGle2", "DUAL", "GRAPh", "ROLL")], () => undefined),
  );
  let digits = "7";
  tree.command(
    ":DISPlay:DIGit",
    takes([integer({ min: 4, max: 7 })], ([shown]) => void (digits = String(shown))),
  );
  tree.query(
    ":DISPlay:DIGit",
    takes([], () => digits),
  );
  registerCommands(scpi, ":STATus:MEASurement", unit.measurement);
}

function switchKept(first: boolean) {
  let kept = first;
  return { get: () => kept, set: (on: boolean) => void (kept = on) };
}
