import { PipeReader } from "./byte-pipe.js";
import type { BytePipe } from "./byte-pipe.js";
import type { Call } from "./call.js";
import { LinkError } from "./message-link.js";
import { connectTcp, describeConnectError } from "./tcp.js";

const RECEIVE_BYTES = 64 * 1024;

/**
 * A TCP connection as a stream of bytes.
 *
 * @throws LinkError `no-answer`: no connection; CallEnded
 */
export async function openTcpPipe(host: string, port: number, call: Call): Promise<BytePipe> {
  const reader = new PipeReader();
  const socket = await connectTcp(host, port, call, {
    buffer: Buffer.allocUnsafe(RECEIVE_BYTES),
    callback: (count, memory) => {
      reader.push(Uint8Array.from(memory.subarray(0, count)));
      return true;
    },
  });
  const lost = (error?: NodeJS.ErrnoException) => {
    const closed = Object.assign(new Error("closed"), { code: "CLOSED" });
    reader.fail(new LinkError("no-answer", describeConnectError(error ?? closed), error));
  };
  socket.on("error", lost);
  socket.on("end", () => lost());
  socket.on("close", () => lost());
  let writing = 0;
  return {
    reader,
    get writing() {
      return writing > 0;
    },
    async write(bytes) {
      if (bytes.length === 0) return;
      writing++;
      try {
        await new Promise<void>((resolve, reject) => {
          socket.write(bytes, (error) => (error ? reject(error) : resolve()));
        });
      } catch (error) {
        throw reader.failure ?? error;
      } finally {
        writing--;
      }
    },
    close: () => {
      socket.destroy();
      return Promise.resolve();
    },
  };
}
