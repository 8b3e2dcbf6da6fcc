import { test } from "node:test";
import { fuzzHislipClient, fuzzHislipServer, fuzzServer, fuzzSocketClient, fuzzVxi11Client, kinds } from "./live.js";

for (const kind of kinds) {
  test(`a ${kind.name} server outlives 300 clients that send anything, and serves the next`, (t) =>
    fuzzServer(t, kind, 300));
}

test("a HiSLIP server outlives 200 clients that send anything on both channels, and serves the next", (t) =>
  fuzzHislipServer(t, 200));

test("100 HiSLIP servers that answer with anything and hang up end the question, well or in words", (t) =>
  fuzzHislipClient(t, 100));

test("60 raw sockets that answer with anything and hang up end the question, well or in words", (t) =>
  fuzzSocketClient(t, 60));

test("60 VXI-11 servers that answer with anything and hang up end the question, well or in words", (t) =>
  fuzzVxi11Client(t, 60));
