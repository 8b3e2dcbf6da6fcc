import net from "node:net";
import { messageOf } from "../errors.js";
import type { Call } from "./call.js";
import { LinkError } from "./message-link.js";

/**
 * Connects without delaying small messages.
 *
 * @param onread one piece of memory that all reading goes through
 * @throws LinkError `no-answer`: in words; CallEnded: too late or stopped. No socket is left open
 */
export async function connectTcp(host: string, port: number, call: Call, onread: net.OnReadOpts): Promise<net.Socket> {
  const socket = net.connect({ host, port, noDelay: true, onread });
  const connected = new Promise<void>((resolve, reject) => {
    socket.once("connect", resolve);
    socket.on("error", (error) => reject(new LinkError("no-answer", describeConnectError(error), error)));
  });
  try {
    await call.wait(connected);
    return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

/** Why a TCP connection could not be made or went, and what to look at. */
export function describeConnectError(error: NodeJS.ErrnoException): string {
  switch (error.code) {
    case "ECONNREFUSED":
      return (
        "the connection was refused: nothing listens there. Is the instrument on, is the port right, and does no other " +
        "program hold it"
      );
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return "there is no host of this name";
    case "EHOSTUNREACH":
    case "ENETUNREACH":
      return "there is no way to this address from here. Is the instrument on this network";
    case "ETIMEDOUT":
      return "nobody answers at this address. Is the instrument on, and is the address right";
    case "ECONNRESET":
    case "EPIPE":
    case "CLOSED":
      return "the instrument closed the connection. Was it turned off, or does another program use its only raw session";
    default:
      return messageOf(error);
  }
}
