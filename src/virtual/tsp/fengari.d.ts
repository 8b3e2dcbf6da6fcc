/** What is used of fengari, a Lua 5.3 in JavaScript, which comes without types. */
declare module "fengari" {
  export interface LuaState {
    readonly brand: unique symbol;
  }
  export type LuaBytes = Uint8Array;
  type CFunction = (L: LuaState) => number;

  interface Fengari {
    readonly lua: {
      readonly LUA_OK: number;
      readonly LUA_YIELD: number;
      readonly LUA_MASKCOUNT: number;
      readonly LUA_REGISTRYINDEX: number;
      readonly LUA_TNIL: number;
      readonly LUA_TBOOLEAN: number;
      readonly LUA_TNUMBER: number;
      readonly LUA_TSTRING: number;
      readonly LUA_TTABLE: number;
      readonly LUA_TUSERDATA: number;
      lua_checkstack(L: LuaState, room: number): boolean;
      lua_createtable(L: LuaState, items: number, fields: number): void;
      lua_gettop(L: LuaState): number;
      lua_isyieldable(L: LuaState): boolean;
      lua_newthread(L: LuaState): LuaState;
      lua_newuserdata(L: LuaState, size: number): { tied?: unknown };
      lua_pop(L: LuaState, count: number): void;
      lua_pushboolean(L: LuaState, value: boolean): void;
      lua_pushcfunction(L: LuaState, action: CFunction): void;
      lua_pushinteger(L: LuaState, value: number): void;
      lua_pushnil(L: LuaState): void;
      lua_pushnumber(L: LuaState, value: number): void;
      lua_pushstring(L: LuaState, value: LuaBytes): void;
      lua_rawgeti(L: LuaState, table: number, index: number): number;
      lua_rawlen(L: LuaState, index: number): number;
      lua_rawseti(L: LuaState, table: number, index: number): void;
      lua_resume(L: LuaState, from: LuaState | null, count: number): number;
      lua_setfield(L: LuaState, table: number, name: LuaBytes): void;
      lua_setglobal(L: LuaState, name: LuaBytes): void;
      lua_sethook(L: LuaState, hook: (L: LuaState) => void, mask: number, count: number): void;
      lua_setmetatable(L: LuaState, index: number): void;
      lua_toboolean(L: LuaState, index: number): boolean;
      lua_tonumber(L: LuaState, index: number): number;
      lua_tostring(L: LuaState, index: number): LuaBytes;
      lua_touserdata(L: LuaState, index: number): { tied?: unknown };
      lua_type(L: LuaState, index: number): number;
      lua_yield(L: LuaState, count: number): number;
    };
    readonly lauxlib: {
      luaL_error(L: LuaState, message: LuaBytes): number;
      luaL_loadbufferx(L: LuaState, text: LuaBytes, size: null, name: LuaBytes, mode: LuaBytes): number;
      luaL_newstate(): LuaState;
      luaL_ref(L: LuaState, table: number): number;
      luaL_tolstring(L: LuaState, index: number): LuaBytes;
    };
    readonly lualib: {
      luaL_openlibs(L: LuaState): void;
    };
    to_luastring(text: string): LuaBytes;
  }
  const fengari: Fengari;
  export default fengari;
}
