import type { QueuedError } from "../../scpi/index.js";
import { boolean, integer, takes } from "../../scpi/index.js";
import type { Mso } from "./mso.js";

/** Bit of the standard event register that an event sets: what DESE masks never gets into the queue. */
const bitOf = (code: number): number => (code > 0 ? 8 : ([0, 32, 16, 8, 4][Math.floor(-code / 100)] ?? 8));

/**
 * The event queue: what happened can be read after `*ESR?` only, and the next `*ESR?` throws away what was not read.
 *
 * @see 4/5/6 series MSO programmer manual, status and events
 */
export function eventCommands(mso: Mso): void {
  const { scpi } = mso;
  let readable: QueuedError[] = [];
  let mask = 255;
  scpi.tree.query(
    "*ESR",
    takes([], () => {
      readable = [];
      for (let next = scpi.errors.takeError(); next; next = scpi.errors.takeError()) {
        if (bitOf(next.code) & mask) readable.push(next);
      }
      return String(scpi.status.takeEsr() & mask);
    }),
  );
  scpi.tree.command(
    "*CLS",
    takes([], () => {
      readable = [];
      scpi.status.clear();
      scpi.errors.clear();
    }),
  );
  const none = () =>
    scpi.errors.errorCount > 0
      ? '1,"No events to report - new events pending *ESR?"'
      : '0,"No events to report - queue empty"';
  const shown = ({ code, text, detail }: QueuedError) =>
    `${Math.abs(code)},"${text}; ${detail === undefined ? "" : detail}"`;
  mso.answer("ALLEv", () => {
    const all = readable.splice(0);
    return all.length === 0 ? none() : all.map(shown).join(",");
  });
  mso.answer("EVMsg", () => {
    const next = readable.shift();
    return next ? shown(next) : none();
  });
  mso.answer("EVENT", () => {
    const next = readable.shift();
    return next ? String(Math.abs(next.code)) : none().charAt(0);
  });
  mso.answer("EVQty", () => String(readable.length));
  mso.setting("DESE", integer({ min: 0, max: 255 }), { get: () => String(mask), set: (value) => (mask = value) });
  for (const [pattern, key] of [
    ["HEADer", "header"],
    ["HDR", "header"],
    ["VERBose", "verbose"],
  ] as const) {
    mso.setting(pattern, boolean(), { get: () => mso.state[key], set: (on) => (mso.state[key] = on) });
  }
}
