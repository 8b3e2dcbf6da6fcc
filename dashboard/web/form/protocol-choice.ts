import type { FormProtocol, RunForm } from "../../server/desk-wire.js";
import { h } from "../dom.js";

/** Which protocol, and which of its presets: a person's own first. */
export class ProtocolChoice {
  readonly element = h("section", { class: "card choice" });
  private readonly select = h("select", { id: "protocol" });
  private readonly preset = h("select", { id: "preset" });
  private readonly presetField = h(
    "div",
    { class: "field" },
    h("label", { for: "preset" }, "preset"),
    h("div", { class: "entry" }, this.preset),
  );
  private readonly about = h("div", { class: "about" });
  private form: RunForm | undefined;

  /** @param onChoose told of each choice; the settings are those of the preset, empty for none */
  constructor(private readonly onChoose: (protocol: FormProtocol, settings: Readonly<Record<string, string>>) => void) {
    const field = h(
      "div",
      { class: "field" },
      h("label", { for: "protocol" }, "protocol"),
      h("div", { class: "entry" }, this.select),
    );
    this.element.append(h("div", { class: "fields" }, field, this.presetField), this.about);
    this.select.addEventListener("change", () => {
      history.replaceState(undefined, "", `#/new/${encodeURIComponent(this.select.value)}`);
      this.chosen();
    });
    this.preset.addEventListener("change", () => this.choosePreset());
  }

  /** The form as the bench is now; what was chosen stays chosen. @param wanted a name out of the address */
  show(form: RunForm, wanted: string): void {
    const was = this.value?.name;
    this.form = form;
    const before = wanted || this.select.value;
    const own = form.protocols.filter(({ file }) => file !== undefined);
    const ours = form.protocols.filter(({ file }) => file === undefined);
    const group = (label: string, protocols: readonly FormProtocol[]): HTMLElement =>
      h(
        "optgroup",
        { label },
        ...protocols.map(({ name, title, fault }) =>
          h(
            "option",
            { value: name },
            `${name}${title === "" ? "" : ` – ${title}`}${fault === undefined ? "" : " (not here)"}`,
          ),
        ),
      );
    this.select.replaceChildren(
      ...(own.length > 0 ? [group("Your own", own), group("memrig's", ours)] : group("memrig's", ours).children),
    );
    const first = form.protocols.find(({ fault }) => fault === undefined)?.name ?? "";
    this.select.value = form.protocols.some(({ name }) => name === before) ? before : first;
    const preset = this.value?.name === was ? this.preset.value : "";
    this.chosen();
    this.preset.value = preset;
  }

  /** A field was changed by hand: it is the preset no longer. */
  changedByHand(): void {
    this.preset.value = "";
  }

  get value(): FormProtocol | undefined {
    return this.form?.protocols.find(({ name }) => name === this.select.value);
  }

  private chosen(): void {
    const protocol = this.value;
    if (protocol === undefined) return;
    const { description, source, station, fault, presets, file } = protocol;
    this.presetField.hidden = presets.length === 0;
    this.preset.replaceChildren(
      h("option", { value: "" }, "none"),
      ...presets.map(({ name, description: what }) => h("option", { value: name, title: what }, `${name} – ${what}`)),
    );
    const fact = (name: string, text: string | undefined): HTMLElement[] =>
      text === undefined || text === "" ? [] : [h("dt", {}, name), h("dd", {}, text)];
    this.about.replaceChildren(
      h("p", {}, description),
      h("dl", {}, ...fact("Source", source), ...fact("File", file), ...fact("Measured by", station)),
      ...(fault === undefined ? [] : [h("p", { class: "reason" }, fault)]),
    );
    this.onChoose(protocol, {});
  }

  private choosePreset(): void {
    const protocol = this.value;
    if (protocol === undefined) return;
    this.onChoose(protocol, protocol.presets.find(({ name }) => name === this.preset.value)?.settings ?? {});
  }
}
