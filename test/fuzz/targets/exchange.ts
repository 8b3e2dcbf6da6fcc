import assert from "node:assert/strict";
import fc from "fast-check";
import { LinkEndpoint } from "../../../src/virtual/links/index.js";
import { IDENTITY, transportInstrument } from "../../suites/transport-instrument.js";
import type { Target } from "../harness.js";

const step = fc.oneof(
  fc.record({ bytes: fc.oneof(fc.uint8Array({ maxLength: 40 }), program()), end: fc.boolean() }),
  fc.constantFrom("read" as const, "poll" as const, "clear" as const, "trigger" as const),
);

/** Pieces of program messages, put together wrongly. */
function program() {
  const piece = fc.constantFrom(
    "*IDN?",
    ":DATA ",
    "#15",
    "#0",
    "a\nb",
    ";",
    ":ECHO? '",
    "'",
    "\n",
    "*SRE 255",
    ":DATA?",
    "*OPC?",
  );
  return fc.array(piece, { maxLength: 6 }).map((pieces) => Buffer.from(pieces.join(""), "latin1"));
}

type Steps = { readonly steps: readonly Step[]; readonly unread: "interrupt" | "queue"; readonly end: boolean };
type Step = { readonly bytes: Uint8Array; readonly end: boolean } | "read" | "poll" | "clear" | "trigger";

const instrument = transportInstrument(200);

/** Anything done to a message exchange, in any order: it answers again after a device clear. */
export const exchange: Target<Steps> = {
  name: "the message exchange of a link",
  input: fc.record({
    steps: fc.array(step, { maxLength: 8 }),
    unread: fc.constantFrom("interrupt", "queue"),
    end: fc.boolean(),
  }),
  async run({ steps, unread, end }) {
    const endpoint = new LinkEndpoint(instrument.scpi);
    const one = endpoint.connect({ unread, end });
    for (const action of steps) {
      if (typeof action === "object") one.receive(Buffer.from(action.bytes), end && action.end);
      else if (action === "read") await one.read(7, AbortSignal.abort());
      else if (action === "poll") assert.equal(one.statusByte() & ~255, 0);
      else one[action]();
    }
    one.clear();
    one.receive(Buffer.from("*IDN?\n"), end);
    const got = await one.read(100, new AbortController().signal);
    assert.equal(Buffer.from(got?.bytes ?? []).toString(), `${IDENTITY}\n`);
    one.close();
    assert.equal(endpoint.clients, 0);
  },
};
