import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import type { AnyProtocol } from "../engine/protocol.js";
import { MemrigError, messageOf } from "../errors.js";
import { bundleOf, runnable } from "./bundle.js";
import { faultsIn } from "./check.js";
import { placeOf } from "./define.js";
import { fitting } from "./fitting.js";

/** Where a protocol came from, as long as it is in memory. */
export interface ProtocolFile {
  /** Absolute. */
  readonly file: string;
  readonly text: string;
  readonly sha256: string;
  /** The file with all it imports, but for memrig's own. */
  readonly bundle: string;
}

const files = new WeakMap<object, ProtocolFile>();

/** The file a protocol was loaded from; undefined for one of memrig's. */
export function protocolFileOf(protocol: AnyProtocol): ProtocolFile | undefined {
  return files.get(protocol);
}

/** Whether a person means a file rather than a name: it has a folder or an ending. */
export function isProtocolFile(name: string): boolean {
  return /[\\/]|\.[cm]?[jt]s$/.test(name);
}

/**
 * Loads a protocol from a person's file, TypeScript or JavaScript. Loading runs the file.
 *
 * @throws MemrigError `invalid-request`: no such file, or it can not be read, throws, or declares no protocol that can be run;
 *   with file and line where there is one. Nothing was opened or sent
 */
export async function loadProtocolFile(name: string): Promise<AnyProtocol> {
  const file = path.resolve(name);
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    throw new MemrigError(
      "invalid-request",
      `The protocol file ${name} could not be read: ${messageOf(error)}. Give the path of a .ts or .js file, or a name of "memrig protocols".`,
      { file },
      error,
    );
  }
  const bundle = await bundleOf(file);
  const sha256 = createHash("sha256").update(text).digest("hex");
  return loadBundle({ file, text, sha256, bundle });
}

/** As `loadProtocolFile`, from what was kept of it. */
export async function loadBundle(source: ProtocolFile): Promise<AnyProtocol> {
  const shown = path.relative(process.cwd(), source.file) || source.file;
  const exported = await importText(await runnable(source.bundle, source.file), source.file);
  const { default: declared, ...others } = exported;
  if (declared === undefined) {
    const names = Object.keys(others);
    const has = names.length === 0 ? "It exports nothing" : `It exports ${names.join(", ")}, and no default`;
    throw new MemrigError(
      "invalid-request",
      `${shown}: ${has}. Write: export default defineProtocol({ … }). Nothing was opened or sent.`,
      { file: source.file },
    );
  }
  const faults = faultsIn(declared);
  const place = typeof declared === "object" && declared !== null ? lineIn(placeOf(declared), source.file) : undefined;
  const at = place === undefined ? shown : `${shown}:${place}`;
  if (faults.length > 0) {
    throw new MemrigError(
      "invalid-request",
      `${at}: this is not a protocol that can be run:\n${faults.map((fault) => `  ${fault}`).join("\n")}\nNothing was opened or sent.`,
      { file: source.file, faults },
    );
  }
  const protocol = fitting(declared as AnyProtocol, at);
  files.set(protocol, source);
  return protocol;
}

async function importText(text: string, file: string): Promise<Record<string, unknown>> {
  process.setSourceMapsEnabled(true); // so that a fault is told by the line of the person's file
  const folder = await mkdtemp(path.join(tmpdir(), "memrig-protocol-"));
  try {
    const module = path.join(folder, `${path.basename(file).replace(/\.\w+$/, "")}.mjs`);
    await writeFile(module, text);
    return (await import(pathToFileURL(module).href)) as Record<string, unknown>;
  } catch (error) {
    const line = lineIn(error, file);
    const shown = path.relative(process.cwd(), file) || file;
    throw new MemrigError(
      "invalid-request",
      `${shown}${line === undefined ? "" : `:${line}`}: loading it threw: ${messageOf(error)} Nothing was opened or sent.`,
      { file },
      error,
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The first line of the person's file in an error's stack. */
export function lineIn(error: unknown, file: string): number | undefined {
  const stack = error instanceof Error ? (error.stack ?? "") : "";
  const name = path.basename(file).replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const found = new RegExp(`[\\\\/(]${name}:(\\d+)`).exec(stack)?.[1];
  return found === undefined ? undefined : Number(found);
}
