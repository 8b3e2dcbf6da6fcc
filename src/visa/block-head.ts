/** Longest header that may stand before a block. */
const MOST_BYTES = 40;

/**
 * Where a block begins in a reply: at once, or behind a response header as LeCroy's relatives send it (`C1:WF ALL,#9…`).
 *
 * @param reply its first bytes, as text
 * @returns undefined: more of it has to come first; -1: this is no block
 */
export function blockAt(reply: string): number | undefined {
  const at = reply.indexOf("#");
  const header = at < 0 ? reply : reply.slice(0, at);
  // A line end before it was left over from the reply before.
  if (header.length > MOST_BYTES || !/^[\r\n]*[\x20-\x7e]*$/.test(header)) return -1;
  if (at < 0) return undefined;
  return /(^|[\s,])$/.test(header) ? at : -1;
}
