import { z } from "zod";
import { messageOf } from "../src/errors.js";
import { parseQuantity, type Unit } from "../src/units.js";

/** No list is longer. */
const longest = 1000;
const piece = /[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*[^\d\s;/,+.-]*/gu;

/**
 * A list of quantities: `1 kohm; 2 kohm; 5 kohm`, `1k 2k 5k` or an array. (A comma parts settings on the command line, so there it
 * is a semicolon, a slash or a space.)
 */
export function quantitiesOr(
  fallback: readonly number[],
  unit: Unit,
  description: string,
  range: { above?: number; nonZero?: boolean } = {},
) {
  return z
    .union([z.string(), z.number(), z.array(z.union([z.number(), z.string()]))])
    .transform((given, ctx): number[] => {
      try {
        const values = piecesOf(given).map((one) => parseQuantity(one, unit));
        const wrong = values.find(
          (value) => value <= (range.above ?? -Infinity) || (range.nonZero === true && value === 0),
        );
        if (wrong === undefined && values.length > 0 && values.length <= longest) return values;
        const what =
          wrong === undefined
            ? `1 to ${longest} values`
            : range.nonZero
              ? "values other than 0"
              : `values above ${range.above}`;
        ctx.addIssue({
          code: "custom",
          message: `"${String(given)}" was given; this is a list of ${what}${unit === "" ? "" : ` in ${unit}`}.`,
        });
      } catch (error) {
        ctx.addIssue({ code: "custom", message: messageOf(error) });
      }
      return z.NEVER;
    })
    .prefault([...fallback])
    .meta({ unit, description: `${description}; a list such as "1; 2; 5"` });
}

/** Every piece of the text is used: what is left over is handed on as one, for the reader of quantities to complain about. */
function piecesOf(given: string | number | readonly (string | number)[]): (string | number)[] {
  if (typeof given !== "string") return typeof given === "number" ? [given] : [...given];
  const found = given.match(piece) ?? [];
  const left = given.replace(piece, "").replace(/[\s;/,]+/gu, "");
  return left === "" ? found.map((one) => one.trim()) : [given];
}
