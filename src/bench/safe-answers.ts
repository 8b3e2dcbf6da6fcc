/** `0`, `+0.000000E+00`, `OFF`, and `C1:OUTP OFF,LOAD,HZ,PLRT,NOR` of a Siglent generator. */
export function isOffAnswer(reply: string): boolean {
  return /^\s*(\+?0(\.0*)?(E[+-]?\d+)?|OFF|(C\d:\w+\s+)?OFF,.*)\s*$/i.test(reply);
}

/**
 * What the answers to the output questions say.
 *
 * @returns for the person, where every output is off or nothing could be asked
 * @throws Error one is on
 */
export function judged(queries: readonly string[], replies: readonly string[]): string {
  if (queries.length === 0) return "told to be safe; it can not be asked";
  const answered = `answered ${replies.join(", ")}`;
  const on = queries.filter((_, k) => !isOffAnswer(replies[k] ?? ""));
  if (on.length > 0) throw new Error(`${on.join(", ")} ${answered}`);
  return `${queries.join(", ")} ${answered}`;
}
