import type { AnyProtocol } from "../src/engine/protocol.js";
import { ivSweep } from "./iv-sweep.js";

/** Every experiment there is, by the name it is run with. */
export const protocols: ReadonlyMap<string, AnyProtocol> = new Map(
  [ivSweep].map((protocol: AnyProtocol) => [protocol.name, protocol]),
);
