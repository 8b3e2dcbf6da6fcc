import { MemrigError } from "../errors.js";
import type { SerialOptions } from "./serial-link.js";

type Given = Readonly<Record<string, string | number>>;
type Reader = (written: string) => Partial<SerialOptions> | undefined;

/** What each setting is called, what may be written, and how it is read. */
const settings: Readonly<Record<string, { readonly allowed: string; readonly read: Reader }>> = {
  baud: {
    allowed: "bits per second, 50 to 4000000",
    read: (written) => {
      const baud = /^\d+$/.test(written) ? Number(written) : NaN;
      return baud >= 50 && baud <= 4_000_000 ? { baud } : undefined;
    },
  },
  "data bits": choice("dataBits", { 5: 5, 6: 6, 7: 7, 8: 8 }),
  parity: choice("parity", { none: "none", even: "even", odd: "odd", mark: "mark", space: "space" }),
  "stop bits": choice("stopBits", { 1: 1, 1.5: 1.5, 2: 2 }),
  flow: choice("flow", { none: "none", "rts/cts": "rts/cts", "xon/xoff": "xon/xoff" }),
  termination: choice("termination", { LF: "\n", CR: "\r", "CR LF": "\r\n" }),
  clear: choice("clear", { "ctrl-c": "ctrl-c", break: "break", drain: "drain" }),
};

/** `{ baud: 57600, parity: odd, data bits: 7 }` */
const EXAMPLE = "baud: 57600, parity: odd, data bits: 7, stop bits: 1, flow: none, termination: CR LF";

/**
 * The settings of a serial line as a person writes them. Blanks, dashes and case do not matter: `data bits`, `data-bits`.
 *
 * @throws MemrigError `invalid-request`: an unknown setting, or a value that can not be; with what is allowed
 */
export function readSerialSettings(given: Given): SerialOptions {
  const found: Partial<SerialOptions>[] = Object.entries(given).map(([key, value]) => {
    const name = Object.keys(settings).find((known) => plain(known) === plain(key));
    const setting = name === undefined ? undefined : settings[name];
    if (!setting) {
      throw refused(`a serial line has no setting "${key}"; there are ${Object.keys(settings).join(", ")}`);
    }
    const read = setting.read(String(value).trim());
    if (!read) throw refused(`${name} can not be "${value}"; allowed: ${setting.allowed}`);
    return read;
  });
  return Object.assign({}, ...found) as SerialOptions;
}

function choice<K extends keyof SerialOptions>(
  key: K,
  values: Readonly<Record<string | number, NonNullable<SerialOptions[K]>>>,
): { allowed: string; read: Reader } {
  const names = Object.keys(values);
  return {
    allowed: names.join(", "),
    read: (written) => {
      const name = names.find((one) => plain(one) === plain(written));
      return name === undefined ? undefined : { [key]: values[name] };
    },
  };
}

const plain = (text: string): string => text.toLowerCase().replace(/[\s_-]/g, "");

function refused(why: string): MemrigError {
  return new MemrigError("invalid-request", `${why[0]?.toUpperCase()}${why.slice(1)}. Write for example ${EXAMPLE}.`);
}
