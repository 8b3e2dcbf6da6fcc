import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { protocols } from "../../protocols/index.js";
import type { AnyProtocol } from "../engine/protocol.js";
import { MemrigError, messageOf } from "../errors.js";
import type { KeptProtocol, RunInfo } from "../store/shapes.js";
import { isProtocolFile, loadBundle, loadProtocolFile, protocolFileOf } from "./load.js";

/** How a person's protocol stands in `run.json`; undefined for one of memrig's. */
export function keptProtocolOf(protocol: AnyProtocol): KeptProtocol | undefined {
  const source = protocolFileOf(protocol);
  if (source === undefined) return undefined;
  const extension = path.extname(source.file);
  return {
    file: source.file,
    sha256: source.sha256,
    copy: `protocol${extension}`,
    bundle: "protocol.bundle.mjs",
    bundleSha256: sha256(source.bundle),
  };
}

/** Puts the file, and it with all it imports, into the folder of its run: the analysis can be repeated when the file is gone. */
export async function keepProtocol(protocol: AnyProtocol, folder: string): Promise<void> {
  const [source, kept] = [protocolFileOf(protocol), keptProtocolOf(protocol)];
  if (source === undefined || kept === undefined) return;
  await writeFile(path.join(folder, kept.copy), source.text);
  await writeFile(path.join(folder, kept.bundle), source.bundle);
}

/**
 * The protocol a run was made with: one of memrig's, or the copy in the run's folder.
 *
 * @throws MemrigError `invalid-request`: this version has it not; `storage-failed`: the copy is not the one that was kept
 */
export async function protocolOfRun({ info, folder }: { info: RunInfo; folder: string }): Promise<AnyProtocol> {
  const known = protocols.get(info.protocol);
  if (info.protocolFile === undefined) {
    if (known) return known;
    throw new MemrigError(
      "invalid-request",
      `This run was made by the protocol "${info.protocol}", which this version of memrig does not have; its rows can still be exported.`,
      { protocol: info.protocol },
    );
  }
  const { file, copy, bundle, bundleSha256 } = info.protocolFile;
  const at = path.join(folder, bundle);
  let text: string;
  try {
    text = await readFile(at, "utf8");
  } catch (error) {
    throw new MemrigError(
      "storage-failed",
      `${at}, the protocol of this run, could not be read: ${messageOf(error)}. The rows can still be exported.`,
      { file: at },
      error,
    );
  }
  if (sha256(text) !== bundleSha256) {
    throw new MemrigError(
      "storage-failed",
      `${at} is not the protocol this run was made with: it was changed since. It was not run; the rows can still be exported.`,
      { file: at },
    );
  }
  const loaded =
    loadedRuns.get(bundleSha256) ??
    loadBundle({
      file,
      text: await readFile(path.join(folder, copy), "utf8"),
      sha256: info.protocolFile.sha256,
      bundle: text,
    });
  loadedRuns.set(bundleSha256, loaded);
  return loaded;
}

/** A module that was loaded stays in memory: the same one is loaded once. By the checksum of its bundle. */
const loadedRuns = new Map<string, Promise<AnyProtocol>>();

/**
 * The protocol a person names: one of memrig's, or the path of a file of theirs.
 *
 * @throws MemrigError `invalid-request`: there is none of that name, or what `loadProtocolFile` finds
 */
export async function protocolFor(name: string): Promise<AnyProtocol> {
  if (isProtocolFile(name)) return loadProtocolFile(name);
  const known = protocols.get(name);
  if (known) return known;
  throw new MemrigError(
    "invalid-request",
    `There is no protocol "${name}". There are: ${[...protocols.keys()].join(", ")}; one of your own is given by its file, ./${name}.ts. ` +
      `"memrig protocols NAME" tells what one does.`,
    { name, known: [...protocols.keys()] },
  );
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
