import { ScpiError } from "./errors.js";
import { mnemonic } from "./mnemonic.js";
import { readParameters } from "./parameters.js";
import type { ParameterType, Values } from "./parameters.js";
import type { RawParameter } from "./program-message.js";

/** What a handler is told beside its parameters. */
export interface Call {
  /** Number of each `<a-b>` node of the pattern; 1 where it was left out. */
  readonly suffixes: readonly number[];
  /** Aborted by device clear, or when the controller that sent this is gone: give up waiting. */
  readonly signal: AbortSignal;
}

/** Data of one response unit. A string is sent as it is, numbers and truth values in the dialect's form. */
export type ResponseData = string | number | boolean | Uint8Array | Indefinite;

/** A reply whose end is known only by the end of the message: no query may follow it. */
export class Indefinite {
  constructor(readonly data: string | Uint8Array) {}
}

export interface Handler {
  readonly types: readonly ParameterType<unknown>[];
  run(values: readonly unknown[], call: Call): unknown;
}

/** Joins parameter types to the function that takes their values. */
export function takes<const P extends readonly ParameterType<unknown>[], R>(
  types: P,
  run: (values: Values<P>, call: Call) => R,
): Handler {
  return { types, run: (values, call) => run(values as unknown as Values<P>, call) };
}

interface Leaf {
  readonly handler: Handler;
  /** Depth of each suffixed node of the pattern in this path; -1 where it was left out. */
  readonly depths: readonly number[];
}

interface Branch {
  readonly children: Map<string, Branch>;
  suffixes: { readonly min: number; readonly max: number } | undefined;
  command: Leaf | undefined;
  query: Leaf | undefined;
}

/** Where the last header left off: the next one without a leading colon is looked up from here. */
export interface HeaderPath {
  readonly branch: Branch;
  readonly suffixes: readonly number[];
}

export interface Found {
  readonly path: HeaderPath;
  /** Reads the parameters, then runs. What it returns is the reply of a query, or a promise of it. */
  run(raws: readonly RawParameter[], signal: AbortSignal): unknown;
}

interface PatternNode {
  readonly notation: string;
  readonly optional: boolean;
  readonly suffixes: { readonly min: number; readonly max: number } | undefined;
}

function newBranch(): Branch {
  return { children: new Map(), suffixes: undefined, command: undefined, query: undefined };
}

const nodeForm = /(\[)?:?(\*?[A-Za-z][A-Za-z0-9_]*)(?:<(\d+)-(\d+)>)?(\])?/y;

function parsePattern(pattern: string): PatternNode[] {
  const nodes: PatternNode[] = [];
  nodeForm.lastIndex = 0;
  while (nodeForm.lastIndex < pattern.length) {
    const at = nodeForm.lastIndex;
    const match = nodeForm.exec(pattern);
    if (!match || (match[1] === undefined) !== (match[5] === undefined)) {
      throw new Error(`command pattern ${pattern}: what stands at character ${at} is no node`);
    }
    const [, open, notation, min, max] = match;
    nodes.push({
      notation: notation as string,
      optional: open !== undefined,
      suffixes: min === undefined ? undefined : { min: Number(min), max: Number(max) },
    });
  }
  return nodes;
}

/**
 * The commands of an instrument, declared as data: `"[:SOURce<1-2>]:VOLTage[:LEVel]"`. Upper case is the short form,
 * brackets are optional nodes, `<1-2>` are the numbers a node takes.
 */
export class CommandTree {
  private readonly root = newBranch();

  /** @param partialWords the short form is the least that is heard, and any longer beginning of the long one is too */
  constructor(private readonly partialWords = false) {}

  /** Where a new message starts. */
  readonly top: HeaderPath = { branch: this.root, suffixes: [] };

  command(pattern: string, handler: Handler): this {
    this.insert(pattern, "command", handler);
    return this;
  }

  query(pattern: string, handler: Handler): this {
    this.insert(pattern, "query", handler);
    return this;
  }

  /** @throws ScpiError -113 no such command, -112 nor could there be: the word is too long, -114 a number the node does not have */
  find(header: string, query: boolean, from: HeaderPath): Found {
    const rooted = header.startsWith(":") || header.startsWith("*");
    const words = header.replace(/^:/, "").toUpperCase().split(":");
    let { branch } = rooted ? this.top : from;
    const suffixes = rooted ? [] : [...from.suffixes];
    let parent: HeaderPath = { branch, suffixes: [...suffixes] };
    for (const [index, word] of words.entries()) {
      if (index === words.length - 1) parent = { branch, suffixes: [...suffixes] };
      const step = descend(branch, word, this.partialWords);
      suffixes.push(step.suffix);
      branch = step.branch;
    }
    const leaf = query ? branch.query : branch.command;
    if (!leaf) throw new ScpiError(-113);
    const numbers = leaf.depths.map((depth) => (depth < 0 ? 1 : (suffixes[depth] ?? 1)));
    return {
      path: parent,
      run: (raws, signal) => leaf.handler.run(readParameters(leaf.handler.types, raws), { suffixes: numbers, signal }),
    };
  }

  private insert(pattern: string, kind: "command" | "query", handler: Handler): void {
    const nodes = parsePattern(pattern);
    const place = (branch: Branch, index: number, depth: number, depths: readonly number[]): void => {
      const node = nodes[index];
      if (!node) {
        branch[kind] = { handler, depths };
        return;
      }
      if (node.optional) place(branch, index + 1, depth, node.suffixes ? [...depths, -1] : depths);
      const child = childOf(branch, node);
      place(child, index + 1, depth + 1, node.suffixes ? [...depths, depth] : depths);
    };
    place(this.root, 0, 0, []);
  }
}

function childOf(branch: Branch, node: PatternNode): Branch {
  const { short, long } = mnemonic(node.notation);
  const child = branch.children.get(short) ?? branch.children.get(long) ?? newBranch();
  branch.children.set(short, child);
  branch.children.set(long, child);
  if (node.suffixes) {
    const known = child.suffixes ?? node.suffixes;
    child.suffixes = { min: Math.min(known.min, node.suffixes.min), max: Math.max(known.max, node.suffixes.max) };
  }
  return child;
}

/** The child one of whose forms begins with a word that begins with another of its forms. */
function begunWith(children: Branch["children"], word: string): Branch | undefined {
  for (const [long, child] of children) {
    if (!long.startsWith(word)) continue;
    for (const [short, other] of children) if (other === child && word.startsWith(short)) return child;
  }
  return undefined;
}

/** Characters of a word of a header (IEEE 488.2). Some instruments have longer ones of their own: `INTerpolation`. */
const LONGEST_WORD = 12;

function descend(branch: Branch, word: string, partialWords: boolean): { branch: Branch; suffix: number } {
  const named = (name: string) =>
    branch.children.get(name) ?? (partialWords ? begunWith(branch.children, name) : undefined);
  const exact = named(word);
  if (exact) return { branch: exact, suffix: 1 };
  const digits = /\d+$/.exec(word);
  const child = digits ? named(word.slice(0, digits.index)) : undefined;
  if (!digits || !child?.suffixes) throw new ScpiError(word.length > LONGEST_WORD ? -112 : -113);
  const suffix = Number(digits[0]);
  if (suffix < child.suffixes.min || suffix > child.suffixes.max) throw new ScpiError(-114);
  return { branch: child, suffix };
}
