import type { z } from "zod";
import type { StationName } from "../capabilities/index.js";
import type { Protocol } from "../engine/protocol.js";
import type { TableSpec } from "../store/shapes.js";

type Optional = "title" | "description" | "source" | "mainTable" | "analyse" | "figures";

/** A protocol as it is written down: what can be told from the rest may be left out. */
export type Declaration<Parameters extends z.ZodType<object>, Needs extends StationName> = Omit<
  Protocol<z.output<Parameters>, Needs>,
  Optional | "parameters"
> &
  Partial<Pick<Protocol<z.output<Parameters>, Needs>, Optional>> & { readonly parameters: Parameters };

/** Where each declaration stands: its stack, read when something is wrong with it. */
const places = new WeakMap<object, Error>();

/**
 * One experiment, as `memrig run ./mine.ts` takes it: the default export of the file. Left out, the main table is the first, there
 * are no figures, and nothing is analysed.
 */
export function defineProtocol<Parameters extends z.ZodType<object>, Needs extends StationName>(
  declaration: Declaration<Parameters, Needs>,
): Protocol<z.output<Parameters>, Needs> {
  const place = new Error();
  if (typeof declaration !== "object" || declaration === null) return declaration; // the check says what is wrong with it
  const { name, title = name, description = title, tables } = declaration;
  const protocol = {
    source: "a protocol of its own",
    mainTable: (tables as readonly TableSpec[] | undefined)?.[0]?.name ?? "", // a JavaScript file may have none
    analyse: () => ({}),
    figures: () => [],
    ...declaration,
    title,
    description,
  } as unknown as Protocol<z.output<Parameters>, Needs>;
  places.set(protocol, place);
  return protocol;
}

/** The stack of the call that declared it; undefined for one that was not declared here. */
export function placeOf(protocol: object): Error | undefined {
  return places.get(protocol);
}
