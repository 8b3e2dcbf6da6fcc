/** A controller's settings, as its commands show and change them. */
export interface ControllerSettings {
  address: string;
  eoi: number;
  /** What is put behind a message: 0 CR LF, 1 CR, 2 LF, 3 nothing. */
  eos: number;
  eotEnable: number;
  eotChar: number;
  readTimeout_ms: number;
  auto: number;
  mode: number;
}

export const initialSettings = (): ControllerSettings => ({
  address: "1",
  eoi: 1,
  eos: 0,
  eotEnable: 0,
  eotChar: 0,
  readTimeout_ms: 500,
  auto: 0,
  mode: 1,
});

type Numeric = Exclude<keyof ControllerSettings, "address">;

const numeric: ReadonlyMap<string, { readonly key: Numeric; readonly min: number; readonly max: number }> = new Map([
  ["eoi", { key: "eoi", min: 0, max: 1 }],
  ["eos", { key: "eos", min: 0, max: 3 }],
  ["eot_enable", { key: "eotEnable", min: 0, max: 1 }],
  ["eot_char", { key: "eotChar", min: 0, max: 255 }],
  ["read_tmo_ms", { key: "readTimeout_ms", min: 1, max: 3000 }],
  ["auto", { key: "auto", min: 0, max: 1 }],
  ["mode", { key: "mode", min: 0, max: 1 }],
]);

/**
 * Shows or changes a setting.
 *
 * @returns what is answered: the value where none was given, nothing where one was taken; undefined: no such setting
 */
export function applySetting(settings: ControllerSettings, name: string, words: readonly string[]): string | undefined {
  if (name === "addr") {
    if (words.length === 0) return settings.address;
    const [primary, secondary] = words.map((word) => (/^\d{1,3}$/.test(word) ? Number(word) : NaN));
    if (primary === undefined || !(primary <= 30)) return "";
    if (secondary !== undefined && !(secondary >= 96 && secondary <= 126)) return "";
    settings.address = secondary === undefined ? String(primary) : `${primary} ${secondary}`;
    return "";
  }
  const known = numeric.get(name);
  if (!known) return undefined;
  const [word] = words;
  if (word === undefined) return String(settings[known.key]);
  const value = /^\d{1,5}$/.test(word) ? Number(word) : NaN;
  if (value >= known.min && value <= known.max) settings[known.key] = value;
  return "";
}
