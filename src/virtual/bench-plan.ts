/** What is to be served and how it is wired: built by `bench/` from the bench file, or by a test by hand. */
export interface VirtualBenchPlan {
  readonly name: string;
  readonly instruments: readonly VirtualInstrumentPlan[];
  readonly dut: DutPlan;
  readonly wiring: readonly Wire[];
  /** Address of the first instrument; with `standard` ports each further one takes the next address. */
  readonly address: string;
  /** `any`: free ports chosen by the system. `standard`: the port the real one listens on. */
  readonly ports: "any" | "standard";
  /** What each instrument is served on; `["socket"]` where left out. Its raw socket comes first among its resources. */
  readonly links?: readonly LinkKind[];
  /** `fast`: as fast as it can. `real`: a second is a second. */
  readonly time: "fast" | "real";
  /** Noise and serial numbers of the instruments. */
  readonly seed: number;
  /** Many devices, of which relays or needles connect one. Left out: one device, always connected. */
  readonly sites?: SitesPlan;
}

/** Where devices stand and what connects them. */
export interface SitesPlan {
  /** Parameters at sites whose name fits the pattern (`*` stands for anything), over those of the device; later over earlier. */
  readonly variants: readonly { readonly pattern: string; readonly parameters: Readonly<Record<string, number>> }[];
  /** A prober sets the needles down somewhere; before its first move they are up. */
  readonly prober: boolean;
  /** Which closed crosspoints of which switch connect a site, or with a prober a device under its needles. */
  readonly switch?: { readonly label: string; readonly crosspoints: Readonly<Record<string, readonly string[]>> };
}

/** The name of the device that a switch picks out of those under the needles. */
export function siteName(position: string, device: string): string {
  return `${position}-${device}`;
}

/** The links a virtual instrument can be served on, as the bench file names them. */
export const linkKinds = ["socket", "vxi11", "hislip", "serial", "prologix"] as const;
export type LinkKind = (typeof linkKinds)[number];

export interface VirtualInstrumentPlan {
  readonly label: string;
  /** As in `virtualInstruments`. */
  readonly driver: string;
  /** Which of the family, where the bench file says. */
  readonly model?: string;
}

export interface DutPlan {
  readonly id: string;
  readonly model: string;
  readonly parameters: Readonly<Record<string, number>>;
  /** Left out: the nominal device (no device-to-device draw), its cycles still vary. */
  readonly seed?: number;
  /** Another sequence of cycles of the same device. */
  readonly cycleSeed?: number;
}

/** One terminal of one instrument on one node of the device. */
export interface Wire {
  readonly instrument: string;
  /** `high`, `low` of an SMU, `2.high`, `2.low` of its second channel; `1`, `2`, … of a generator or scope. */
  readonly terminal: string;
  readonly node: "dut.top" | "dut.bottom" | "ground";
  /** A converter or resistor in between. */
  readonly through?: {
    /** Resistor from the node to ground that the scope looks across, ohms. */
    readonly shunt_ohm?: number;
    /** Voltage-to-current converter behind a generator, A/V. */
    readonly isolator_A_per_V?: number;
    /** Resistor in the line, ohms. */
    readonly series_ohm?: number;
  };
}

/** One instrument being served: an entry of the `--ready` file. */
export interface ServedInstrument {
  readonly name: string;
  readonly driver: string;
  readonly idn: string;
  readonly resources: readonly string[];
}
