import assert from "node:assert/strict";
import net from "node:net";

/**
 * One turn of a dialogue: a line that must come, and what answers it. Bytes are sent as they are, text with LF.
 * `block`: the line ends with a definite block instead of LF, and its bytes are handed over.
 */
export type Turn =
  | { readonly expect: string | RegExp; readonly answer?: string | Uint8Array; readonly pieces?: number }
  | { readonly expect: string | RegExp; readonly block: (bytes: Buffer) => void }
  | { readonly hangUp: true };

/** Lines that must come and need no answer. */
export const told = (...lines: string[]): Turn[] => lines.map((expect) => ({ expect }));
/** A question and its answer. */
export const asked = (expect: string | RegExp, answer: string | Uint8Array): Turn => ({ expect, answer });

export interface ScriptedInstrument {
  readonly port: number;
  readonly resource: string;
  /** Lines that came, in order, over all connections. */
  readonly heard: readonly string[];
  /** Every turn was used, and nothing else was said. */
  finished(): void;
  close(): Promise<void>;
}

/**
 * An instrument that knows its part by heart. Whatever is said out of turn ends the connection, and `finished` says
 * what was expected. Several connections follow one script, one after the other.
 *
 * @param end of each line, and of each answer that is text
 */
export async function scriptedInstrument(script: readonly Turn[], end = "\n"): Promise<ScriptedInstrument> {
  const heard: string[] = [];
  const sockets = new Set<net.Socket>();
  let next = 0;
  let failure: string | undefined;

  const server = net.createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    let pending = Buffer.alloc(0);
    socket.on("error", () => sockets.delete(socket));
    socket.on("close", () => sockets.delete(socket));
    socket.on("data", (chunk) => {
      pending = Buffer.concat([pending, chunk]);
      for (;;) {
        const message = take(pending, end);
        if (!message) return;
        pending = pending.subarray(message.bytes);
        if (!reply(socket, message)) return;
      }
    });
  });

  function reply(socket: net.Socket, message: Message): boolean {
    heard.push(message.line);
    const turn = next < script.length ? script[next] : undefined;
    next++;
    if (!turn || "hangUp" in turn || !matches(turn.expect, message.line)) {
      const due = turn && !("hangUp" in turn) ? `"${String(turn.expect)}"` : "nothing";
      failure ??= `"${message.line}" came where ${due} was due (turn ${next} of ${script.length})`;
      socket.destroy();
      return false;
    }
    if ("block" in turn) turn.block(message.block ?? Buffer.alloc(0));
    else if (turn.answer !== undefined) send(socket, turn.answer, turn.pieces ?? 1, end);
    const following = script[next];
    if (following && "hangUp" in following) {
      next++;
      socket.end();
      return false;
    }
    return true;
  }

  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  assert.ok(address !== null && typeof address === "object");
  return {
    port: address.port,
    resource: `TCPIP0::127.0.0.1::${address.port}::SOCKET`,
    heard,
    finished() {
      assert.equal(failure, undefined, failure);
      const left = script.slice(next).map((turn) => ("hangUp" in turn ? "(hang up)" : String(turn.expect)));
      assert.deepEqual(left, [], "lines that never came");
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

interface Message {
  readonly line: string;
  readonly bytes: number;
  readonly block?: Buffer;
}

/** The first whole message: up to LF, where a definite block in it, or bare data whose length it told, may hold LF. */
function take(pending: Buffer, lineEnd: string): Message | undefined {
  const end = pending.indexOf(lineEnd, 0, "latin1");
  const bare = pending.indexOf("WAVEDATA,");
  if (bare >= 0 && (end < 0 || bare < end)) {
    const start = bare + "WAVEDATA,".length;
    const line = pending.subarray(0, start).toString("latin1");
    const length = Number(/LENGTH,(\d+)B/.exec(line)?.[1] ?? 0);
    if (pending.length < start + length + 1) return undefined;
    return { line, bytes: start + length + 1, block: Buffer.from(pending.subarray(start, start + length)) };
  }
  const hash = pending.indexOf(",#");
  if (hash >= 0 && (end < 0 || hash < end) && pending.length > hash + 2) {
    const digits = Number(String.fromCharCode(pending[hash + 2] ?? 0));
    const start = hash + 3 + digits;
    const length = Number(pending.subarray(hash + 3, start).toString("latin1"));
    if (pending.length < start + length + 1) return undefined;
    const block = Buffer.from(pending.subarray(start, start + length));
    return { line: pending.subarray(0, hash + 1).toString("latin1"), bytes: start + length + 1, block };
  }
  if (end < 0) return undefined;
  return { line: pending.subarray(0, end).toString("latin1"), bytes: end + 1 };
}

function matches(expected: string | RegExp, line: string): boolean {
  return typeof expected === "string" ? expected === line : expected.test(line);
}

/** Sends the answer in so many pieces, each in its own turn of the loop, so that the far end sees them apart. */
function send(socket: net.Socket, answer: string | Uint8Array, pieces: number, end: string): void {
  const bytes = typeof answer === "string" ? Buffer.from(`${answer}${end}`, "latin1") : Buffer.from(answer);
  const size = Math.ceil(bytes.length / pieces);
  const sendFrom = (at: number) => {
    if (at >= bytes.length || socket.destroyed) return;
    socket.write(bytes.subarray(at, at + size), () => setImmediate(() => sendFrom(at + size)));
  };
  sendFrom(0);
}
