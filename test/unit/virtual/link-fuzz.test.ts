import { test } from "node:test";
import { fuzzCore, fuzzExchange, fuzzStream } from "./link-fuzz.js";

test("3000 core channel calls with any arguments are each answered, and nothing is left behind", () => fuzzCore(3000));

test("300 streams of anything leave a VXI-11 server serving", () => fuzzStream(300));

test("whatever is done to a message exchange 2000 times, it answers again after a device clear", () =>
  fuzzExchange(2000));
