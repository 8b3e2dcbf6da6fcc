import { test } from "node:test";
import { fuzzHislip } from "./hislip-fuzz.js";

test("1000 HiSLIP clients that send anything on both channels leave the server serving, and nothing behind", () =>
  fuzzHislip(1000));
