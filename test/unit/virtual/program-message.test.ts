import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { ScpiError } from "../../../src/virtual/scpi/errors.js";
import { Framer } from "../../../src/virtual/scpi/framer.js";
import { parseProgramMessage } from "../../../src/virtual/scpi/program-message.js";
import type { ParsedUnit, ProgramUnit } from "../../../src/virtual/scpi/program-message.js";

function parse(text: string): ParsedUnit[] {
  return parseProgramMessage(Buffer.from(text, "latin1"));
}

function unit(text: string): ProgramUnit {
  const [only, ...more] = parse(text);
  assert.ok(only !== undefined && !(only instanceof ScpiError), `${text} is a unit: ${JSON.stringify(only)}`);
  assert.equal(more.length, 0);
  return only;
}

function codeOf(text: string): number | undefined {
  const faulty = parse(text).find((one) => one instanceof ScpiError);
  return faulty instanceof ScpiError ? faulty.code : undefined;
}

const word = fc.stringMatching(/^[A-Za-z][A-Za-z0-9_]{0,11}$/);
const header = fc
  .tuple(fc.constantFrom("", ":"), fc.array(word, { minLength: 1, maxLength: 4 }))
  .map(([colon, words]) => colon + words.join(":"));
const blank = fc.constantFrom("", " ", "\t", "  ");
const latin1 = fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)) });

/** A parameter as text to send, and as it must come out. @param text what stands in quotes */
const parameterWith = (text: fc.Arbitrary<string>) =>
  fc.oneof(
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => ({ sent: String(value), read: String(value) })),
    word.map((text) => ({ sent: text, read: text })),
    text.map((text) => ({ sent: `"${text.replaceAll('"', '""')}"`, read: text })),
    text.map((text) => ({ sent: `'${text.replaceAll("'", "''")}'`, read: text })),
    fc.uint8Array({ maxLength: 300 }).map((bytes) => {
      const length = String(bytes.length);
      return { sent: `#${length.length}${length}${Buffer.from(bytes).toString("latin1")}`, read: bytes };
    }),
    fc.constant({ sent: "(@1,3:5)", read: "(@1,3:5)" }),
  );

const messageWith = (text: fc.Arbitrary<string>) =>
  fc.array(
    fc.record({
      header,
      query: fc.boolean(),
      parameters: fc.array(fc.tuple(blank, parameterWith(text), blank), { maxLength: 4 }),
    }),
    { minLength: 1, maxLength: 4 },
  );
const message = messageWith(latin1);

interface WrittenUnit {
  readonly header: string;
  readonly query: boolean;
  readonly parameters: readonly (readonly [string, { readonly sent: string }, string])[];
}

function written(units: readonly WrittenUnit[]): string {
  return units
    .map(({ header: words, query, parameters }) => {
      const list = parameters.map(([before, { sent }, after]) => before + sent + after).join(",");
      return `${words}${query ? "?" : ""}${list === "" ? "" : ` ${list}`}`;
    })
    .join(";");
}

test("whatever is written into a message comes out of it: headers, numbers, words, strings and blocks", () => {
  fc.assert(
    fc.property(message, (units) => {
      const parsed = parse(written(units));
      assert.equal(parsed.length, units.length);
      for (const [index, one] of parsed.entries()) {
        const sent = units[index];
        assert.ok(sent && !(one instanceof ScpiError), JSON.stringify(one));
        assert.equal(one.header, sent.header);
        assert.equal(one.query, sent.query);
        assert.equal(one.parameters.length, sent.parameters.length);
        for (const [place, raw] of one.parameters.entries()) {
          const expected: string | Uint8Array | undefined = sent.parameters[place]?.[1].read;
          if (raw.kind === "block") assert.deepEqual(Buffer.from(raw.bytes), Buffer.from(expected as Uint8Array));
          else assert.equal(raw.text, expected);
        }
      }
    }),
  );
});

test("no bytes at all make the parser throw", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void parseProgramMessage(bytes)));
  const nasty = fc.array(fc.constantFrom("#", "0", "9", '"', "'", ";", ",", ":", "?", "*", "(", ")", "A", " ", "\n"), {
    maxLength: 40,
  });
  fc.assert(fc.property(nasty, (pieces) => void parse(pieces.join(""))));
});

test("a stream gives the same messages however the network cuts it", () => {
  const oneLine = latin1.map((text) => text.replaceAll("\n", "\r")); // on a link without END a string holds no line feed
  const stream = fc.array(messageWith(oneLine).map(written), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(stream, fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 30 }), (messages, cuts) => {
      const bytes = Buffer.from(messages.map((text) => `${text}\n`).join(""), "latin1");
      const framer = new Framer(1e6);
      const got: string[] = [];
      for (let at = 0, turn = 0; at < bytes.length; turn++) {
        const size = cuts[turn % cuts.length] as number;
        for (const framed of framer.push(bytes.subarray(at, at + size))) {
          assert.ok("message" in framed);
          got.push(Buffer.from(framed.message).toString("latin1"));
        }
        at += size;
      }
      assert.deepEqual(got, messages);
    }),
  );
});

test("separators inside strings and blocks are data", () => {
  const one = unit(`DISP:TEXT "a;b,c\nd", 'it''s', #15;,\n"'`);
  assert.deepEqual(
    one.parameters.map(({ text }) => text),
    ["a;b,c\nd", "it's", ""],
  );
  assert.equal(Buffer.from((one.parameters[2] as { bytes: Uint8Array }).bytes).toString(), `;,\n"'`);
});

test("a quote that is never closed ends with its line: the messages behind it are heard", () => {
  const framer = new Framer(1000);
  const framed = framer.push(Buffer.from(`FUNC ""VOLT","CURR""\n*IDN?\nDISP 'abc\nOUTP OFF\n`));
  assert.deepEqual(
    framed.map((one) => ("message" in one ? Buffer.from(one.message).toString("latin1") : "overrun")),
    [`FUNC ""VOLT","CURR""`, "*IDN?", "DISP 'abc", "OUTP OFF"],
  );
});

test("a link with END carries line feeds in a string, and ends it at END", () => {
  const framer = new Framer(1000, true);
  assert.deepEqual(framer.push(Buffer.from('DISP "a\nb"')), []);
  const [only] = framer.end();
  assert.ok(only && "message" in only);
  const [unitOf] = parseProgramMessage(only.message) as ProgramUnit[];
  assert.equal(unitOf?.parameters[0]?.text, "a\nb");
});

test("a stray apostrophe in a word does not swallow the messages behind it", () => {
  const framer = new Framer(1000);
  const framed = framer.push(Buffer.from("DON'T\n*IDN?\n"));
  assert.equal(framed.length, 2);
});

test("an indefinite block ends at the line feed, as a raw socket has no END", () => {
  const framer = new Framer(1000);
  const [first, second] = framer.push(Buffer.from("DATA #0a;b,c\n*IDN?\n"));
  assert.ok(first && "message" in first && second && "message" in second);
  const [only] = parseProgramMessage(first.message) as ProgramUnit[];
  assert.equal(Buffer.from((only?.parameters[0] as { bytes: Uint8Array }).bytes).toString(), "a;b,c");
});

test("carriage returns, blanks, empty units and trailing semicolons do nothing", () => {
  assert.deepEqual(parse("\r"), []);
  assert.deepEqual(parse(" ; ;;"), []);
  assert.equal(unit("  *idn?\r").header, "*idn");
  assert.equal(parse(";*IDN?;*RST;").length, 2);
  assert.equal(unit(":*RST").header, ":*RST");
});

test("faults of grammar have their numbers", () => {
  assert.equal(codeOf(":SYST:$ERR?"), -101);
  assert.equal(codeOf(`FUNC "VOLT`), -151);
  assert.equal(codeOf(`FUNC "VOLT"x`), -151);
  assert.equal(codeOf("DATA #15ab"), -161);
  assert.equal(codeOf("DATA #1xab"), -161);
  assert.equal(codeOf("ROUT (@1"), -171);
  assert.equal(codeOf("SOUR::VOLT 1"), -113);
});

test("a message longer than the input buffer is dropped up to its line feed, and said once", () => {
  const framer = new Framer(10);
  const framed = [...framer.push(Buffer.from("0123456789")), ...framer.push(Buffer.from("abc\n*IDN?\n"))];
  assert.equal(framed.length, 2);
  assert.ok("overrun" in (framed[0] as object));
  assert.equal(Buffer.from((framed[1] as { message: Uint8Array }).message).toString(), "*IDN?");
});
