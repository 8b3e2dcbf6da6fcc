import { test } from "node:test";
import { fuzzHislip } from "./hislip-fuzz.js";

test("80000 HiSLIP clients that send a million messages of any kind leave the server serving, and nothing behind", () =>
  fuzzHislip(80_000));
