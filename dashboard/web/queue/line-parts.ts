import type { QueueLine } from "../../server/desk-wire.js";
import { h } from "../dom.js";

/** What is to be measured: protocol and device, then what was set, then who wants it. */
export function whatParts({ protocol, dut, site, settings, tags }: QueueLine): HTMLElement[] {
  const set = Object.entries(settings).map(([key, text]) => `${key} ${text}`);
  const tagged = Object.entries(tags).map(([key, text]) => h("span", { class: "tag" }, `${key}=${text}`));
  return [
    h("span", { class: "line" }, h("b", {}, nameOf(protocol)), h("span", { class: "muted" }, placeOf({ dut, site }))),
    h("span", { class: "line muted" }, set.length === 0 ? "as declared" : set.join(" · "), ...tagged),
  ];
}

/** A person's own protocol is named by its file. */
export function nameOf(protocol: string): string {
  return protocol.split(/[\\/]/).at(-1) ?? protocol;
}

/** " on W3-D17 at D7": device and site, as far as they were named. */
export function placeOf({
  dut,
  site,
}: {
  readonly dut?: string | undefined;
  readonly site?: string | undefined;
}): string {
  return `${dut === undefined ? "" : ` on ${dut}`}${site === undefined ? "" : ` at ${site}`}`;
}
