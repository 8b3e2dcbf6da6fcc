import assert from "node:assert/strict";
import { Framer } from "../../../src/virtual/scpi/framer.js";
import { ScpiError } from "../../../src/virtual/scpi/index.js";
import { parseProgramMessage } from "../../../src/virtual/scpi/program-message.js";
import type { ProgramUnit } from "../../../src/virtual/scpi/program-message.js";
import { parameterTypes } from "../parameter-types.js";
import { IDENTITY, transportInstrument } from "../../suites/transport-instrument.js";
import type { Target } from "../harness.js";
import { pieces, texts } from "../inputs.js";
import type { Stream } from "../inputs.js";
import { familyTrees, words } from "../families.js";

/** What program messages are made of, good and bad. */
const language = [
  ...[
    ":DATA ",
    ":ECHO? '",
    ':ECHO? "',
    ":DATA?",
    "*IDN?",
    "*OPC?",
    "*SRE ",
    "*RST",
    ":SYST:ERR?",
    ":NONE",
    ":SOUR:VOLT ",
  ],
  ...[
    "#15abcde",
    "#0",
    "#9",
    "#3005",
    "#H1F",
    "#Q17",
    "(@1,2:4)",
    "(@",
    ")",
    "'",
    '"',
    "''",
    "1.5e-3",
    "10 mV",
    "-",
    "+.5",
  ],
  ...["(@9007199254740992:9007199254740993)", "1e999", "9".repeat(30), "MAX", "DEF", "INF", "ON", "x".repeat(13)],
  ...[";", ";:", ",", " ", "\t", "\r", "\n", "\r\n", ":", "?", "*", "a", "1", "\0", "\xff"],
] as const;

interface Cut {
  readonly messages: readonly string[];
  readonly rest: boolean;
}

const LIMIT_BYTES = 300;

/** Messages as the framer cuts them out of a stream. */
function framed(stream: Stream, hasEnd: boolean): Cut {
  const framer = new Framer(LIMIT_BYTES, hasEnd);
  const messages: string[] = [];
  const note = (found: ReturnType<Framer["push"]>) => {
    for (const one of found) {
      const bytes = "message" in one ? one.message : one.overrun;
      assert.ok(bytes.length <= LIMIT_BYTES);
      messages.push(`${"message" in one ? "" : "overrun "}${Buffer.from(bytes).toString("latin1")}`);
    }
  };
  for (const piece of pieces(stream)) note(framer.push(piece));
  const rest = framer.partial;
  note(framer.end());
  return { messages, rest };
}

export const framing: Target<Stream> = {
  name: "program messages, as the framer cuts them",
  input: texts(language),
  run(stream) {
    for (const hasEnd of [false, true]) {
      const whole = framed({ bytes: stream.bytes, cuts: [1 << 20] }, hasEnd);
      assert.deepEqual(framed(stream, hasEnd), whole, "where it is cut makes no difference");
    }
  },
};

const trees = familyTrees();

export const parsing: Target<Stream> = {
  name: "program messages, as the parser and the command trees of all families take them",
  input: texts([...language, ...words()]),
  run({ bytes }) {
    for (const unit of parseProgramMessage(bytes)) {
      if (unit instanceof ScpiError) continue;
      for (const tree of trees) expectScpiError(() => tree.find(unit.header, unit.query, tree.top));
      read(unit);
    }
  },
};

/** Every type of parameter reads every parameter. */
function read(unit: ProgramUnit): void {
  for (const parameter of unit.parameters) {
    for (const type of parameterTypes) expectScpiError(() => type.read(parameter));
  }
}

function expectScpiError(action: () => unknown): void {
  try {
    action();
  } catch (error) {
    assert.ok(error instanceof ScpiError, String(error));
  }
}

const instrument = transportInstrument(10_000);

export const execution: Target<Stream> = {
  name: "program messages, as an instrument runs them",
  input: texts(language),
  async run({ bytes }) {
    const gone = new AbortController();
    const reply = await instrument.scpi.execute(bytes, gone.signal);
    assert.ok(reply === undefined || reply.at(-1) === 10, "a reply ends with a line feed");
    const after = await instrument.scpi.execute(Buffer.from("*CLS;*IDN?"), gone.signal);
    assert.equal(Buffer.from(after ?? []).toString(), `${IDENTITY}\n`);
  },
};
