import { test } from "node:test";
import { fuzzReader } from "./hislip-reader.js";

test("a million streams of anything never trouble the HiSLIP message reader", () => fuzzReader(1_000_000));
