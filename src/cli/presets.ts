import type { AnyProtocol } from "../engine/index.js";
import { MemrigError } from "../errors.js";

/**
 * Settings of a preset; none where no name is given.
 *
 * @throws MemrigError `invalid-request`: the protocol has none of that name; the message lists those it has
 */
export function presetOf(protocol: AnyProtocol, name: string | undefined): Readonly<Record<string, unknown>> {
  if (name === undefined) return {};
  const presets = protocol.presets ?? {};
  const preset = Object.hasOwn(presets, name) ? presets[name] : undefined;
  if (preset) return preset.settings;
  const known = Object.keys(presets);
  throw new MemrigError(
    "invalid-request",
    `${protocol.name} has no preset "${name}". ${known.length > 0 ? `It has: ${known.join(", ")}.` : "It has none; use --set."} Nothing was opened or sent.`,
    { name, known },
  );
}
