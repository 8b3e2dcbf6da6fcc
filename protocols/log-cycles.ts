/**
 * The cycles that are read when reads lie evenly on a logarithmic axis: `perDecade` in every decade as far as whole numbers allow, from 1, and the
 * last one. Follows from the numbers alone, so a run that is gone on with reads the same ones.
 *
 * @returns the first cycle that is read at or behind `from`
 */
export function logSpaced(perDecade: number, cycles: number): (from: number) => number {
  return (from) => {
    if (from >= cycles) return cycles;
    let step = Math.max(0, Math.floor(Math.log10(from) * perDecade) - 1);
    while (readAt(step) < from) step++;
    return Math.min(cycles, readAt(step));
  };

  function readAt(step: number): number {
    return Math.round(10 ** (step / perDecade));
  }
}

/** How many cycles that are. */
export function countOfReads(perDecade: number, cycles: number): number {
  const next = logSpaced(perDecade, cycles);
  let count = 0;
  for (let cycle = 1; cycle <= cycles; cycle = next(cycle) + 1) count++;
  return count;
}
