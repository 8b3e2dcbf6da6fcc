import { drivenUnit } from "../../server/driven-unit.js";
import type { FormField } from "../../server/desk-wire.js";
import { h, setText } from "../dom.js";

/** One labelled field with its unit, what it means, what is taken where it is empty, and what is wrong with it. */
export class FieldView {
  readonly element: HTMLElement;
  readonly input: HTMLInputElement | HTMLSelectElement;
  private readonly unit = h("span", { class: "unit", "aria-hidden": true });
  private readonly rule = h("span", { class: "rule" });
  private readonly fault: HTMLElement;

  /** @param list id of a list of suggestions */
  constructor(
    readonly field: FormField,
    list?: string,
  ) {
    const id = `field-${field.name}`;
    const [help, wrong] = [`${id}-help`, `${id}-fault`];
    this.input = inputFor(field, { id, name: field.name, "aria-describedby": `${help} ${wrong}`, list });
    this.fault = h("p", { class: "fault", id: wrong, hidden: true });
    this.element = h(
      "div",
      { class: "field" },
      h("label", { for: id }, field.name),
      h("div", { class: "entry" }, this.input, this.unit),
      h("p", { class: "help", id: help }, field.description === "" ? undefined : `${field.description}. `, this.rule),
      this.fault,
    );
    this.setDrive("voltage");
  }

  /** As written; empty: as declared. */
  get text(): string {
    const text = this.input.value.trim();
    return this.input instanceof HTMLSelectElement && text === this.field.fallback ? "" : text;
  }

  set text(text: string) {
    this.input.value = text === "" && this.input instanceof HTMLSelectElement ? (this.field.fallback ?? "") : text;
    this.setFault("");
  }

  /** Levels and limit change places where the current is forced, and then nothing declared fits. */
  setDrive(drive: string): void {
    const unit = drivenUnit(this.field.unit, drive);
    const fallback = unit === this.field.unit ? this.field.fallback : undefined;
    setText(this.unit, unit === "ohm" ? "Ω" : unit);
    if (this.input instanceof HTMLInputElement) this.input.placeholder = fallback ?? "";
    const taken =
      fallback === undefined
        ? "has to be given"
        : fallback === ""
          ? "may be left empty"
          : `${fallback} where left empty`;
    const rules = this.input instanceof HTMLSelectElement ? [] : [taken, this.field.allowed];
    setText(this.rule, rules.filter((text) => text !== "").join("; "));
  }

  /** @param message empty: nothing is wrong */
  setFault(message: string): void {
    this.fault.hidden = message === "";
    setText(this.fault, message);
    if (message === "") this.input.removeAttribute("aria-invalid");
    else this.input.setAttribute("aria-invalid", "true");
  }
}

function inputFor(
  { kind, choices, fallback = "" }: FormField,
  attributes: Readonly<Record<string, string | undefined>>,
): HTMLInputElement | HTMLSelectElement {
  const words = kind === "flag" ? ["yes", "no"] : choices;
  if (words === undefined) return h("input", { type: "text", autocomplete: "off", spellcheck: "false", ...attributes });
  const { list: _list, ...own } = attributes;
  const options = words.map((word) => h("option", { value: word, selected: word === fallback }, word));
  return h("select", own, ...(fallback === "" ? [h("option", { value: "" }, "choose…")] : []), ...options);
}
