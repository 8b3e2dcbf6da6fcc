import { test } from "node:test";
import { find, needs } from "../support/needs.js";
import { transportSuite } from "./transport.suite.js";
import { serialTransport } from "./transports.js";

if (find("socat") !== undefined) transportSuite(serialTransport);
else test("serial line: the suite that every transport passes", (t) => void needs(t, "socat"));
