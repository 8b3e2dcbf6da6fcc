import type { DryRunReply, FieldFault, FormField, FormProtocol, Order } from "../../server/desk-wire.js";
import { h, setText } from "../dom.js";
import { Refused, server } from "../server.js";
import { dryRunView } from "./dry-run-view.js";
import { FieldView } from "./field-view.js";
import { ProtocolChoice } from "./protocol-choice.js";

const dutField: FormField = {
  name: "device",
  kind: "text",
  unit: "",
  description: "name that the run is kept under",
  allowed: "",
};
const siteField: FormField = {
  name: "site",
  kind: "text",
  unit: "",
  description: "which device of this bench: it is connected before the run",
  allowed: "",
};
const tagsField: FormField = {
  name: "tags",
  kind: "text",
  unit: "",
  description: "to find the run by, as wafer=W3,note=first light",
  fallback: "",
  allowed: "",
};

/**
 * A new run: choose, fill in, dry run, then start it or put it in the queue. The fields come from the protocol's declaration. What may be
 * done is decided on the server alone; the page only waits for a dry run so that a person sees first what will happen.
 */
export class RunFormView {
  readonly element = h("article", { class: "new-run" });
  private readonly choice = new ProtocolChoice((protocol, settings) => this.choose(protocol, settings));
  private readonly fields = h("div", { class: "fields" });
  private readonly duts = h("datalist", { id: "duts" });
  private readonly dut = new FieldView(dutField, "duts");
  private readonly sites = h("datalist", { id: "sites" });
  private readonly site = new FieldView(siteField, "sites");
  private readonly tags = new FieldView(tagsField);
  private readonly check = h("button", { type: "submit", class: "primary" }, "Dry run");
  private readonly startNow = h("button", { type: "button", class: "primary" }, "Start now");
  private readonly enqueue = h("button", { type: "button" }, "Put in the queue");
  private readonly trouble = h("div", { class: "banner", role: "alert", hidden: true });
  private readonly closed = h("p", { class: "reason", hidden: true });
  private readonly outcome = h("div", { class: "outcome" });
  private readonly stale = h("p", { class: "muted" }, "Changed since: do the dry run again.");
  private readonly result = h("section", {
    class: "card dry-run",
    "aria-label": "Dry run",
    tabindex: -1,
    hidden: true,
  });
  private readonly form: HTMLFormElement;
  private views: readonly FieldView[] = [];
  private shown = "";
  /** What the device is called where nobody says otherwise. */
  private ownDut = "";

  constructor() {
    this.form = h(
      "form",
      { novalidate: true },
      this.choice.element,
      h("section", { class: "card" }, h("h2", {}, "Parameters"), this.fields),
      h(
        "section",
        { class: "card" },
        h("h2", {}, "Device"),
        h("div", { class: "fields" }, this.dut.element, this.site.element, this.tags.element),
        this.duts,
        this.sites,
      ),
      this.trouble,
      h("div", { class: "actions" }, this.check, h("span", { class: "muted" }, "Opens nothing and sends nothing.")),
    );
    this.element.append(h("h1", {}, "New run"), this.closed, this.form, this.result);
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.dryRun();
    });
    this.form.addEventListener("input", (event) => this.changed(event.target));
    this.startNow.addEventListener("click", () => void this.order(this.startNow, "Starting…", server.start));
    this.enqueue.addEventListener("click", () => void this.order(this.enqueue, "Adding…", server.enqueue));
  }

  /** @param wanted protocol in the address, empty: as it was; asked when the form is there, as a person may have chosen meanwhile */
  async open(wanted: () => string): Promise<void> {
    try {
      const form = await server.form();
      this.form.hidden = false;
      this.closed.hidden = true;
      if (this.ownDut !== form.dut) this.dut.text = form.dut;
      this.ownDut = form.dut;
      this.site.element.hidden = form.sites === undefined;
      this.sites.replaceChildren(...(form.sites ?? []).map((value) => h("option", { value })));
      this.duts.replaceChildren(...form.duts.map((value) => h("option", { value })));
      this.choice.show(form, wanted());
    } catch (error) {
      this.form.hidden = true;
      this.closed.hidden = false;
      setText(this.closed, error instanceof Error ? error.message : String(error));
    }
  }

  private choose(protocol: FormProtocol, settings: Readonly<Record<string, string>>): void {
    const declared = JSON.stringify(protocol);
    if (declared !== this.shown) {
      const sameName = this.shown !== "" && (JSON.parse(this.shown) as FormProtocol).name === protocol.name;
      const before = sameName ? this.settings() : {}; // its file was changed: what was written stays
      this.shown = declared;
      this.views = protocol.fields.map((field) => new FieldView(field));
      this.fields.replaceChildren(...this.views.map(({ element }) => element));
      for (const view of this.views) view.text = before[view.field.name] ?? "";
      this.forget();
    }
    if (Object.keys(settings).length > 0) {
      for (const view of this.views) view.text = settings[view.field.name] ?? "";
      this.forget();
    }
    this.check.disabled = protocol.fault !== undefined;
    this.showDrive();
  }

  private settings(): Record<string, string> {
    return Object.fromEntries(
      this.views.flatMap(({ field, text }) => (text === "" ? [] : [[field.name, text] as const])),
    );
  }

  private ordered(): Order {
    return {
      protocol: this.choice.value?.name ?? "",
      settings: this.settings(),
      ...(this.dut.text === this.ownDut ? {} : { dut: this.dut.text }),
      ...(this.site.text === "" || this.site.element.hidden ? {} : { site: this.site.text }),
      ...(this.tags.text === "" ? {} : { tags: this.tags.text }),
    };
  }

  private changed(target: EventTarget | null): void {
    const view = [...this.views, this.dut, this.site, this.tags].find(({ input }) => input === target);
    view?.setFault("");
    if (view && this.views.includes(view)) this.choice.changedByHand();
    this.showDrive();
    this.setStale(true);
  }

  private showDrive(): void {
    const drive = this.views.find(({ field }) => field.name === "drive")?.input.value ?? "voltage";
    for (const view of this.views) view.setDrive(drive);
  }

  private forget(): void {
    this.result.hidden = true;
    this.say("");
  }

  private setStale(stale: boolean): void {
    this.stale.hidden = !stale;
    this.startNow.disabled = this.enqueue.disabled = stale;
  }

  private async dryRun(): Promise<void> {
    this.check.disabled = true;
    try {
      const reply = await server.dryRun(this.ordered());
      this.showFaults(reply.faults);
      this.say("");
      this.show(reply);
    } catch (error) {
      this.result.hidden = true;
      this.refuse(error);
    } finally {
      this.check.disabled = false;
    }
  }

  private show(reply: DryRunReply): void {
    const buttons = reply.ok ? [h("div", { class: "actions" }, this.startNow, this.enqueue, this.stale)] : [];
    this.result.replaceChildren(
      h("h2", {}, `Dry run: ${reply.protocol} on ${reply.dut}`),
      ...dryRunView(reply),
      ...buttons,
      this.outcome,
    );
    this.outcome.replaceChildren();
    this.setStale(false);
    this.result.hidden = false;
    if (reply.ok) this.result.focus({ preventScroll: true });
    this.result.scrollIntoView({ block: "nearest" });
  }

  private async order(button: HTMLButtonElement, meanwhile: string, command: typeof server.start): Promise<void> {
    const text = button.textContent;
    this.startNow.disabled = this.enqueue.disabled = true;
    button.textContent = meanwhile;
    try {
      const { message, entry } = await command(this.ordered());
      const where = entry?.run === undefined ? { to: "#/queue", name: "To the queue" } : { to: "#/", name: "Watch it" };
      this.outcome.replaceChildren(h("p", { role: "status" }, `${message} `, h("a", { href: where.to }, where.name)));
      this.showFaults([]);
      this.say("");
    } catch (error) {
      this.outcome.replaceChildren(
        h("p", { class: "fault", role: "alert" }, error instanceof Error ? error.message : String(error)),
      );
      if (error instanceof Refused) this.showFaults(error.faults);
    } finally {
      button.textContent = text;
      this.startNow.disabled = this.enqueue.disabled = !this.stale.hidden;
    }
  }

  private refuse(error: unknown): void {
    const faults = error instanceof Refused ? error.faults : [];
    const elsewhere = this.showFaults(faults);
    const many = faults.length === 1 ? "One field is wrong" : `${faults.length} fields are wrong`;
    const sentence = error instanceof Error ? error.message : String(error);
    this.say(faults.length === 0 ? sentence : [`${many}. Nothing was opened or sent.`, ...elsewhere].join(" "));
  }

  /** @returns what is wrong elsewhere than in a field of the page */
  private showFaults(faults: readonly FieldFault[]): string[] {
    const views = [...this.views, this.dut, this.site, this.tags];
    const of = ({ field }: FieldView): string => (field === dutField ? "dut" : field.name);
    for (const view of views) view.setFault(faults.find(({ field }) => field === of(view))?.message ?? "");
    const first = views.find(({ input }) => input.hasAttribute("aria-invalid"));
    first?.input.focus();
    return faults
      .filter(({ field }) => !views.some((view) => of(view) === field))
      .map(({ field, message }) => `${field}: ${message}`);
  }

  private say(sentence: string): void {
    setText(this.trouble, sentence);
    this.trouble.hidden = sentence === "";
  }
}
