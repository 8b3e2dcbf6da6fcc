import fengari from "fengari";
import type { LuaState } from "fengari";
import { messageOf } from "../../errors.js";
import { TspError } from "./errors.js";
import { argumentsOf, bytes, Stack, valueAt, Wait } from "./values.js";
import type { LuaFunction, LuaObject, LuaValue } from "./values.js";

const { lua, lauxlib, lualib } = fengari;

/** How a script ended. `given-up`: the device was cleared, or told to abort, while it ran. */
export type Outcome =
  | { readonly kind: "done" }
  | { readonly kind: "given-up" }
  /** @property message as Lua words it, with the line */
  | { readonly kind: "syntax" | "runtime"; readonly message: string };

/** A script that runs for so many instructions lets others have the processor. */
const BREATH_INSTRUCTIONS = 10_000;
/** Inside a callback of a library function it can not; after so many breaths missed it is an error. */
const BREATHS_HELD = 2000;
const CHUNK = bytes("=chunk");
/** Text only: a compiled chunk could be anything. */
const TEXT = bytes("t");

export interface InterpreterPort {
  /** Time that a breath takes, on the clock of the instrument. */
  breathe(resume: () => void): () => void;
  /** An error of the instrument, which does not end the script. */
  report(error: TspError): void;
}

/** A Lua interpreter whose functions may wait, with globals that stay from one chunk to the next. */
export class LuaInterpreter {
  private readonly main = lauxlib.luaL_newstate();
  private readonly stack: Stack;
  private pending: Wait | undefined;
  private held = 0;

  constructor(private readonly port: InterpreterPort) {
    lualib.luaL_openlibs(this.main);
    this.stack = new Stack((action) => this.bind(action), this.objectMethods());
  }

  setGlobal(name: string, value: LuaValue): void {
    this.stack.push(this.main, value);
    lua.lua_setglobal(this.main, bytes(name));
  }

  /** Runs a chunk that does not wait: the instrument's own, before anybody talks to it. */
  prepare(text: string): void {
    const L = this.thread();
    if (!this.load(L, bytes(text)) || lua.lua_resume(L, null, 0) !== lua.LUA_OK) throw new Error(messageAt(L));
  }

  /**
   * Runs a chunk to its end.
   *
   * @param signal gives it up where it waits or runs on; what was done stays done
   */
  run(text: Uint8Array, signal: AbortSignal): Promise<Outcome> {
    const L = this.thread();
    if (!this.load(L, text)) {
      return Promise.resolve({ kind: "syntax", message: messageAt(L) });
    }
    return new Promise((resolve) => this.drive(L, signal, resolve));
  }

  /** Resumes a script again and again, at once where what it waits for is there, and in whose call it comes else. */
  private drive(L: LuaState, signal: AbortSignal, end: (outcome: Outcome) => void): void {
    let results: readonly LuaValue[] | undefined = [];
    let cancel: (() => void) | undefined;
    let resuming = false;
    const giveUp = () => {
      cancel?.();
      end({ kind: "given-up" });
    };
    const goOn = () => {
      resuming = true;
      while (results !== undefined) {
        const given: readonly LuaValue[] = results;
        results = undefined;
        this.stack.pushAll(L, given);
        this.held = 0;
        const status = lua.lua_resume(L, null, given.length);
        if (status !== lua.LUA_YIELD) {
          signal.removeEventListener("abort", giveUp);
          end(status === lua.LUA_OK ? { kind: "done" } : { kind: "runtime", message: messageAt(L) });
          return;
        }
        if (signal.aborted) {
          end({ kind: "given-up" });
          return;
        }
        const waits = this.pending;
        this.pending = undefined;
        cancel = waits?.begin((values = []) => {
          cancel = undefined;
          results = values;
          if (!resuming && !signal.aborted) goOn();
        });
      }
      resuming = false;
    };
    signal.addEventListener("abort", giveUp, { once: true });
    goOn();
  }

  /** What is wrong with a chunk; undefined: it compiles. */
  syntaxFault(text: Uint8Array): string | undefined {
    const L = this.thread();
    return this.load(L, text) ? undefined : messageAt(L);
  }

  private load(L: LuaState, text: Uint8Array): boolean {
    return lauxlib.luaL_loadbufferx(L, text, null, CHUNK, TEXT) === lua.LUA_OK;
  }

  private thread(): LuaState {
    const L = lua.lua_newthread(this.main);
    lua.lua_pop(this.main, 1);
    lua.lua_sethook(L, this.breathe, lua.LUA_MASKCOUNT, BREATH_INSTRUCTIONS);
    return L;
  }

  private readonly breathe = (L: LuaState): void => {
    if (lua.lua_isyieldable(L)) {
      this.pending = new Wait((resume) => this.port.breathe(() => resume()));
      lua.lua_yield(L, 0);
    } else if (++this.held > BREATHS_HELD) {
      lauxlib.luaL_error(L, bytes("function called by a library runs for too long"));
    }
  };

  private bind(action: LuaFunction): (L: LuaState) => number {
    return (L) => {
      const outcome = this.attempt(() => action(...argumentsOf(L)));
      if ("fault" in outcome) return lauxlib.luaL_error(L, Buffer.from(outcome.fault.replaceAll("%", "%%"), "latin1"));
      const given = outcome.value ?? [];
      if (!(given instanceof Wait)) {
        this.stack.pushAll(L, given);
        return given.length;
      }
      if (!lua.lua_isyieldable(L)) return lauxlib.luaL_error(L, bytes("can not wait inside a library function"));
      this.pending = given;
      return lua.lua_yield(L, 0);
    };
  }

  /** An error of the instrument goes to its queue, and the script goes on without a result; any other ends the script. */
  private attempt<T>(action: () => T): { readonly value: T | undefined } | { readonly fault: string } {
    try {
      return { value: action() };
    } catch (error) {
      if (!(error instanceof TspError)) return { fault: messageOf(error) };
      this.port.report(error);
      return { value: undefined };
    }
  }

  /** @returns where in the registry the metamethods of objects are */
  private objectMethods(): number {
    const L = this.main;
    const method = (name: string, action: (L: LuaState) => number) => {
      lua.lua_pushcfunction(L, action);
      lua.lua_setfield(L, -2, bytes(name));
    };
    const outcome = (state: LuaState, action: () => LuaValue) => {
      const result = this.attempt(action);
      if ("fault" in result)
        return lauxlib.luaL_error(state, Buffer.from(result.fault.replaceAll("%", "%%"), "latin1"));
      this.stack.push(state, result.value);
      return 1;
    };
    const objectAt = (state: LuaState) => valueAt(state, 1) as LuaObject;
    lua.lua_createtable(L, 0, 3);
    method("__index", (state) => outcome(state, () => objectAt(state).get(keyAt(state))));
    method("__newindex", (state) =>
      outcome(state, () => {
        objectAt(state).set(keyAt(state), valueAt(state, 3));
        return undefined;
      }),
    );
    method("__tostring", (state) => outcome(state, () => objectAt(state).path));
    return lauxlib.luaL_ref(L, lua.LUA_REGISTRYINDEX);
  }
}

function keyAt(L: LuaState): string | number {
  const key = valueAt(L, 2);
  return typeof key === "number" ? key : typeof key === "string" ? key : typeof key;
}

function messageAt(L: LuaState): string {
  const value = valueAt(L, -1);
  return typeof value === "string" ? value : "error object is not a string";
}
