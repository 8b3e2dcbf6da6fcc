import fengari from "fengari";
import type { LuaState } from "fengari";

const { lua, lauxlib } = fengari;

/** An object of the instrument as a script sees it: `smua`, `smua.source`, a reading buffer. */
export interface LuaObject {
  /** How a script names it. */
  readonly path: string;
  get(key: string | number): LuaValue;
  /** @throws TspFault it can not be set */
  set(key: string | number, value: LuaValue): void;
}

/** What passes between scripts and the instrument. A table of a script arrives as its list part. */
export type LuaValue = undefined | boolean | number | string | LuaObject | LuaFunction | readonly LuaValue[];

/** A function of the instrument. It may wait: the script goes on with the results when they are there. */
export type LuaFunction = (...args: readonly LuaValue[]) => readonly LuaValue[] | Wait | void;

/** Something a script waits for. */
export class Wait {
  /** @param begin hands over what goes on with the script, to be called once; gives what gives the waiting up */
  constructor(readonly begin: (resume: (results?: readonly LuaValue[]) => void) => () => void) {}
}

export function isObject(value: LuaValue): value is LuaObject {
  return typeof value === "object" && !Array.isArray(value);
}

export function isList(value: LuaValue): value is readonly LuaValue[] {
  return Array.isArray(value);
}

/** Whole numbers within the integers of this Lua become integers, so that `"n=" .. n` reads as in Lua 5.0. */
const INTEGERS = 2 ** 31;

/** Puts values on the stack of a script. */
export class Stack {
  private readonly references = new WeakMap<LuaObject, number>();

  /**
   * @param bind makes a function of the instrument one that Lua can call
   * @param methods a table of metamethods for objects, in the registry
   */
  constructor(
    private readonly bind: (action: LuaFunction) => (L: LuaState) => number,
    private readonly methods: number,
  ) {}

  push(L: LuaState, value: LuaValue): void {
    if (value === undefined) lua.lua_pushnil(L);
    else if (typeof value === "boolean") lua.lua_pushboolean(L, value);
    else if (typeof value === "number") pushNumber(L, value);
    else if (typeof value === "string") lua.lua_pushstring(L, Buffer.from(value, "latin1"));
    else if (typeof value === "function") lua.lua_pushcfunction(L, this.bind(value));
    else if (isList(value)) this.pushList(L, value);
    else this.pushObject(L, value);
  }

  pushAll(L: LuaState, values: readonly LuaValue[]): void {
    lua.lua_checkstack(L, values.length + 4);
    for (const value of values) this.push(L, value);
  }

  private pushList(L: LuaState, values: readonly LuaValue[]): void {
    lua.lua_createtable(L, values.length, 0);
    for (const [index, value] of values.entries()) {
      this.push(L, value);
      lua.lua_rawseti(L, -2, index + 1);
    }
  }

  private pushObject(L: LuaState, object: LuaObject): void {
    const known = this.references.get(object);
    if (known !== undefined) {
      lua.lua_rawgeti(L, lua.LUA_REGISTRYINDEX, known);
      return;
    }
    lua.lua_newuserdata(L, 0).tied = object;
    lua.lua_rawgeti(L, lua.LUA_REGISTRYINDEX, this.methods);
    lua.lua_setmetatable(L, -2);
    this.references.set(object, lauxlib.luaL_ref(L, lua.LUA_REGISTRYINDEX));
    this.pushObject(L, object);
  }
}

function pushNumber(L: LuaState, value: number): void {
  if (Number.isInteger(value) && Math.abs(value) < INTEGERS && !Object.is(value, -0)) lua.lua_pushinteger(L, value);
  else lua.lua_pushnumber(L, value);
}

/** A value of a script. Functions and what else the instrument has no use for are text in angle brackets. */
export function valueAt(L: LuaState, index: number): LuaValue {
  const type = lua.lua_type(L, index);
  if (type === lua.LUA_TNIL || type < 0) return undefined;
  if (type === lua.LUA_TBOOLEAN) return lua.lua_toboolean(L, index);
  if (type === lua.LUA_TNUMBER) return lua.lua_tonumber(L, index);
  if (type === lua.LUA_TSTRING) return Buffer.from(lua.lua_tostring(L, index)).toString("latin1");
  if (type === lua.LUA_TUSERDATA) return lua.lua_touserdata(L, index).tied as LuaObject;
  if (type === lua.LUA_TTABLE) return listAt(L, index);
  const text = Buffer.from(lauxlib.luaL_tolstring(L, index)).toString("latin1");
  lua.lua_pop(L, 1);
  return `<${text}>`;
}

/** All arguments of a call. */
export function argumentsOf(L: LuaState): LuaValue[] {
  return Array.from({ length: lua.lua_gettop(L) }, (_, index) => valueAt(L, index + 1));
}

function listAt(L: LuaState, index: number): readonly LuaValue[] {
  lua.lua_checkstack(L, 4);
  const length = lua.lua_rawlen(L, index);
  return Array.from({ length }, (_, place) => {
    lua.lua_rawgeti(L, index, place + 1);
    const value = valueAt(L, lua.lua_gettop(L));
    lua.lua_pop(L, 1);
    return value;
  });
}

/** Text as Lua keeps it: a byte a character. */
export function bytes(text: string): Uint8Array {
  return fengari.to_luastring(text);
}
