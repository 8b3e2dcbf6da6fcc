import type { Command } from "commander";
import { z } from "zod";
import { protocols } from "../../../protocols/index.js";
import type { AnyProtocol } from "../../engine/protocol.js";
import { MemrigError } from "../../errors.js";
import { si } from "../../units.js";
import { outputOf, textTable } from "../output.js";

/** One parameter of a protocol as help, forms and documents show it. */
export interface ParameterHelp {
  readonly name: string;
  readonly unit: string;
  readonly description: string;
  readonly default: unknown;
  readonly allowed?: readonly string[];
}

/** Reads the parameters out of a protocol's schema. */
export function parametersOf(protocol: AnyProtocol): ParameterHelp[] {
  const schema = z.toJSONSchema(protocol.parameters, { io: "input", unrepresentable: "any" }) as {
    properties?: Record<string, { unit?: string; description?: string; default?: unknown; enum?: string[] }>;
  };
  return Object.entries(schema.properties ?? {}).map(([name, property]) => ({
    name,
    unit: property.unit ?? "",
    description: property.description ?? "",
    default: property.default,
    ...(property.enum ? { allowed: property.enum } : {}),
  }));
}

/** @throws MemrigError `invalid-request` naming the protocols there are */
export function protocolNamed(name: string): AnyProtocol {
  const protocol = protocols.get(name);
  if (protocol) return protocol;
  throw new MemrigError(
    "invalid-request",
    `There is no protocol "${name}". There are: ${[...protocols.keys()].join(", ")}. "memrig protocols NAME" tells what one does.`,
    { name, known: [...protocols.keys()] },
  );
}

export function addProtocolsCommand(program: Command): void {
  program
    .command("protocols")
    .argument("[name]", "one protocol, with its parameters and tables")
    .description("list the protocols, or one with its parameters, units, defaults and tables")
    .addHelpText(
      "after",
      "\nExamples:\n  memrig protocols\n  memrig protocols iv-sweep\n  memrig protocols endurance --json",
    )
    .action((name: string | undefined, _options: unknown, command: Command) => {
      const output = outputOf(command);
      if (name === undefined) {
        const all = [...protocols.values()];
        output.result(
          all.map((p) => ({ name: p.name, title: p.title, source: p.source, needs: p.needs as string })),
          textTable(
            ["protocol", "what it does"],
            all.map((p) => [p.name, p.title]),
          ),
        );
        return;
      }
      const protocol = protocolNamed(name);
      const parameters = parametersOf(protocol);
      output.result(
        {
          name: protocol.name,
          title: protocol.title,
          description: protocol.description,
          source: protocol.source,
          needs: protocol.needs as string,
          parameters,
          tables: protocol.tables,
          mainTable: protocol.mainTable,
          presets: protocol.presets ?? {},
        },
        describe(protocol, parameters),
      );
    });
}

function describe(protocol: AnyProtocol, parameters: readonly ParameterHelp[]): string {
  const rows = parameters.map((p) => [
    p.name,
    shown(p.default, p.unit),
    p.unit,
    p.allowed ? `${p.description} (${p.allowed.join(", ")})` : p.description,
  ]);
  const tables = protocol.tables.map((table) =>
    [
      `Table "${table.name}"${table.name === protocol.mainTable ? " (main)" : ""}`,
      textTable(
        ["column", "unit", "meaning"],
        table.columns.map((column) => [column.name, column.unit, column.description]),
      ),
    ].join("\n"),
  );
  return [
    `${protocol.name}: ${protocol.title}`,
    protocol.description,
    `Source: ${protocol.source}`,
    "",
    "Parameters (--set name=value):",
    textTable(["name", "default", "unit", "meaning"], rows),
    ...presetLines(protocol),
    "",
    tables.join("\n\n"),
  ].join("\n");
}

function presetLines({ presets = {} }: AnyProtocol): string[] {
  const rows = Object.entries(presets).map(([name, { description, settings }]) => [
    name,
    Object.entries(settings)
      .map(([key, value]) => `${key}=${value}`)
      .join(","),
    description,
  ]);
  return rows.length === 0 ? [] : ["", "Presets (--preset name):", textTable(["name", "settings", "meaning"], rows)];
}

function shown(value: unknown, unit: string): string {
  if (value === undefined) return "";
  if (typeof value === "number" && unit !== "") return si(value, unit);
  return typeof value === "string" ? value : JSON.stringify(value);
}
