import { homedir } from "node:os";
import path from "node:path";
import { parse } from "yaml";
import { MemrigError, messageOf } from "../errors.js";
import { readIfThere } from "../store/files.js";
import { parseResource } from "../visa/index.js";
import { listed, unknownName } from "./complaints.js";

/** Short names for VISA resource names. */
export type Aliases = Readonly<Record<string, string>>;

type Environment = Readonly<Record<string, string | undefined>>;

/** Where a person keeps aliases for all benches: `~/.config/memrig/aliases.yaml`, or where the system keeps such files. */
export function userAliasFile(env: Environment = process.env): string {
  const folder = env["XDG_CONFIG_HOME"] ?? env["APPDATA"] ?? path.join(env["HOME"] ?? homedir(), ".config");
  return path.join(folder, "memrig", "aliases.yaml");
}

/**
 * The person's own aliases; none where there is no such file.
 *
 * @throws MemrigError `invalid-request`: the file is not a map of names to VISA resource names
 */
export async function loadUserAliases(env: Environment = process.env): Promise<Aliases> {
  const file = userAliasFile(env);
  const text = await readIfThere(file);
  if (text === undefined) return {};
  let content: unknown;
  try {
    content = parse(text) ?? {};
  } catch (error) {
    throw wrong(file, `this is not YAML: ${messageOf(error)}`);
  }
  if (typeof content !== "object" || content === null || Array.isArray(content)) throw wrong(file, "this is no map");
  for (const [name, resource] of Object.entries(content)) {
    const fault = faultOfAlias(name, resource);
    if (fault !== undefined) throw wrong(file, fault);
  }
  return content as Aliases;
}

/** Why this can not be an alias; undefined where it can. */
export function faultOfAlias(name: string, resource: unknown): string | undefined {
  if (!/^[A-Za-z][\w.-]*$/.test(name)) {
    return `"${name}" can not be an alias: use letters, digits, ".", "-" and "_", a letter first.`;
  }
  if (name === "virtual" || isResourceName(name)) return `"${name}" can not be an alias: it means something already.`;
  if (typeof resource !== "string") return `the alias "${name}" needs a VISA resource name.`;
  try {
    parseResource(resource);
    return undefined;
  } catch (error) {
    return `the alias "${name}": ${messageOf(error)}`;
  }
}

/**
 * The VISA name behind what a person wrote: itself, or that of an alias.
 *
 * @throws MemrigError `invalid-request`: neither; the message says which part of the name is wrong, or which aliases there are
 */
export function resolveAlias(written: string, aliases: Aliases): string {
  const name = written.trim();
  const found = Object.hasOwn(aliases, name) ? aliases[name] : undefined;
  if (found !== undefined) return found;
  if (name.includes("::") || isResourceName(name)) {
    parseResource(name);
    return written;
  }
  const known = Object.keys(aliases);
  const why =
    known.length === 0
      ? `"${name}" is neither a VISA resource name nor an alias; no aliases are set.`
      : `${unknownName("an alias", name, known)} Nor is it a VISA resource name.`;
  throw new MemrigError("invalid-request", `${why} Write for example TCPIP0::192.168.1.5::5025::SOCKET.`, {
    resource: written,
    aliases: listed(known),
  });
}

function isResourceName(text: string): boolean {
  try {
    parseResource(text);
    return true;
  } catch {
    return false; // which is the answer
  }
}

function wrong(file: string, why: string): MemrigError {
  const example = "smu: TCPIP0::192.168.1.5::5025::SOCKET";
  return new MemrigError("invalid-request", `${file}: ${why.replace(/\.?$/, ".")} Each line is like ${example}.`, {
    file,
  });
}
