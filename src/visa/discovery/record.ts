/** Who an instrument says it is: the four parts of its answer to `*IDN?`, as far as they are known. */
export interface Identity {
  readonly manufacturer: string;
  readonly model: string;
  /** Empty where it is not told. */
  readonly serial: string;
  readonly firmware: string;
}

/** The ways of looking, in the order in which they are told. */
export const discoveryMethods = ["mdns", "vxi11-broadcast", "lxi-identification", "serial", "usbtmc"] as const;
export type DiscoveryMethod = (typeof discoveryMethods)[number];

/** What one way of looking saw of one instrument. */
export interface Sighting {
  readonly by: DiscoveryMethod;
  /** Address on the network; left out for what hangs on this computer itself. */
  readonly host?: string;
  /** VISA resource names in full form; may be empty where only a web page was seen. */
  readonly resources: readonly string[];
  readonly identity?: Identity;
  /** Port of its web page, where the LXI identification can be asked for. */
  readonly webPort?: number;
  /** What a person should know of it: the adapter's name, the name it gives itself. */
  readonly note?: string;
}

/** One instrument, whatever number of ways it was found by. */
export interface DiscoveredInstrument {
  /** VISA resource names, the best to use first. May be empty: it was seen, but told no name to reach it by. */
  readonly resources: readonly string[];
  /** As it announces itself; nothing was asked of the instrument's command parser. */
  readonly identity?: Identity;
  readonly foundBy: readonly DiscoveryMethod[];
  readonly host?: string;
  readonly notes: readonly string[];
}

/** How one way of looking went. */
export interface MethodReport {
  readonly method: DiscoveryMethod;
  /** Where it looked: interfaces, addresses, folders. */
  readonly looked: string;
  /** Instruments it saw. */
  readonly found: number;
  /** What went wrong, as sentences; the rest was looked at all the same. */
  readonly failures: readonly string[];
}

/** What a way of looking gives back. */
export interface Looked {
  readonly looked: string;
  readonly sightings: readonly Sighting[];
  readonly failures: readonly string[];
}

/**
 * The parts of a reply to `*IDN?`: manufacturer, model, serial number, firmware, with commas between. Further commas
 * belong to the firmware; missing parts are empty.
 *
 * @see IEEE 488.2-1992, 10.14.3
 */
export function identityOf(reply: string): Identity {
  const [manufacturer = "", model = "", serial = "", ...firmware] = reply.split(",").map((part) => part.trim());
  return { manufacturer, model, serial, firmware: firmware.join(",") };
}

/** The identity as one reply to `*IDN?` would tell it. */
export function idnOf({ manufacturer, model, serial, firmware }: Identity): string {
  return [manufacturer, model, serial, firmware].join(",");
}
