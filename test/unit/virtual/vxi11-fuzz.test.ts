import { test } from "node:test";
import { fuzzCore, fuzzStream } from "./vxi11-fuzz.js";

test("3000 core channel calls with any arguments are each answered, and nothing is left behind", () => fuzzCore(3000));

test("300 streams of anything leave a VXI-11 server serving", () => fuzzStream(300));
