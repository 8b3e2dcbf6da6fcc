import { test } from "node:test";
import { fuzzCore, fuzzExchange } from "./link-fuzz.js";

test("a million core channel calls with any arguments are each answered, and nothing is left behind", () =>
  fuzzCore(1_000_000));

test("whatever is done to a message exchange a million times, it answers again after a device clear", () =>
  fuzzExchange(1_000_000));
