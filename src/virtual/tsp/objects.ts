import { TspError, TspFault } from "./errors.js";
import type { LuaFunction, LuaObject, LuaValue } from "./values.js";

/** What a script reads and, where it may, sets. */
export interface Attribute {
  readonly read: () => LuaValue;
  readonly write?: (value: LuaValue) => void;
}

/** Members by name: attributes, functions, other objects, constants. */
export type Members = Readonly<Record<string, Attribute | LuaFunction | LuaObject | number | string>>;

/** An object of the instrument with fixed members. Unknown ones read as nil, and can not be set. */
export class TspObject implements LuaObject {
  private readonly members: ReadonlyMap<string, Members[string]>;

  /** @param at what a number in brackets gives: a reading of a buffer, a timer */
  constructor(
    readonly path: string,
    members: Members,
    private readonly at?: (index: number) => LuaValue,
  ) {
    this.members = new Map(Object.entries(members));
  }

  get(key: string | number): LuaValue {
    if (typeof key === "number") return this.at?.(key);
    const member = this.members.get(key);
    return isAttribute(member) ? member.read() : member;
  }

  set(key: string | number, value: LuaValue): void {
    const member = this.members.get(String(key));
    if (!isAttribute(member) || !member.write) throw new TspFault(`attempt to set ${this.path}.${key}`);
    member.write(value);
  }
}

function isAttribute(member: Members[string] | undefined): member is Attribute {
  return typeof member === "object" && "read" in member;
}

/** @throws TspError -104: not a number, nor text that is one */
export function numberOf(value: LuaValue): number {
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  if (typeof number !== "number" || Number.isNaN(number)) throw new TspError(value === undefined ? -109 : -104);
  return number;
}

export interface NumberLimits {
  readonly min?: number;
  readonly max?: number;
}

/** @throws TspError -104, -109; 1101, 1102: beyond its limits */
export function numberWithin(value: LuaValue, { min = -Infinity, max = Infinity }: NumberLimits): number {
  const number = numberOf(value);
  if (number > max) throw new TspError(1101);
  if (number < min) throw new TspError(1102);
  return number;
}

/** An attribute that is a number of a settings object. `after` runs when it was set. */
export function numberAttribute<K extends string>(
  settings: Record<K, number>,
  key: K,
  limits: NumberLimits = {},
  after: () => void = () => undefined,
): Attribute {
  return {
    read: () => settings[key],
    write: (value) => {
      settings[key] = numberWithin(value, limits);
      after();
    },
  };
}

/** An attribute that is one of a few numbers; `true` and `false` count as 1 and 0. */
export function choiceAttribute<K extends string>(
  settings: Record<K, number>,
  key: K,
  choices: readonly number[],
  after: () => void = () => undefined,
): Attribute {
  return {
    read: () => settings[key],
    write: (value) => {
      const number = typeof value === "boolean" ? Number(value) : numberOf(value);
      if (!choices.includes(number)) throw new TspError(number > Math.max(...choices) ? 1101 : 1102);
      settings[key] = number;
      after();
    },
  };
}
