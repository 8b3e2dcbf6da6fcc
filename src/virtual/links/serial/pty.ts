import { spawn } from "node:child_process";
import { constants } from "node:fs";
import { open } from "node:fs/promises";
import type { Readable, Writable } from "node:stream";
import { MemrigError, messageOf } from "../../../errors.js";

/** A serial line in software: who opens `path` talks with `input` and `output`. */
export interface PseudoTerminal {
  /** `/dev/pts/7`. */
  readonly path: string;
  /** What the other side sent. */
  readonly input: Readable;
  /** Goes to the other side. */
  readonly output: Writable;
  close(): Promise<void>;
}

/**
 * A pseudo-terminal, made by `socat`: Node has no call for it. It is held open here, so that it outlasts the programs that
 * open and close it, as a cable would.
 *
 * @throws MemrigError `invalid-request`: there is no socat, or it could make none
 */
export async function openPseudoTerminal(): Promise<PseudoTerminal> {
  const socat = spawn("socat", ["-d", "-d", "-b", "65536", "pty,raw,echo=0", "-"], { stdio: "pipe" });
  const exited = new Promise<void>((resolve) => socat.once("close", () => resolve()));
  const close = async () => {
    socat.kill();
    await exited;
  };
  try {
    const path = await new Promise<string>((resolve, reject) => {
      let told = "";
      socat.once("error", reject);
      socat.once("close", () => reject(new Error(told === "" ? "socat ended" : told.trim())));
      socat.stderr.setEncoding("utf8").on("data", (text: string) => {
        if (told.length < 4096) told += text;
        const named = /PTY is (\S+)/.exec(told)?.[1];
        if (named !== undefined && /starting data transfer loop/.test(told)) resolve(named);
      });
    });
    const held = await open(path, constants.O_RDWR | constants.O_NOCTTY);
    socat.stdin.on("error", () => undefined); // socat was ended: nobody is at the other side
    return {
      path,
      input: socat.stdout,
      output: socat.stdin,
      close: async () => {
        await held.close();
        await close();
      },
    };
  } catch (error) {
    if (socat.pid !== undefined && socat.exitCode === null) await close();
    throw new MemrigError(
      "invalid-request",
      `A virtual serial line can not be made: ${messageOf(error)}. It takes the program socat; on Debian: apt-get ` +
        `install socat. Or leave serial out of the links under virtual:.`,
      {},
      error,
    );
  }
}
