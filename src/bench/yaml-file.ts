import { LineCounter, parseDocument } from "yaml";
import type { Document } from "yaml";
import type { z } from "zod";
import { messageOf } from "../errors.js";
import { Complaints, listed, unknownName } from "./complaints.js";
import type { FilePath } from "./complaints.js";

/** What a kind of file may hold, and how to tell a person of it. */
export interface FileKind<T> {
  /** "the bench file". */
  readonly name: string;
  readonly schema: z.ZodType<T>;
  /** The keys that a map may have at a place; undefined where no map stands or its keys are free. */
  readonly keysAt: (at: FilePath) => readonly string[] | undefined;
  /** "Write for example …" for a place; empty where nothing helps. */
  readonly exampleOf: (at: FilePath) => string;
}

/** A file as it was written, as the schema reads it, and where further faults of it go. */
export interface YamlFile<T> {
  readonly written: unknown;
  readonly content: T;
  readonly complaints: Complaints;
}

/**
 * Reads a file that people write.
 *
 * @param fileName for messages
 * @throws MemrigError `invalid-request`: every fault, each with `file:line`, what stands there and what is allowed
 */
export function readYaml<T>(text: string, fileName: string, kind: FileKind<T>): YamlFile<T> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: "error" });
  const complaints = new Complaints(fileName, document, lines);
  for (const error of document.errors) {
    complaints.addAt(lines.linePos(error.pos[0]).line, `This is not YAML: ${error.message}.`);
  }
  complaints.throwIfAny();
  const written = contentOf(document, complaints);
  const parsed = kind.schema.safeParse(written);
  if (!parsed.success) for (const issue of parsed.error.issues) complain(complaints, issue, kind);
  complaints.throwIfAny();
  return { written, content: parsed.data as T, complaints };
}

function contentOf(document: Document, complaints: Complaints): unknown {
  try {
    return document.toJS() ?? {};
  } catch (error) {
    complaints.addAt(1, `This is not YAML: ${messageOf(error)}.`); // an alias without its anchor
    return {};
  }
}

/** A fault that the schema found, in the words of the file. */
function complain<T>(complaints: Complaints, issue: z.core.$ZodIssue, kind: FileKind<T>): void {
  const place = issue.path.length === 0 ? kind.name : `"${issue.path.map(String).join(".")}"`;
  const keys = kind.keysAt(issue.path);
  if (issue.code === "unrecognized_keys") {
    for (const key of issue.keys) {
      complaints.add([...issue.path, key], unknownName(`a key of ${place}`, key, keys ?? []));
    }
  } else if (issue.code === "invalid_type" && issue.input === undefined && issue.message.includes("undefined")) {
    complaints.add(issue.path, `${place} is missing. ${kind.exampleOf(issue.path)}`);
  } else if (issue.code === "invalid_value") {
    complaints.add(issue.path, `${place}: allowed is ${listed(issue.values.map(String))}.`);
  } else if (issue.code === "custom") {
    complaints.add(issue.path, `${place}: ${issue.message}`);
  } else {
    const allowed = keys ? ` Here stands a map with the keys ${listed(keys)}.` : "";
    complaints.add(issue.path, `${place}: ${issue.message}.${allowed} ${kind.exampleOf(issue.path)}`.trimEnd());
  }
}
