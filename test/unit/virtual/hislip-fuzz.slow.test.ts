import { test } from "node:test";
import { fuzzClient, fuzzHislip } from "./hislip-fuzz.js";

test("80000 HiSLIP clients that send a million messages of any kind leave the server serving, and nothing behind", () =>
  fuzzHislip(80_000));

test("20000 HiSLIP servers that answer with anything and hang up end the question, well or in words", () =>
  fuzzClient(20_000));
