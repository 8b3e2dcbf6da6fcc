import { z } from "zod";
import { quantity } from "../units.js";
import { readSerialSettings } from "../visa/index.js";

/** A name that YAML may have read as a number: `id: 17`. */
const text = z.union([z.string().min(1), z.number().transform(String)]);

export const through = z.strictObject({
  isolator: quantity("A/V", "voltage-to-current converter behind a generator", { above: 0 }).optional(),
  shunt: quantity("ohm", "resistor from the node to ground that the scope looks across", { above: 0 }).optional(),
  series: quantity("ohm", "resistor in the line", { min: 0 }).optional(),
});

/** `dut.top`, or `{ to: dut.top, through: { … } }`. */
export const wireTarget = z.preprocess(
  (given) => (typeof given === "string" ? { to: given } : given),
  z.strictObject({ to: z.string(), through: through.optional() }),
);

export const limits = z.strictObject({
  voltage: quantity("V", "largest voltage at the device", { above: 0 }).optional(),
  current: quantity("A", "largest current through the device", { above: 0 }).optional(),
  power: quantity("W", "largest power a source can bring into the device", { above: 0 }).optional(),
  "energy per pulse": quantity("J", "largest energy of one pulse", { above: 0 }).optional(),
  slew: quantity("V/s", "fastest change of the voltage", { above: 0 }).optional(),
  temperature: quantity("K", "highest temperature of a stage", { above: 0 }).optional(),
});

const ramps = {
  ramp: quantity("V/s", "how fast a voltage goes to zero before its output goes off", { above: 0 }).optional(),
  "ramp current": quantity("A/s", "how fast a current goes to zero before its output goes off", {
    above: 0,
  }).optional(),
};

/** For every instrument that does not say otherwise itself. */
export const safety = z.strictObject(ramps);

/** What one channel of an instrument has of its own. */
export const channel = z.strictObject({ limits: limits.optional() });

/** `{ baud: 57600, parity: odd, data bits: 7 }`; what may stand here, `readSerialSettings` says. */
const serial = z.record(z.string(), z.union([z.string(), z.number()])).transform((given, ctx) => {
  try {
    return readSerialSettings(given);
  } catch (error) {
    ctx.addIssue({ code: "custom", message: error instanceof Error ? error.message : String(error) });
    return z.NEVER;
  }
});

export const instrument = z.strictObject({
  /** Left out: found by what the instrument says it is. */
  driver: z.string().optional(),
  resource: z.string().min(1),
  model: text.optional(),
  limits: limits.optional(),
  channels: z.record(z.string(), channel).optional(),
  ...ramps,
  wires: z.union([z.literal(2), z.literal(4)]).optional(),
  "off state": z.enum(["normal", "zero", "high-impedance", "guard"]).optional(),
  /** How its serial line is set, where it differs from the driver's. */
  serial: serial.optional(),
});

/** What tells one device from its neighbours; kept with every run. */
export const siteKeys = ["lot", "wafer", "die", "site", "row", "column", "material", "note"] as const;

/** Crosspoints in the switch's words: `[1A01, 1B01]`, or `"1A01, 1B01"`. */
const crosspoints = z
  .union([z.string().transform((written) => written.split(",").map((name) => name.trim())), z.array(text)])
  .refine((names) => names.length > 0 && names.every((name) => name !== ""), {
    error: "write at least one crosspoint",
  });

/** Which crosspoints of a switch connect which site. */
export const sites = z.strictObject({ through: z.string(), at: z.record(z.string(), crosspoints) });

const proberTable = z.strictObject({
  command: z.array(text).min(1).optional(),
  file: z.string().min(1).optional(),
  by: z.literal("hand").optional(),
  deadline: quantity("s", "longest time that a move may take", { above: 0, max: 86_400 }).optional(),
});

/** What moves the wafer under the needles: `virtual`, `hand`, or a table with a command or a file. */
export const prober = z.preprocess(
  (given) => (given === "hand" ? { by: "hand" } : given),
  z.union([z.literal("virtual"), proberTable], {
    error: 'write virtual, hand, { command: [./move, "{site}"], deadline: 30 s }, or { file: prober.json }',
  }),
);

export const dut = z.strictObject({
  id: text.optional(),
  model: z.string().optional(),
  circuit: z.string().optional(),
  parameters: z.record(z.string(), z.union([z.number(), z.string()])).default({}),
  seed: z.int().min(0).max(0xffff_ffff).optional(),
  limits: limits.optional(),
  /** Parameters of the simulated devices at sites whose name fits: `"*-D9": { r: 28 nm }`. */
  sites: z.record(z.string(), z.record(z.string(), z.union([z.number(), z.string()]))).optional(),
  ...Object.fromEntries(siteKeys.map((key) => [key, text.optional()])),
});

export const virtual = z.strictObject({
  address: z.string().default("127.0.0.1"),
  ports: z.enum(["any", "standard"]).default("any"),
  links: z.array(z.string()).min(1).default(["socket"]),
  time: z.enum(["fast", "real"]).default("fast"),
});

export const influx = z.strictObject({
  url: z.string(),
  database: z.string().min(1),
  username: z.string().optional(),
  password: z.string().optional(),
  token: z.string().optional(),
  /** File of the certificate that the server's own is signed with. */
  ca: z.string().min(1).optional(),
});

/** A program and its arguments; no shell is between. */
const hookCommand = z.array(text).min(1);

/** Commands around every run of this bench. */
export const hooks = z.strictObject({
  before: z.array(hookCommand).default([]),
  after: z.array(hookCommand).default([]),
  deadline: quantity("s", "longest time for one command", { above: 0, max: 3600 }).prefault(30),
});

export const benchFile = z.strictObject({
  name: text.optional(),
  instruments: z.record(z.string(), instrument),
  dut: dut.default({ parameters: {} }),
  wiring: z.record(z.string(), wireTarget).optional(),
  sites: sites.optional(),
  prober: prober.optional(),
  limits: limits.optional(),
  safety: safety.optional(),
  /** Which controller a GPIB board is: `0: PRLGX-TCPIP0::192.168.1.9::1234::INTFC`. */
  gpib: z.record(z.string(), z.string().min(1)).optional(),
  /** Short names for resource names: `smu: TCPIP0::192.168.1.5::5025::SOCKET`. */
  aliases: z.record(z.string(), z.string()).optional(),
  virtual: virtual.prefault({}),
  influx: influx.optional(),
  hooks: hooks.optional(),
  /** Files of a person's own protocols, for the dashboard's form: `[./mine.ts]`. */
  protocols: z.array(z.string().min(1)).optional(),
  store: z.string().min(1).optional(),
});
export type BenchFile = z.output<typeof benchFile>;

/** The keys that may stand at a place in the file; undefined where any name may. */
export function keysAt(path: readonly PropertyKey[]): readonly string[] | undefined {
  const [first, , third, , fifth] = path.map(String);
  switch (first) {
    case undefined:
      return Object.keys(benchFile.shape);
    case "instruments":
      if (third === "limits" || fifth === "limits") return Object.keys(limits.shape);
      if (third === "channels") return path.length === 4 ? Object.keys(channel.shape) : undefined;
      return path.length === 2 ? Object.keys(instrument.shape) : undefined;
    case "wiring":
      if (third === "through") return Object.keys(through.shape);
      return path.length === 2 ? ["to", "through"] : undefined;
    case "dut":
      if (path.length > 1 && String(path[1]) === "limits") return Object.keys(limits.shape);
      return path.length === 1 ? Object.keys(dut.shape) : undefined;
    case "sites":
      return path.length === 1 ? Object.keys(sites.shape) : undefined;
    case "prober":
      return Object.keys(proberTable.shape);
    case "limits":
      return Object.keys(limits.shape);
    case "safety":
      return Object.keys(safety.shape);
    case "virtual":
      return Object.keys(virtual.shape);
    case "hooks":
      return path.length === 1 ? Object.keys(hooks.shape) : undefined;
    case "influx":
      return Object.keys(influx.shape);
    default:
      return undefined;
  }
}
