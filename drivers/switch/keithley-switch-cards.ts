import { MemrigError } from "../../src/errors.js";

/** Slots of each mainframe, and how long its relays take to settle (707B-901-01; 3700AS-901-01). */
const mainframes: ReadonlyMap<string, { readonly slots: number; readonly settle_s: number }> = new Map([
  ["707B", { slots: 6, settle_s: 0.015 }],
  ["708B", { slots: 1, settle_s: 0.015 }],
  ["3706", { slots: 6, settle_s: 0.004 }],
  ["3706A", { slots: 6, settle_s: 0.004 }],
]);

export function mainframeOf(model: string) {
  return mainframes.get(/70[78]B|3706A?/i.exec(model)?.[0].toUpperCase() ?? "");
}

/** Multiplexers, by the number of their channels. */
const multiplexers: ReadonlyMap<string, number> = new Map([
  ["3720", 60],
  ["3721", 40],
  ["3722", 96],
  ["3723", 60],
  ["3724", 60],
]);

/**
 * Names of the channels of one slot, by what its card says of itself: `7072,8x12 Semi Matrix,…`.
 *
 * @returns none for an empty slot, and for a card whose channels are not known here
 * @throws MemrigError `bad-reply`: the answer is empty
 */
export function channelsOf(model: string, slot: number, idn: string): string[] {
  if (idn.trim() === "") throw new MemrigError("bad-reply", `Slot ${slot} says nothing of its card.`, { slot });
  const [card = ""] = idn.split(",");
  const count = multiplexers.get(card.trim());
  if (count !== undefined) return numbersFrom(1, count).map((place) => `${slot}${String(place).padStart(3, "0")}`);
  const [, rows, columns] = /,\s*(\d+)x(\d+)\b/.exec(idn) ?? [];
  if (rows === undefined || columns === undefined) return [];
  const lettered = /70[78]B/i.test(model);
  return numbersFrom(1, Number(rows)).flatMap((row) =>
    numbersFrom(1, Number(columns)).map((column) => {
      const name = lettered ? String.fromCharCode(64 + row) : String(row);
      return `${slot}${name}${String(column).padStart(2, "0")}`;
    }),
  );
}

function numbersFrom(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => first + index);
}
