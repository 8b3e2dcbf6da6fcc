import { ScpiError } from "../scpi/index.js";
import type { KeptSettings } from "./kept-settings.js";
import { crc32 } from "./png.js";
import type { Scope } from "./scope.js";
import type { ScopeSettings } from "./settings.js";

const kind = "virtual InfiniiVision set-up 2";

/** All settings as `:SYST:SET?` gives them: bytes that only this instrument understands, with a checksum in front. */
export function savedSetUp(scope: Scope): Buffer {
  const body = Buffer.from(
    JSON.stringify({ kind, model: scope.model.name, settings: scope.settings, kept: scope.kept.all }),
  );
  return Buffer.concat([Buffer.from(`${crc32(body).toString(16).padStart(8, "0")} `), body]);
}

/** @throws ScpiError -161: not the bytes that an instrument of this model gave; nothing changed */
export function restoreSetUp(scope: Scope, block: Uint8Array): void {
  const sum = Buffer.from(block.subarray(0, 8)).toString("latin1");
  const body = block.subarray(9);
  if (sum !== crc32(body).toString(16).padStart(8, "0")) throw new ScpiError(-161);
  const saved = JSON.parse(Buffer.from(body).toString("utf8")) as {
    readonly kind: unknown;
    readonly model: unknown;
    readonly settings: ScopeSettings;
    readonly kept: KeptSettings["all"];
  };
  if (saved.kind !== kind || saved.model !== scope.model.name) throw new ScpiError(-161);
  scope.settings = saved.settings;
  scope.kept.restore(saved.kept);
  saved.settings.channels.forEach(({ impedance }, index) => scope.setImpedance(index + 1, impedance));
  scope.changed();
}
