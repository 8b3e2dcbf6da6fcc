import { fork } from "node:child_process";
import { MemrigError } from "../errors.js";
import type { ServedInstrument, VirtualBenchPlan } from "../virtual/bench-plan.js";
import { inheritedOptions, siblingProgram } from "./child-process.js";
import type { VirtualAnswer, VirtualOrder } from "./virtual-process.js";

/** A start of Node and of the simulator, on a loaded machine. */
const start_s = 30;
/** What a closing server may take before it is ended. */
const close_s = 2;

/** Virtual instruments served by a process of this program's own. */
export interface VirtualHost {
  readonly instruments: readonly ServedInstrument[];
  readonly pid: number;
  /** Sets the needles of the virtual prober down on a place. One move at a time. */
  moveProber(position: string): Promise<void>;
  close(): Promise<void>;
}

/** @throws MemrigError `no-answer` or what the instruments refuse; nothing is left running */
export async function startVirtualHost(plan: VirtualBenchPlan): Promise<VirtualHost> {
  const child = fork(siblingProgram("virtual-process"), {
    execArgv: inheritedOptions(),
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const exited = new Promise<string>((resolve) => {
    child.once("exit", () => resolve("its process ended."));
    child.on("error", (error) => {
      if (child.pid === undefined) resolve(`its process could not be started: ${error.message}.`);
    });
  });
  const order = (what: VirtualOrder): void => {
    if (child.connected) child.send(what);
  };
  order({ order: "serve", plan });
  let timer: NodeJS.Timeout | undefined;
  const answer = await Promise.race([
    new Promise<VirtualAnswer>((resolve) => child.once("message", (message) => resolve(message as VirtualAnswer))),
    exited.then((message): VirtualAnswer => ({ answer: "failed", message })),
    new Promise<VirtualAnswer>((resolve) => {
      timer = setTimeout(
        () => resolve({ answer: "failed", message: `it did not start within ${start_s} s.` }),
        start_s * 1000,
      );
    }),
  ]);
  clearTimeout(timer);
  if (answer.answer !== "serving") {
    const why = answer.answer === "failed" ? answer.message : "it answered out of turn.";
    child.kill("SIGKILL");
    throw new MemrigError(
      "no-answer",
      `The virtual instruments of "${plan.name}" could not be served: ${why} Nothing was sent.`,
      { plan: plan.name },
    );
  }
  return {
    instruments: answer.instruments,
    pid: child.pid ?? 0,
    async moveProber(position) {
      const moved = new Promise<VirtualAnswer>((resolve) =>
        child.once("message", (message) => resolve(message as VirtualAnswer)),
      );
      order({ order: "move", position });
      const ended = exited.then((message): VirtualAnswer => ({ answer: "failed", message }));
      const told = await Promise.race([moved, ended]);
      if (told.answer === "failed") throw new Error(told.message);
    },
    async close() {
      order({ order: "close" });
      const killer = setTimeout(() => child.kill("SIGKILL"), close_s * 1000);
      await exited;
      clearTimeout(killer);
    },
  };
}
