import { z } from "zod";
import { quantity } from "../../units.js";

/** A name that YAML may have read as a number: `D1`, `17`. */
const text = z.union([z.string().min(1), z.number().transform(String)]);
const scalar = z.union([z.string(), z.number(), z.boolean()]);
/** `6` (1 to 6), `48-53`, or a list. */
const span = z.union([z.int().min(1).max(1000), z.string().min(1), z.array(z.int()).min(1)]);
const count = z.int().min(1).max(1_000_000);
const tags = z.record(z.string(), scalar.transform(String));

export const wafer = z.strictObject({
  columns: span,
  rows: span,
  /** A line for each row, a character for each column; `.` or a blank is no die. */
  mask: z.array(z.string()).optional(),
  /** What a die is called. */
  die: z.string().default("R{row}C{column}"),
  /** How many (D1, D2, …), their names, or names with the group each belongs to. `D1-D8` stands for eight. */
  devices: z.union([count, z.array(text).min(1), z.record(z.string(), text.nullable())]).optional(),
});

export const listedSite = z.strictObject({
  site: text,
  group: text.optional(),
  device: text.optional(),
  die: text.optional(),
  column: z.int().optional(),
  row: z.int().optional(),
  tags: tags.optional(),
});

export const sites = z.strictObject({
  wafer: wafer.optional(),
  /** `D1`, `D1-D30`, or a table. */
  list: z
    .array(z.union([text, listedSite]))
    .min(1)
    .optional(),
});

const series = z.record(z.string(), z.array(scalar).min(1));

export const step = z.strictObject({
  protocol: z.string(),
  name: text.optional(),
  preset: z.string().optional(),
  settings: z.record(z.string(), scalar).default({}),
  /** Every value of each with every value of the others. */
  grid: series.optional(),
  /** The first of each together, the second of each together, and so on. */
  together: series.optional(),
  repetitions: count.optional(),
});

const argv = z.array(text).min(1);
export const hooks = z.strictObject({
  first: argv.optional(),
  last: argv.optional(),
  deadline: quantity("s", "longest time that a hook may take", { above: 0, max: 86_400 }).optional(),
});

export const yieldRule = z.strictObject({ metric: z.string(), min: scalar.optional(), max: scalar.optional() });

export const campaignFile = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z0-9][\w.-]{0,79}$/, "letters, digits, - and _ (it becomes the name of a folder)")
    .optional(),
  bench: z.string().min(1),
  sites: sites.optional(),
  steps: z.array(step).min(1),
  repetitions: count.default(1),
  order: z.enum(["site-major", "step-major"]).default("site-major"),
  "on failure": z.enum(["go on", "skip site", "stop"]).default("go on"),
  "stop after": count.optional(),
  yield: yieldRule.optional(),
  hooks: hooks.optional(),
  tags: tags.optional(),
});
export type CampaignFile = z.output<typeof campaignFile>;

/** The keys that may stand at a place in the file; undefined where any name may. */
export function keysAt(path: readonly PropertyKey[]): readonly string[] | undefined {
  const [first, second, third] = path.map(String);
  if (first === undefined) return Object.keys(campaignFile.shape);
  if (first === "sites") {
    if (second === undefined) return Object.keys(sites.shape);
    if (second === "wafer") return third === undefined ? Object.keys(wafer.shape) : undefined;
    return path.length === 3 ? Object.keys(listedSite.shape) : undefined;
  }
  if (first === "steps") return path.length === 2 ? Object.keys(step.shape) : undefined;
  if (first === "hooks") return Object.keys(hooks.shape);
  if (first === "yield") return Object.keys(yieldRule.shape);
  return undefined;
}
