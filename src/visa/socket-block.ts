import { blockAt } from "./block-head.js";
import type { BlockSink, SinkFor } from "./block-sink.js";
import type { Call } from "./call.js";
import type { SocketConnection } from "./socket-connection.js";
import { shorten } from "./wire-text.js";

/** Enough to see where a block begins. */
const HEAD_BYTES = 80;

/** What came: the header with what stood before it, the sink that has the bytes, and the rest of the line. */
export interface SocketBlock<S> {
  readonly head: string;
  readonly sink: S;
  readonly rest: string;
}

/**
 * Reads a block (IEEE 488.2, 8.7.9) as it comes, into the sink that is made for its length.
 *
 * @param due_bytes of a block without a length (#0)
 * @throws MemrigError `bad-reply`: something else came; `no-answer`, `aborted`. Part of it may still be under way.
 */
export async function readSocketBlock<S extends BlockSink>(
  from: SocketConnection,
  call: Call,
  due_bytes: number | undefined,
  sinkFor: SinkFor<S>,
): Promise<SocketBlock<S>> {
  const { head, length } = await readHead(from, call, due_bytes);
  const sink = sinkFor(length);
  from.inbox.pour(length, sink);
  await from.until(call, () => {
    const done = from.inbox.poured();
    if (!done) from.live(call);
    return done;
  });
  const rest = await from.line(call);
  if (rest.trim() === "") return { head, sink, rest };
  throw from.error("bad-reply", call.what, `after a block of ${length} bytes came "${shorten(rest)}"`);
}

/** Reads `#<d><d digits>` or `#0`, and the response header before it where there is one. */
async function readHead(
  from: SocketConnection,
  call: Call,
  due_bytes: number | undefined,
): Promise<{ head: string; length: number }> {
  const { inbox } = from;
  const need = async (count: number) => {
    await from.until(call, () => {
      if (inbox.waiting >= count) return true;
      from.live(call);
      return false;
    });
    return inbox.peek(count);
  };
  let at: number | undefined;
  for (let bytes = 1; at === undefined; bytes = inbox.waiting + 1) {
    await need(bytes);
    at = blockAt(inbox.peek(HEAD_BYTES));
  }
  const before = at > 0 ? inbox.peek(at) : "";
  inbox.skip(before.length);
  const head = at < 0 ? "" : await need(2);
  if (!/^#\d$/.test(head)) {
    throw from.error("bad-reply", call.what, `a block was expected, "${shorten(inbox.peek(80))}" came`);
  }
  const digits = Number(head.charAt(1));
  if (digits === 0) {
    if (due_bytes === undefined) {
      const why = "a block without a length (#0) came; on a raw socket its end can not be seen";
      throw from.error("bad-reply", call.what, `${why}. Ask for a definite block, or say how many bytes are due`);
    }
    inbox.skip(2);
    return { head: `${before}#0`, length: due_bytes };
  }
  const header = await need(2 + digits);
  if (!/^#\d+$/.test(header)) {
    throw from.error("bad-reply", call.what, `"${shorten(header)}" does not begin a block`);
  }
  inbox.skip(2 + digits);
  return { head: before + header, length: Number(header.slice(2)) };
}
