import { test } from "node:test";
import { fuzzHislipClient, fuzzHislipServer, fuzzServer, fuzzSocketClient, fuzzVxi11Client, kinds } from "./live.js";

for (const kind of kinds) {
  test(`a ${kind.name} server outlives 20000 clients that send anything, and serves the next`, (t) =>
    fuzzServer(t, kind, 20_000));
}

test("a HiSLIP server outlives 80000 clients that send a million messages of any kind, and serves the next", (t) =>
  fuzzHislipServer(t, 80_000));

test("20000 HiSLIP servers that answer with anything and hang up end the question, well or in words", (t) =>
  fuzzHislipClient(t, 20_000));

test("2000 raw sockets that answer with anything and hang up end the question, well or in words", (t) =>
  fuzzSocketClient(t, 2000));

test("2000 VXI-11 servers that answer with anything and hang up end the question, well or in words", (t) =>
  fuzzVxi11Client(t, 2000));
