import { DOMParser } from "@xmldom/xmldom";
import type { Element } from "@xmldom/xmldom";
import { messageOf } from "../../errors.js";
import type { Identity } from "./record.js";

/** What an LXI identification document says. */
export interface LxiDocument {
  readonly identity: Identity;
  /** What the person who set it up calls it; empty where nothing. */
  readonly description: string;
  /** As they are written: with the host that the instrument thinks it has, `inst0` and the board left out or not. */
  readonly addresses: readonly string[];
}

/**
 * Reads what an instrument serves at `/lxi/identification`. Namespaces of all versions are taken, and what the document
 * says of connected devices or subinstruments is left aside: only children of the root tell of the instrument itself.
 * Faults that leave something to read (an unknown entity, an attribute without quotes) are passed over.
 *
 * @throws Error not an LXI identification document, in words
 * @see LXI instrument identification schema 1.0 and 2.0, http://www.lxistandard.org/InstrumentIdentification/1.0
 */
export function readLxiDocument(text: string): LxiDocument {
  const root = rootOf(text.replace(/^[\s\uFEFF]+/, ""));
  if (root?.localName !== "LXIDevice") throw new Error("it is no LXI identification document");
  const children = elementsOf(root);
  const of = (name: string) => textOf(children.find(({ localName }) => localName === name));
  const interfaces = children.filter(({ localName }) => localName === "Interface");
  return {
    identity: {
      manufacturer: of("Manufacturer"),
      model: of("Model"),
      serial: of("SerialNumber"),
      firmware: of("FirmwareRevision"),
    },
    description: of("UserDescription"),
    addresses: interfaces
      .flatMap(elementsOf)
      .filter(({ localName }) => localName === "InstrumentAddressString")
      .map(textOf)
      .filter((address) => address !== ""),
  };
}

function rootOf(text: string): Element | null {
  try {
    const parser = new DOMParser({ onError: () => undefined });
    return parser.parseFromString(text, "text/xml").documentElement;
  } catch (error) {
    throw new Error(`it is no XML: ${messageOf(error)}`, { cause: error });
  }
}

function elementsOf(parent: Element): Element[] {
  return [...parent.childNodes].filter((node): node is Element => node.nodeType === node.ELEMENT_NODE);
}

const textOf = (element: Element | undefined): string => element?.textContent?.trim() ?? "";
