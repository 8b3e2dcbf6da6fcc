import { h } from "./dom.js";
import { plainName, symbols } from "./text.js";

/** The name of a quantity as the field writes it. */
export function quantityName(quantity: string): HTMLElement {
  const symbol = symbols[quantity];
  if (symbol) return h("span", {}, h("var", {}, symbol[0]), h("sub", {}, symbol[1]));
  return h("span", {}, plainName(quantity));
}
