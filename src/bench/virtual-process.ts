// The virtual instruments of one bench, in a process of their own: a controller that dies leaves them standing, as it
// would leave real ones, so that the guardian finds something to put off.
import { messageOf } from "../errors.js";
import type { ServedInstrument, VirtualBenchPlan } from "../virtual/bench-plan.js";
import { serveVirtualBench } from "../virtual/serve.js";
import type { VirtualBench } from "../virtual/serve.js";

export type VirtualOrder =
  | { readonly order: "serve"; readonly plan: VirtualBenchPlan }
  | { readonly order: "move"; readonly position: string }
  | { readonly order: "close" };
export type VirtualAnswer =
  | { readonly answer: "serving"; readonly instruments: readonly ServedInstrument[] }
  | { readonly answer: "moved" }
  | { readonly answer: "failed"; readonly message: string };

/** Longer than the guardian needs. */
const afterlife_s = 10;

let bench: VirtualBench | undefined;

function tell(answer: VirtualAnswer): void {
  if (process.connected) process.send?.(answer);
}

async function obey(order: VirtualOrder): Promise<void> {
  if (order.order === "serve") {
    try {
      bench = await serveVirtualBench(order.plan);
      tell({ answer: "serving", instruments: bench.instruments });
    } catch (error) {
      tell({ answer: "failed", message: messageOf(error) });
      process.exit(1);
    }
    return;
  }
  if (order.order === "move") {
    try {
      bench?.moveProber(order.position);
      tell({ answer: "moved" });
    } catch (error) {
      tell({ answer: "failed", message: messageOf(error) });
    }
    return;
  }
  await bench?.close();
  process.exit();
}

// Ctrl-C goes to the whole group; the instruments must stay until the controller has put them off.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => undefined);
process.on("message", (order: VirtualOrder) => void obey(order));
process.on("disconnect", () => {
  setTimeout(() => process.exit(), afterlife_s * 1000);
});
