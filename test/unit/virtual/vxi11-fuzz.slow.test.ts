import { test } from "node:test";
import { fuzzCore } from "./vxi11-fuzz.js";

test("a million core channel calls with any arguments are each answered, and nothing is left behind", () =>
  fuzzCore(1_000_000));
