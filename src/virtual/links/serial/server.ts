import { once } from "node:events";
import type { LinkEndpoint } from "../endpoint.js";
import { openPseudoTerminal } from "./pty.js";

const CTRL_C = 3;
const OVERRUN = -363;

/** An instrument at the end of a serial line. */
export interface SerialServer {
  /** What a program opens: `/dev/pts/7`. */
  readonly path: string;
  close(): Promise<void>;
}

/**
 * Serves an instrument on a pseudo-terminal. A line feed ends a message; ^C outside the data of a block is a device clear.
 * Replies wait in line, as on any link without END. The line has no flow control: what comes while the input buffer is
 * full of messages that wait is lost with -363. Locks of other links do not keep it out (docs/notes/locks.md).
 *
 * @throws MemrigError as openPseudoTerminal does
 */
export async function serveSerial(endpoint: LinkEndpoint): Promise<SerialServer> {
  const terminal = await openPseudoTerminal();
  const closed = new AbortController();
  const exchange = endpoint.connect({
    unread: "queue",
    end: false,
    deliver: async (reply) => {
      if (closed.signal.aborted || terminal.output.write(reply)) return;
      await once(terminal.output, "drain", { signal: closed.signal }).catch(() => undefined); // the line is closed
    },
  });
  const take = (bytes: Uint8Array) => {
    if (bytes.length === 0) return;
    if (exchange.overflowing) endpoint.instrument.raise(OVERRUN);
    else exchange.receive(bytes, false);
  };
  terminal.input.on("data", (chunk: Buffer) => {
    for (let at = 0; at < chunk.length;) {
      const clear = chunk.indexOf(CTRL_C, at);
      const stop = clear < 0 ? chunk.length : clear;
      take(chunk.subarray(at, stop));
      if (clear >= 0 && exchange.inBlock) take(chunk.subarray(clear, clear + 1));
      else if (clear >= 0) exchange.clear();
      at = stop + 1;
    }
  });
  return {
    path: terminal.path,
    close: async () => {
      closed.abort();
      exchange.close();
      await terminal.close();
    },
  };
}
