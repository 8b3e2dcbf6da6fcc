/**
 * How many times as long a step would have had an error of 1: error^(-1/order). By a table: a step waits for the length that
 * the last one leaves it, and a logarithm and an exponential would be a tenth of a step. Exponent and the three leading
 * binary digits of the error are its place in the table, which makes the root right to 2 percent. Errors below 1e-10 are
 * an accident and count as that; those above 1e6 ask for the same cut.
 */
export class Room {
  private readonly table: Float64Array;

  /** @param order of the error in the step */
  private constructor(order: number) {
    this.table = Float64Array.from({ length: (most - least) << digits }, (_, place) => {
      const middle = 1 + ((place & ((1 << digits) - 1)) + 0.5) / (1 << digits);
      return (2 ** (least + (place >> digits)) * middle) ** (-1 / order);
    });
  }

  static ofOrder(order: number): Room {
    const room = known.get(order) ?? new Room(order);
    known.set(order, room);
    return room;
  }

  /** @param error in units of the tolerance; not a number counts as very large */
  at(error: number): number {
    number[0] = error;
    const place = (words[upper]! >> shift) - first;
    const { table } = this;
    return table[place < 0 ? 0 : place < table.length ? place : table.length - 1]!;
  }
}

const known = new Map<number, Room>();
const digits = 3;
/** Exponents of the table. */
const [least, most] = [-34, 20];
const shift = 20 - digits;
/** Upper half of 2^least, whose sign and exponent lead. */
const first = (1023 + least) << digits;

/** The same eight bytes as a number and as its two halves; which half has the exponent on this machine. */
const number = new Float64Array(1);
const words = new Int32Array(number.buffer);
const upper = new Int32Array(Float64Array.of(1).buffer)[1] === 0 ? 0 : 1;
