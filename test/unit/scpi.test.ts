import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { MemrigError } from "../../src/errors.js";
import {
  ScpiClient,
  blockMessage,
  encodeBlock,
  keithleyTouchErrors,
  parseBoolean,
  parseNumber,
  parseNumbers,
  quoted,
  scpiErrors,
  unquoted,
} from "../../src/scpi/index.js";
import { sci } from "../../src/units.js";
import { openSession } from "../../src/visa/index.js";
import { asked, scriptedInstrument, told } from "../support/scripted-instrument.js";
import type { Turn } from "../support/scripted-instrument.js";

const noError = asked(":SYST:ERR?", '0,"No error;0;0 0"');

async function withClient(script: readonly Turn[], action: (client: ScpiClient) => Promise<void>): Promise<void> {
  const instrument = await scriptedInstrument(script);
  try {
    const session = await openSession(instrument.resource, { timeout_ms: 2000 });
    try {
      await action(new ScpiClient(session, "smu", keithleyTouchErrors));
    } finally {
      await session.close();
    }
    instrument.finished();
  } finally {
    await instrument.close();
  }
}

test("numbers written for an instrument are read back as the same double", () => {
  fc.assert(
    fc.property(fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 1 }), (values) => {
      const read = parseNumbers(values.map(sci).join(","));
      assert.deepEqual(
        [...read],
        values.map((value) => value + 0 || 0),
      );
    }),
  );
});

test("the SCPI words for no number and for overflow are not taken for readings", () => {
  assert.ok(Number.isNaN(parseNumber("+9.91E37")));
  assert.equal(parseNumber("9.9E37"), Infinity);
  assert.equal(parseNumber("-9.90000000E+37"), -Infinity);
});

test("what is no number is refused and quoted", () => {
  assert.throws(() => parseNumbers("1.0,****,2"), /"\*\*\*\*" came where a number was asked for \(value 2\)/);
  assert.throws(() => parseNumbers(""), MemrigError);
  assert.throws(() => parseNumber(" "), MemrigError);
  assert.throws(() => parseBoolean("2"), MemrigError);
});

test("strings come back from their quotes as they went in", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      assert.equal(unquoted(quoted(text)), text);
    }),
  );
});

test("a block tells its length in as many digits as it needs", () => {
  assert.equal(Buffer.from(encodeBlock(new Uint8Array(0))).toString(), "#10");
  assert.equal(Buffer.from(encodeBlock(new Uint8Array(1000)).subarray(0, 6)).toString(), "#41000");
  assert.equal(Buffer.from(blockMessage("DATA:ARB X,", Buffer.from("ab"))).toString(), "DATA:ARB X,#12ab\n");
});

test("the error queue is read in both dialects", () => {
  assert.equal(scpiErrors.parse('+0,"No error"'), undefined);
  assert.deepEqual(scpiErrors.parse('-222,"Data out of range; value clipped to upper limit"'), {
    code: -222,
    text: "Data out of range; value clipped to upper limit",
  });
  assert.equal(keithleyTouchErrors.parse('0,"No error;0;0 0"'), undefined);
  assert.deepEqual(keithleyTouchErrors.parse('-113,"Undefined header;1;2016/03/09 14:25:32.001"'), {
    code: -113,
    text: "Undefined header",
  });
  assert.throws(() => scpiErrors.parse("banana"), /"banana" came where an entry of the error queue/);
});

test("a command resolves only after the error queue was found empty", async () => {
  await withClient([...told(":OUTP OFF"), noError], async (client) => client.command(":OUTP OFF"));
});

test("several commands cost one look at the error queue", async () => {
  await withClient([...told("A 1", "B 2", "C 3"), noError], async (client) => client.commands(["A 1", "B 2", "C 3"]));
});

test("a refused command carries every error of the queue and the command", async () => {
  const script = [
    ...told(":SOUR:VOLT:ILIM 5"),
    asked(":SYST:ERR?", '-222,"Parameter data out of range;1;2026/01/02 03:04:05.678"'),
    asked(":SYST:ERR?", '-221,"Settings conflict;1;2026/01/02 03:04:05.679"'),
    noError,
  ];
  await withClient(script, async (client) => {
    await assert.rejects(client.command(":SOUR:VOLT:ILIM 5"), (error: MemrigError) => {
      assert.equal(error.kind, "instrument-refused");
      const expected =
        'smu refused what it was told: -222 "Parameter data out of range", -221 "Settings conflict". ' +
        "Sent was: :SOUR:VOLT:ILIM 5";
      assert.equal(error.message, expected);
      return true;
    });
  });
});

test("a question that gets no answer is explained by the error queue", async () => {
  const script = [
    ...told(":SENS:CURR:PROT?"),
    asked(":SYST:ERR?", '-113,"Undefined header;1;2026/01/02 03:04:05.678"'),
    noError,
  ];
  await withClient(script, async (client) => {
    await assert.rejects(client.query(":SENS:CURR:PROT?", { timeout_ms: 50 }), (error: MemrigError) => {
      assert.equal(error.kind, "instrument-refused");
      assert.match(error.message, /smu gave no answer to :SENS:CURR:PROT\?, but queued -113 "Undefined header"/);
      return true;
    });
  });
});

test("a reply that is not a number names the instrument and the question", async () => {
  await withClient([asked(":SYST:LFR?", "fifty")], async (client) => {
    await assert.rejects(client.queryNumber(":SYST:LFR?"), /^MemrigError: smu, :SYST:LFR\?: "fifty" came/);
  });
});
