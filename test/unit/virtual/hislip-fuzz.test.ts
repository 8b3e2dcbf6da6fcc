import { test } from "node:test";
import { fuzzClient, fuzzHislip } from "./hislip-fuzz.js";

test("1000 HiSLIP clients that send anything on both channels leave the server serving, and nothing behind", () =>
  fuzzHislip(1000));

test("200 HiSLIP servers that answer with anything and hang up end the question, well or in words", () =>
  fuzzClient(200));
