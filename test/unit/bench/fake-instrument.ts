import { createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import type { TestContext } from "node:test";

/** An instrument that knows `:OUTP ON`, `:OUTP OFF`, `:OUTP?`, its level and its name, on a real socket. */
export interface FakeInstrument {
  readonly port: number;
  readonly resource: string;
  /** Everything it was sent, a message a line. */
  readonly heard: readonly string[];
  on: boolean;
  /** What `:SOUR:VOLT?` answers and `:SOUR:VOLT` sets, volts. */
  level_V: number;
  /** Takes connections and messages, and answers nothing. */
  hung: boolean;
  /** A question that it does not answer. */
  unanswered: string;
  close(): Promise<void>;
}

export async function fakeInstrument(t: TestContext, identity = "ACME,FAKE,1,1"): Promise<FakeInstrument> {
  const heard: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy()); // the other end was killed: what these tests are about
    socket.on("close", () => sockets.delete(socket));
    let text = "";
    socket.setEncoding("latin1").on("data", (piece: string) => {
      const lines = (text + piece).split("\n");
      text = lines.pop() ?? "";
      for (const line of lines) obey(line.trim(), socket);
    });
  });
  const instrument = { port: 0, resource: "", heard, on: false, level_V: 0, hung: false, unanswered: "", close };
  function obey(line: string, socket: Socket): void {
    if (instrument.hung) return;
    heard.push(line);
    if (line === instrument.unanswered) return;
    const set = /^:SOUR:VOLT (.*)$/.exec(line);
    if (set) instrument.level_V = Number(set[1]);
    if (line === ":SOUR:VOLT?") socket.write(`${instrument.level_V.toExponential(6)}\n`);
    if (line === ":OUTP ON") instrument.on = true;
    if (line === ":OUTP OFF") instrument.on = false;
    if (line === ":OUTP?") socket.write(instrument.on ? "1\n" : "0\n");
    if (line === "*IDN?") socket.write(`${identity}\n`);
    if (line === ":SYST:ERR?") socket.write('+0,"No error"\n');
  }
  async function close(): Promise<void> {
    for (const socket of sockets) socket.destroy();
    if (server.listening) await new Promise((resolve) => server.close(resolve));
  }
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(close);
  instrument.port = (server.address() as AddressInfo).port;
  instrument.resource = `TCPIP0::127.0.0.1::${instrument.port}::SOCKET`;
  return instrument;
}
