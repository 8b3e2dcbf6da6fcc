import { z } from "zod";
import { protocols } from "../../protocols/index.js";
import type { StationName } from "../capabilities/index.js";
import type { AnyProtocol } from "../engine/protocol.js";

/** All stations there are; the type says when one is missing here. */
const stations: Readonly<Record<StationName, true>> = {
  "sweep-smu": true,
  smu: true,
  "temperature-station": true,
  "pulse-station": true,
};

const columnName = z.string().regex(/^[A-Za-z]\w*$/, 'a name of letters, digits and "_", as current_A');
const column = z.looseObject({
  name: columnName,
  type: z.enum(["f64", "i32", "bool", "utf8"], 'type: one of "f64", "i32", "bool", "utf8"'),
  unit: z.string('unit: its SI unit, "" for none'),
  description: z.string("description: what it is"),
});
const table = z.looseObject({
  name: z.string().regex(/^[A-Za-z][\w-]*$/, "a name that can be a file's"),
  columns: z.array(column).min(1, "a table needs columns"),
});
const method = z.custom<object>((value) => typeof value === "function", "a function is to be here");

const declaration = z.looseObject({
  name: z.string("a name is to be here").regex(/^[a-z][a-z0-9-]*$/, 'small letters, digits and "-", as my-sweep'),
  title: z.string(),
  description: z.string(),
  source: z.string(),
  parameters: z.custom((value) => value instanceof z.ZodObject, "z.object({…}) or z.strictObject({…}) is to be here"),
  needs: z.custom<StationName>(
    (value) => typeof value === "string" && Object.hasOwn(stations, value),
    `one of ${Object.keys(stations)
      .map((name) => `"${name}"`)
      .join(", ")}: what it needs of a bench`,
  ),
  tables: z.array(table, "a list of tables is to be here").min(1, "it registers no table: its rows have nowhere to go"),
  cost: method,
  extremes: method,
  run: method,
  analyse: method,
  figures: method,
});

/** What is wrong with a declaration, each as a sentence; empty when it can be run. */
export function faultsIn(value: unknown): string[] {
  const read = declaration.safeParse(value);
  if (!read.success) {
    return read.error.issues.map(({ path, message }) =>
      path.length === 0 ? message : `${path.join(".")}: ${message}.`,
    );
  }
  const protocol = value as AnyProtocol;
  return [...faultsInNames(protocol), ...faultsInParameters(protocol)];
}

function faultsInNames({ name, tables, mainTable }: AnyProtocol): string[] {
  const faults: string[] = [];
  if (protocols.has(name)) faults.push(`name: "${name}" is the name of a protocol of memrig's; choose another.`);
  for (const repeated of repeatedIn(tables.map((each) => each.name)))
    faults.push(`tables: "${repeated}" is there twice.`);
  for (const { name: of, columns } of tables) {
    for (const repeated of repeatedIn(columns.map((each) => each.name)))
      faults.push(`tables: "${of}" has the column "${repeated}" twice.`);
  }
  if (!tables.some((each) => each.name === mainTable)) {
    faults.push(`mainTable: there is no table "${mainTable}"; there is ${tables.map((each) => each.name).join(", ")}.`);
  }
  return faults;
}

function faultsInParameters({ parameters }: AnyProtocol): string[] {
  const faults: string[] = [];
  const shape = (parameters as z.ZodObject).shape as Readonly<Record<string, z.ZodType>>;
  for (const [name, schema] of Object.entries(shape)) {
    if (!/^[A-Za-z]\w*$/.test(name)) {
      faults.push(`parameters: "${name}" can not be set by --set; use letters, digits and "_".`);
    }
    const { description } = z.globalRegistry.get(schema) ?? {};
    if (description === undefined || description === "") {
      faults.push(
        `parameters: "${name}" has no description; use quantity("V", "what it is"), or .meta({ unit, description }).`,
      );
    }
    const left = schema.safeParse(undefined);
    if (!left.success && hasDefault(schema)) {
      faults.push(
        `parameters: the default of "${name}" is one it does not take: ${left.error.issues[0]?.message ?? ""}`,
      );
    }
  }
  return faults;
}

function hasDefault(schema: z.core.$ZodType): boolean {
  return schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault;
}

function repeatedIn(names: readonly string[]): string[] {
  return [...new Set(names.filter((name, i) => names.indexOf(name) !== i))];
}
