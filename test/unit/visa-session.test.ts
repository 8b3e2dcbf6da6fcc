import assert from "node:assert/strict";
import net from "node:net";
import { test } from "node:test";
import fc from "fast-check";
import { MemrigError } from "../../src/errors.js";
import { openSession } from "../../src/visa/index.js";
import type { Session, SessionOptions, WireEvent } from "../../src/visa/index.js";
import { eventually } from "../support/cli.js";
import { asked, scriptedInstrument, told } from "../support/scripted-instrument.js";
import type { ScriptedInstrument, Turn } from "../support/scripted-instrument.js";

async function withInstrument(
  script: readonly Turn[],
  action: (session: Session, instrument: ScriptedInstrument) => Promise<void>,
  options: SessionOptions = {},
): Promise<void> {
  const instrument = await scriptedInstrument(script);
  try {
    const session = await openSession(instrument.resource, options);
    try {
      await action(session, instrument);
    } finally {
      await session.close();
    }
    instrument.finished();
  } finally {
    await instrument.close();
  }
}

const block = (data: Uint8Array) => {
  const digits = String(data.length);
  return Buffer.concat([Buffer.from(`#${digits.length}${digits}`), data, Buffer.from("\n")]);
};

test("a reply is whole however the network cuts it", async () => {
  const identity = "KEITHLEY INSTRUMENTS,MODEL 2450,04610529,1.7.12b";
  await withInstrument([{ expect: "*IDN?", answer: identity, pieces: 7 }], async (session) => {
    assert.equal(await session.query("*IDN?"), identity);
  });
});

test("a CR before the LF is not part of the reply", async () => {
  await withInstrument([asked("*OPC?", Buffer.from("1\r\n"))], async (session) => {
    assert.equal(await session.query("*OPC?"), "1");
  });
});

test("a block of any length and content arrives unchanged, in any pieces, and the next reply is not disturbed", async () => {
  const cases = fc.sample(
    fc.record({
      data: fc.oneof(fc.uint8Array({ maxLength: 3 }), fc.uint8Array({ minLength: 0, maxLength: 70_000 })),
      pieces: fc.integer({ min: 1, max: 9 }),
    }),
    { numRuns: 60, seed: 1 },
  );
  cases.push({ data: new Uint8Array(300_000).fill(0x0a), pieces: 3 });
  const script = cases.flatMap(({ data, pieces }): Turn[] => [
    { expect: "CURV?", answer: block(data), pieces },
    asked("*OPC?", "1"),
  ]);
  await withInstrument(script, async (session) => {
    for (const { data } of cases) {
      const got = await session.queryBlock("CURV?");
      assert.deepEqual(Buffer.from(got), Buffer.from(data));
      assert.equal(await session.query("*OPC?"), "1");
    }
  });
});

test("a block is laid into the caller's memory where it fits", async () => {
  const memory = new Uint8Array(16);
  await withInstrument([asked("CURV?", block(Buffer.from("abcd")))], async (session) => {
    const got = await session.queryBlock("CURV?", { into: memory });
    assert.equal(got.buffer, memory.buffer);
    assert.equal(Buffer.from(got).toString(), "abcd");
  });
});

test("an indefinite block is read where its length is known, and refused where it is not", async () => {
  const doubles = Buffer.alloc(16);
  doubles.writeDoubleLE(1.5, 0);
  doubles.writeDoubleLE(-2.25, 8);
  const reply = Buffer.concat([Buffer.from("#0"), doubles, Buffer.from("\n")]);
  await withInstrument([asked("TRAC?", reply), asked("TRAC?", reply)], async (session) => {
    const values = await session.queryBinaryValues("TRAC?", { type: "f64", bigEndian: false, count: 2 });
    assert.deepEqual([...values], [1.5, -2.25]);
    await assert.rejects(session.queryBlock("TRAC?"), /a block without a length/);
  });
});

test("binary values are read in both byte orders, from odd offsets, into the caller's array", async () => {
  const big = Buffer.from([0x7f, 0xff, 0x80, 0x01]);
  const little = Buffer.from([0xff, 0x7f, 0x01, 0x80]);
  const memory = new Float64Array(10);
  await withInstrument([asked("A?", block(big)), asked("B?", block(little))], async (session) => {
    const first = await session.queryBinaryValues("A?", { type: "i16", bigEndian: true, into: memory });
    assert.deepEqual([...first], [32767, -32767]);
    assert.equal(first.buffer, memory.buffer);
    const second = await session.queryBinaryValues("B?", { type: "u16", bigEndian: false });
    assert.deepEqual([...second], [32767, 32769]);
  });
});

test("who listens on the wire is shown a block byte for byte, also where it is asked for as numbers", async () => {
  const seen: Buffer[] = [];
  const onWire = (event: WireEvent) => {
    if (event.kind === "received" && event.block) seen.push(Buffer.from(event.block));
  };
  const script = [asked("A?", block(Buffer.from("0102ff", "hex"))), asked("B?", block(Buffer.from("0a0d", "hex")))];
  await withInstrument(
    script,
    async (session) => {
      const values = await session.queryBinaryValues("A?", { type: "u8", bigEndian: false });
      assert.deepEqual([...values], [1, 2, 255]);
      await session.queryBlock("B?");
    },
    { onWire },
  );
  assert.deepEqual(
    seen.map((bytes) => bytes.toString("hex")),
    ["0102ff", "0a0d"],
  );
});

test("text where a block was asked for is quoted in the error", async () => {
  await withInstrument([asked("CURV?", "+9.9E37")], async (session) => {
    await assert.rejects(session.queryBlock("CURV?"), (error: MemrigError) => {
      assert.equal(error.kind, "bad-reply");
      assert.match(error.message, /a block was expected, "\+9\.9E37" came/);
      return true;
    });
  });
});

test("questions asked at the same time are answered each with its own reply", async () => {
  const script = Array.from({ length: 20 }, (_, i) => asked(`Q${i}?`, `A${i}`));
  await withInstrument(script, async (session) => {
    const replies = await Promise.all(Array.from({ length: 20 }, (_, i) => session.query(`Q${i}?`)));
    assert.deepEqual(
      replies,
      Array.from({ length: 20 }, (_, i) => `A${i}`),
    );
  });
});

test("a reply that nobody waited for does not answer the next question", async () => {
  const events: WireEvent[] = [];
  const onWire = (event: WireEvent) => events.push(event);
  const script = [{ expect: "A?;*OPC?", answer: Buffer.from("1\n2\n") }, asked("B?", "3")];
  await withInstrument(
    script,
    async (session) => {
      assert.equal(await session.query("A?;*OPC?"), "1");
      assert.equal(await session.query("B?"), "3");
    },
    { onWire },
  );
  assert.ok(events.some((event) => event.kind === "received" && event.dropped === true && event.text === "2\n"));
});

test("after a time-out the late reply is lost with its connection, and the next question gets its own answer", async () => {
  const late: (() => void)[] = [];
  const server = net.createServer((socket) => {
    socket.on("error", () => undefined);
    socket.on("data", (data) => {
      if (data.toString() === "SLOW?\n") late.push(() => socket.write("too late\n"));
      else socket.write("in time\n");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as net.AddressInfo;
  const session = await openSession(`TCPIP::127.0.0.1::${port}::SOCKET`);
  try {
    await assert.rejects(session.query("SLOW?", { timeout_ms: 50 }), (error: MemrigError) => {
      assert.equal(error.kind, "no-answer");
      assert.match(error.message, /SLOW\?: no answer within 0\.05 s, nothing came/);
      assert.equal(error.details["command"], "SLOW?");
      return true;
    });
    for (const answer of late) answer();
    assert.equal(await session.query("FAST?"), "in time");
  } finally {
    await session.close();
    server.close();
  }
});

test("a time-out in mid-reply says how many bytes came, and which", async () => {
  await withInstrument([asked("TRAC?", Buffer.from("1.25,3."))], async (session) => {
    await assert.rejects(session.query("TRAC?", { timeout_ms: 50 }), /7 bytes came, "1\.25,3\."/);
  });
});

test("an abort ends a waiting question at once", async () => {
  await withInstrument([asked("FIRST?", "1"), ...told("SLOW?")], async (session, instrument) => {
    assert.equal(await session.query("FIRST?"), "1");
    const stop = new AbortController();
    const question = session.query("SLOW?", { signal: stop.signal, timeout_ms: 60_000 });
    const aborted = assert.rejects(question, (error: MemrigError) => error.kind === "aborted");
    while (!instrument.heard.includes("SLOW?")) await new Promise<void>((resolve) => setImmediate(resolve));
    stop.abort();
    await aborted;
  });
});

test("an abort before the call sends nothing and keeps the connection", async () => {
  await withInstrument([asked("*OPC?", "1")], async (session) => {
    await assert.rejects(session.write("OUTP ON", { signal: AbortSignal.abort() }), /before anything was sent/);
    assert.equal(await session.query("*OPC?"), "1");
  });
});

test("an instrument that hangs up in the middle of a question is named, and the next call connects anew", async () => {
  const script: Turn[] = [{ expect: "A?" }, { hangUp: true }, asked("B?", "2")];
  await withInstrument(script, async (session) => {
    await assert.rejects(session.query("A?"), /A\?: the instrument closed the connection/);
    assert.equal(await session.query("B?"), "2");
  });
});

test("an instrument that hung up while nobody spoke is reported once: its settings may be gone", async () => {
  const script: Turn[] = [asked("A?", "1"), { hangUp: true }, asked("B?", "2")];
  await withInstrument(script, async (session) => {
    assert.equal(await session.query("A?"), "1");
    // The hang-up reaches this side a little later than the answer.
    const deadline = Date.now() + 5000;
    let failure: unknown;
    while (failure === undefined && Date.now() < deadline) {
      await new Promise<void>((resolve) => setImmediate(resolve));
      failure = await session.read({ timeout_ms: 20 }).then(
        () => undefined,
        (error: unknown) =>
          error instanceof MemrigError && /closed the connection/.test(error.message) ? error : undefined,
      );
    }
    assert.ok(failure instanceof MemrigError);
    assert.equal(await session.query("B?"), "2");
  });
});

test("a port where nobody listens is refused with what to look at", async () => {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as net.AddressInfo;
  await new Promise<void>((resolve) => server.close(() => resolve()));
  await assert.rejects(openSession(`TCPIP::127.0.0.1::${port}::SOCKET`), (error: MemrigError) => {
    assert.equal(error.kind, "no-answer");
    assert.match(error.message, /connection was refused: nothing listens there/);
    return true;
  });
});

test("a closed session says so", async () => {
  await withInstrument([], async (session) => {
    await session.close();
    await assert.rejects(session.write("*CLS"), /this session is closed/);
  });
});

test("a block behind a response header is read, also where it comes in pieces and a line end was left over", async () => {
  const reply = Buffer.concat([
    Buffer.from("\nC1:WF ALL,#9000000003"),
    Buffer.from("0a23ff", "hex"),
    Buffer.from("\n\n"),
  ]);
  for (const pieces of [1, 7]) {
    await withInstrument([{ expect: "C1:WF? DAT2", answer: reply, pieces }], async (session) => {
      assert.deepEqual([...(await session.queryBlock("C1:WF? DAT2"))], [0x0a, 0x23, 0xff]);
    });
  }
});

test("a session that is closed while it connects leaves no connection behind", async (t) => {
  const open = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    open.add(socket.resume());
    socket.on("error", () => undefined); // the session leaves as it likes
    socket.on("close", () => open.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.close());
  const { port } = server.address() as net.AddressInfo;
  const session = await openSession(`TCPIP0::127.0.0.1::${port}::SOCKET`);
  const again = assert.rejects(session.clear(), /closed meanwhile/);
  await session.close();
  await again;
  await eventually("every connection has ended", 5, () => open.size === 0 || undefined);
});
