import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { MemrigError } from "../errors.js";
import { inheritedOptions, siblingProgram } from "./child-process.js";
import type { GuardianOrder } from "./guardian-process.js";
import type { SafeTarget } from "./safe-socket.js";

/** A tenth of the silence after which the guardian acts. */
const beat_s = 1;
/** A start of Node, on a loaded machine. */
const start_s = 15;

/** The process that puts the outputs off when this one no longer can. */
export interface Guardian {
  readonly pid: number;
  /** False once it has ended: nothing watches over the outputs then. */
  readonly alive: boolean;
  /** Answers once the guardian knows the outputs. From then on the end of this process turns them off. */
  arm(targets: readonly SafeTarget[]): Promise<void>;
  /** Where it writes what it did: the run's `events.jsonl`. */
  record(file: string): void;
  /** All is safe: it ends without doing anything. */
  disarm(): Promise<void>;
  /** Leaves it to the guardian: it acts at once, and goes on after this process has ended. */
  release(): void;
}

/**
 * Starts the guardian; it guards nothing until it is armed.
 *
 * @throws MemrigError `no-answer` from `arm`: it did not start; no output may be turned on
 */
export function startGuardian(): Guardian {
  const child = spawn(process.execPath, [...inheritedOptions(), siblingProgram("guardian-process")], {
    detached: true, // Ctrl-C reaches a terminal's whole group; not this one
    stdio: ["pipe", "pipe", "ignore"],
    windowsHide: true,
  });
  child.unref();
  let fault: Error | undefined;
  child.stdin.on("error", (error) => (fault = error));
  const exited = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
    child.on("error", (error) => {
      fault = error;
      if (child.pid === undefined) resolve(); // it never began, so it will not end
    });
  });
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const send = (order: GuardianOrder): void => {
    if (child.stdin.writable) child.stdin.write(`${JSON.stringify(order)}\n`);
  };
  const beat = setInterval(() => send({ order: "beat" }), beat_s * 1000).unref();
  return {
    pid: child.pid ?? 0,
    get alive() {
      return child.pid !== undefined && child.exitCode === null && child.signalCode === null && child.stdin.writable;
    },
    async arm(targets) {
      send({ order: "arm", targets });
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<undefined>((resolve) => (timer = setTimeout(() => resolve(undefined), start_s * 1000)));
      const answer = await Promise.race([answers.next(), late, exited.then(() => undefined)]);
      clearTimeout(timer);
      if (answer?.value === "armed") return;
      throw new MemrigError(
        "no-answer",
        "The guardian process, which puts the outputs off when this program can not, did not start. No output was turned on. Try again; if it stays so, see whether this machine lets programs start others.",
        { answer: answer?.value },
        fault,
      );
    },
    record: (file) => send({ order: "record", file }),
    async disarm() {
      clearInterval(beat);
      child.ref(); // else Node may end while this still waits
      send({ order: "disarm" });
      child.stdin.end();
      await exited;
    },
    release() {
      clearInterval(beat);
      child.stdin.end();
    },
  };
}
