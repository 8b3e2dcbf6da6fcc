import assert from "node:assert/strict";
import { test } from "node:test";
import type { MemrigError } from "../../src/errors.js";
import { openSession } from "../../src/visa/index.js";
import { LinkEndpoint, serveHislip, serveSocket, serveVxi11 } from "../../src/virtual/links/index.js";
import { servePrologix } from "../../src/virtual/links/prologix/server.js";
import { IDENTITY, transportInstrument } from "./transport-instrument.js";

// docs/notes/locks.md: a lock keeps out who knows of locks, and nobody else.

test("a lock taken over VXI-11 keeps HiSLIP clients out and the other way round; raw sockets and GPIB are answered", async (t) => {
  const endpoint = new LinkEndpoint(transportInstrument().scpi);
  const vxi11 = await serveVxi11(new Map([["inst0", endpoint]]), "127.0.0.1", { portmapper: false });
  const hislip = await serveHislip(new Map([["hislip0", endpoint]]), "127.0.0.1");
  const socket = await serveSocket(endpoint, "127.0.0.1", 0);
  const gpib = await servePrologix(new Map([["12", endpoint]]), "127.0.0.1", 0);
  const overVxi11 = await openSession(`TCPIP0::127.0.0.1,${vxi11.port}::inst0::INSTR`);
  const overHislip = await openSession(`TCPIP0::127.0.0.1::hislip0,${hislip.port}::INSTR`);
  const overSocket = await openSession(`TCPIP0::127.0.0.1::${socket.port}::SOCKET`);
  const overGpib = await openSession(`PRLGX-TCPIP0::127.0.0.1::${gpib.port}::12::INSTR`);
  t.after(async () => {
    for (const session of [overVxi11, overHislip, overSocket, overGpib]) await session.close();
    for (const server of [vxi11, hislip, socket, gpib]) await server.close();
  });
  const busy = (error: MemrigError) => error.kind === "busy";

  await overVxi11.lock();
  await assert.rejects(overHislip.query("*IDN?"), busy);
  for (const free of [overVxi11, overSocket, overGpib]) assert.equal(await free.query("*IDN?"), IDENTITY);
  await overVxi11.unlock();

  await overHislip.lock();
  await assert.rejects(overVxi11.query("*IDN?"), busy);
  for (const free of [overHislip, overSocket, overGpib]) assert.equal(await free.query("*IDN?"), IDENTITY);
});

test("a raw socket has no END: replies nobody read wait in line, and none is interrupted", async (t) => {
  const endpoint = new LinkEndpoint(transportInstrument().scpi);
  const server = await serveSocket(endpoint, "127.0.0.1", 0);
  const session = await openSession(`TCPIP0::127.0.0.1::${server.port}::SOCKET`);
  t.after(async () => {
    await session.close();
    await server.close();
  });
  await session.write(":ECHO? 'one'");
  await session.write(":ECHO? 'two'");
  assert.deepEqual([await session.read(), await session.read()], ["one", "two"]);
  assert.equal(await session.query(":SYST:ERR?"), '0,"No error"');
});
