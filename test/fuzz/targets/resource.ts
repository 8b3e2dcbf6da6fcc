import assert from "node:assert/strict";
import { MemrigError } from "../../../src/errors.js";
import { formatResource, parseResource } from "../../../src/visa/index.js";
import type { Target } from "../harness.js";
import { texts } from "../inputs.js";
import type { Stream } from "../inputs.js";

const language = [
  ...[
    "TCPIP",
    "TCPIP0",
    "GPIB",
    "GPIB0",
    "USB",
    "USB0",
    "ASRL",
    "ASRL3",
    "ASRL/dev/ttyUSB0",
    "PRLGX-TCPIP",
    "PRLGX-ASRL1",
  ],
  ...[
    "::",
    "::",
    "::",
    "::",
    ":",
    "INSTR",
    "::INSTR",
    "SOCKET",
    "::SOCKET",
    "INTFC",
    "RAW",
    "hislip0",
    "inst0",
    "gpib0,5",
  ],
  ...[
    "192.168.1.5",
    "[::1]",
    "[fe80::1%eth0]",
    "[",
    "]",
    "host",
    "5025",
    "0",
    "30",
    "31",
    "0x05E6",
    "65536",
    ",4880",
    ",",
    " ",
  ],
] as const;

export const resourceNames: Target<Stream> = {
  name: "resource names",
  input: texts(language, 10),
  run({ bytes }) {
    const text = bytes.toString("latin1");
    let resource;
    try {
      resource = parseResource(text);
    } catch (error) {
      assert.ok(error instanceof MemrigError && error.kind === "invalid-request", String(error));
      return;
    }
    const name = formatResource(resource);
    assert.deepEqual(parseResource(name), resource, `${JSON.stringify(text)} is written ${JSON.stringify(name)}`);
  },
};
