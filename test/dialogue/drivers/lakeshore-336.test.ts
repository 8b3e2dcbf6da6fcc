import assert from "node:assert/strict";
import { test } from "node:test";
import { lakeshore336 } from "../../../drivers/thermal/lakeshore-336.js";
import { MemrigError } from "../../../src/errors.js";
import type { Session } from "../../../src/visa/index.js";
import { dialogue } from "../../support/dialogue.js";
import { asked, told } from "../../support/scripted-instrument.js";
import type { Turn } from "../../support/scripted-instrument.js";

const hello = asked("*IDN?", "LSCI,MODEL336,336A1AB/#######,2.9\r");
const open = (session: Session) => lakeshore336.open(session, "stage");
const loop = asked("OUTMODE? 1", "1,1,0\r");
const kelvin = asked("INTYPE? A", "1,0,0,0,1\r");
const limit: Turn[] = [...told("TLIMIT A,320.000"), asked("TLIMIT? A", "+320.000\r")];

test("limit, then set-point, then heater: each is read back, because the controller keeps errors to itself", () =>
  dialogue(
    [
      hello,
      loop,
      kelvin,
      ...limit,
      ...told("RAMP 1,0,0.1"),
      asked("RAMP? 1", "0,+0.1\r"),
      ...told("SETP 1,300.000"),
      asked("SETP? 1", "+300.000\r"),
      ...told("RANGE 1,2"),
      asked("RANGE? 1", "2\r"),
    ],
    open,
    (stage) => stage.regulate({ output: 1, setpoint_K: 300, limit_K: 320, heaterRange: 2 }),
  ));

test("a ramp of a cold loop begins at the stage's temperature, not at an old set-point", () =>
  dialogue(
    [
      hello,
      loop,
      kelvin,
      ...limit,
      asked("RANGE? 1", "0\r"),
      ...told("RAMP 1,0,5.0"),
      asked("RAMP? 1", "0,+5.0\r"),
      asked("RDGST? A", "000\r"),
      asked("KRDG? A", "+295.012\r"),
      ...told("SETP 1,295.012"),
      asked("SETP? 1", "+295.012\r"),
      ...told("RAMP 1,1,5.0"),
      asked("RAMP? 1", "1,+5.0\r"),
      ...told("SETP 1,310.000", "RANGE 1,1"),
      asked("RANGE? 1", "1\r"),
    ],
    open,
    (stage) => stage.regulate({ output: 1, setpoint_K: 310, ramp_K_per_min: 5, limit_K: 320, heaterRange: 1 }),
  ));

test("a limit that the controller did not take leaves the heater off, and says so", () =>
  dialogue(
    [
      hello,
      loop,
      kelvin,
      ...told("TLIMIT A,320.000"),
      asked("TLIMIT? A", "+000.000\r"),
      ...told("RANGE 1,0"),
      asked("RANGE? 1", "0\r"),
    ],
    open,
    (stage) =>
      assert.rejects(
        stage.regulate({ output: 1, setpoint_K: 300, limit_K: 320, heaterRange: 2 }),
        (error: MemrigError) => error.kind === "instrument-refused" && /heater of output 1 is off/.test(error.message),
      ),
  ));

test("a loop whose set-points are in Celsius is refused: 300 would be 573 K", () =>
  dialogue([hello, loop, asked("INTYPE? A", "1,0,0,0,2\r")], open, (stage) =>
    assert.rejects(
      stage.regulate({ output: 1, setpoint_K: 300, limit_K: 320, heaterRange: 2 }),
      (error: MemrigError) => error.kind === "invalid-request" && /not kelvin/.test(error.message),
    ),
  ));

test("a sensor over its range is no temperature of zero kelvin", () =>
  dialogue([hello, asked("RDGST? B", "128\r")], open, (stage) =>
    assert.rejects(stage.temperature_K("B"), (error: MemrigError) => /is it open/.test(error.message)),
  ));

test("a loop that regulates nothing is refused before anything is set", () =>
  dialogue([hello, asked("OUTMODE? 2", "0,0,0\r")], open, (stage) =>
    assert.rejects(
      stage.regulate({ output: 2, setpoint_K: 300, limit_K: 320, heaterRange: 2 }),
      (error: MemrigError) => error.kind === "invalid-request",
    ),
  ));

test("four heaters go off, each by a message of its own", () =>
  dialogue(
    [
      hello,
      ...told("RANGE 1,0", "RANGE 2,0", "RANGE 3,0", "RANGE 4,0"),
      ...[1, 2, 3, 4].map((n) => asked(`RANGE? ${n}`, "0\r")),
    ],
    open,
    (stage) => stage.makeSafe(),
  ));
