import assert from "node:assert/strict";
import { escaped, LineReader } from "../../../src/visa/prologix/protocol.js";
import { LinkEndpoint } from "../../../src/virtual/links/index.js";
import { ControllerClient } from "../../../src/virtual/links/prologix/client.js";
import { transportInstrument } from "../../suites/transport-instrument.js";
import type { Target } from "../harness.js";
import { pieces, texts } from "../inputs.js";
import type { Stream } from "../inputs.js";

const numbers = ["0", "1", "2", "12", "12 96", "31", "255", "256", "99999", "-1", "x"];
const settings = ["addr", "eoi", "eos", "eot_enable", "eot_char", "read_tmo_ms", "auto", "mode"];
const actions = ["spoll", "srq", "clr", "trg", "ver", "ifc", "loc", "llo", "savecfg", "none"];
const language = [
  ...[...settings, ...actions].map((name) => `++${name}`),
  ...numbers.map((number) => ` ${number}\n`),
  ...[
    "++",
    "+",
    "\x1b",
    "\x1b+",
    "\x1b\n",
    "\r",
    "\n",
    "\r\n",
    "*IDN?\n",
    "*OPC?",
    ":DATA #15ab\x1b\nde\n",
    "\0",
    "\xff",
  ],
] as const;

const LINE_BYTES = 200;

function lines(stream: Stream): string[] {
  const reader = new LineReader(LINE_BYTES);
  const found: string[] = [];
  for (const piece of pieces(stream)) {
    for (const { bytes, command } of reader.push(piece)) {
      assert.ok(bytes.length > 0 && bytes.length <= LINE_BYTES);
      found.push(`${command} ${Buffer.from(bytes).toString("latin1")}`);
    }
  }
  return found;
}

export const controllerLines: Target<Stream> = {
  name: "lines, as a GPIB controller cuts them",
  input: texts(language),
  run(stream) {
    assert.deepEqual(
      lines(stream),
      lines({ bytes: stream.bytes, cuts: [1 << 20] }),
      "where it is cut makes no difference",
    );
    if (stream.bytes.length === 0 || stream.bytes.length > LINE_BYTES) return;
    const sent = Buffer.from(escaped(stream.bytes));
    assert.deepEqual(lines({ bytes: sent, cuts: stream.cuts }), [`false ${stream.bytes.toString("latin1")}`]);
  },
};

const instrument = transportInstrument(10_000);

export const controllerCommands: Target<Stream> = {
  name: "lines, as a GPIB controller obeys them",
  // Reads are left out: one that finds nothing waits for its time limit. The fuzz of the live server has them.
  input: texts(language.filter((piece) => !piece.startsWith("++auto"))),
  async run(stream) {
    const endpoint = new LinkEndpoint(instrument.scpi);
    let answered = 0;
    const client = new ControllerClient(new Map([["12", endpoint]]), (bytes) => {
      answered += bytes.length;
      return Promise.resolve();
    });
    const reader = new LineReader(LINE_BYTES);
    for (const piece of pieces(stream)) {
      for (const line of reader.push(piece)) {
        const text = Buffer.from(line.bytes).toString("latin1");
        if (!(line.command && /^\+\+(auto|read$|read\s)/i.test(text))) await client.take(line);
      }
    }
    client.close();
    assert.equal(endpoint.clients, 0);
    assert.ok(answered <= 80 * (1 + stream.bytes.length));
  },
};
