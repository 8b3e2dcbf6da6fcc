import assert from "node:assert/strict";
import { test } from "node:test";
import { drivers } from "../../../drivers/index.js";
import type { SafeState } from "../../../drivers/index.js";
import { driverFor, driverForModel } from "../../../src/bench/identify.js";
import { virtualInstruments } from "../../../src/virtual/instruments.js";
import { serveVirtualBench } from "../../../src/virtual/serve.js";

/** Replies to `*IDN?` as instruments of each family give them. */
const identities: Readonly<Record<string, readonly string[]>> = {
  "keithley-2400": ["KEITHLEY INSTRUMENTS INC.,MODEL 2400,1234567,C30   Mar 17 2006 09:29:29/A02  /K/J"],
  "keithley-2450": [
    "KEITHLEY INSTRUMENTS,MODEL 2450,04610529,1.7.12b",
    "KEITHLEY INSTRUMENTS,MODEL 2461,04610530,1.7.7b",
  ],
  "keithley-2600": ["Keithley Instruments Inc., Model 2636B, 4089999, 3.4.0"],
  "keithley-4200a": ["KEITHLEY INSTRUMENTS,KI4200A,1234567,V1.11"],
  "keysight-b2900": ["Keysight Technologies,B2912A,MY51140000,3.2.1928.1830", "Agilent Technologies,B2901A,MY5,1.0"],
  "keysight-33500": [
    "Agilent Technologies,33522B,MY52800123,2.09-1.19-2.00-52-00",
    "Keysight Technologies,33622A,MY53800123,A.02.03-3.15-03-64-02",
  ],
  "tektronix-afg": ["TEKTRONIX,AFG3022C,C010123,SCPI:99.0 FV:1.0.7", "TEKTRONIX,AFG31052,C012345,SCPI:99.0 FV:1.5.2"],
  "siglent-sdg": ["Siglent Technologies,SDG2042X,SDG2XCAX123456,2.01.01.35R3B2"],
  "rigol-dg": ["Rigol Technologies,DG1022Z,DG1ZA1234567,03.01.12", "Rigol Technologies,DG4162,DG4D1234567,00.01.12"],
  "keysight-infiniivision": ["KEYSIGHT TECHNOLOGIES,MSO-X 3104T,MY57123456,07.20.2017102614"],
  "tektronix-mso": [
    "TEKTRONIX,MSO54,C012345,CF:91.1CT FV:1.28.1.1234",
    "TEKTRONIX,MDO3024,B020857,CF:91.1CT FV:v1.30",
    "TEKTRONIX,DPO4054B,C010123,CF:91.1CT FV:v3.20",
    "TEKTRONIX,MDO4104-6,C000123,CF:91.1CT FV:v2.20",
  ],
  "rigol-scope": [
    "RIGOL TECHNOLOGIES,DS1104Z,DS1ZA123456789,00.04.04",
    "RIGOL TECHNOLOGIES,MSO5074,MS5A123456,00.01.03",
  ],
  "siglent-sds": [
    "Siglent Technologies,SDS1104X-E,SDSMMEBQ2R1234,8.2.6.1.37R9",
    "Siglent Technologies,SDS2104X Plus,SDS2PDDC6R0123,1.3.9R10",
    "Siglent Technologies,SDS824X HD,SDS08A0X802019,1.1.3.8",
  ],
  "rohde-schwarz-rtx": [
    "Rohde&Schwarz,RTB2004,1333.1005k04/100001,02.300",
    "Rohde&Schwarz,RTO,1316.1000k14/200153,4.50.1.0",
  ],
  "lakeshore-336": ["LSCI,MODEL336,LSA23AB/#######,2.9", "LSCI,MODEL335,335AAAA/#######,1.4"],
  "keithley-switch": [
    "KEITHLEY INSTRUMENTS INC.,MODEL 3706A,1234567,01.50a",
    "KEITHLEY INSTRUMENTS INC.,MODEL 707B,1,01.40",
  ],
};

test("every driver is known here by an identity, which only this driver takes as its own", () => {
  for (const [name, entry] of drivers) {
    assert.equal(entry.name, name);
    assert.ok(identities[name], `write how a ${name} answers *IDN? into this test`);
    for (const [owner, replies] of Object.entries(identities)) {
      for (const reply of replies) assert.equal(entry.identifies.test(reply), owner === name, `${name}: ${reply}`);
    }
  }
  for (const name of drivers.keys()) {
    for (const reply of identities[name] ?? []) assert.equal(driverFor(reply)?.name, name);
  }
  assert.equal(driverFor("ACME,FAKE,1,1"), undefined);
});

test("a model's name alone finds its driver, and one that nobody knows finds none", () => {
  assert.equal(driverForModel("2450")?.name, "keithley-2450");
  assert.equal(driverForModel("33512B")?.name, "keysight-33500");
  assert.equal(driverForModel("MSO-X 3104T")?.name, "keysight-infiniivision");
  assert.equal(driverForModel("9999"), undefined);
});

function checkSafe(name: string, kind: string, { halt, ramps, measured = [], off, isOn, cannotTell }: SafeState): void {
  for (const message of [...halt, ...off, ...isOn]) {
    assert.ok(message.trim() === message && message !== "" && !/[\r\n]/.test(message), `${name}: "${message}"`);
  }
  assert.ok(off.length > 0 || kind === "scope", `${name} says nothing that turns it off`);
  if (cannotTell !== undefined)
    assert.deepEqual({ isOn, ramps }, { isOn: [], ramps: [] }, `${name} can be asked after all`);
  else if (kind !== "scope" && kind !== "switch")
    assert.ok(isOn.length > 0, `${name} can not be asked whether it is off`);
  for (const ramp of ramps) {
    assert.equal(ramp.set.split("{level}").length, 2, `${name}: "${ramp.set}" has not one {level}`);
    assert.ok(isOn.includes(ramp.isOn), `${name}: a ramp asks ${ramp.isOn}, which is no question of the outputs`);
    assert.ok(["V", "A"].includes(ramp.unit));
    assert.notEqual(ramp.level, ramp.isOn);
    if (ramp.when) assert.ok(new RegExp(ramp.when.matches));
  }
  for (const { set, ranges, leastLimit_A } of measured) {
    for (const place of ["{level}", "{limit}", "{range}"])
      assert.equal(set.split(place).length, 2, `${name}: "${set}" has not one ${place}`);
    assert.ok(leastLimit_A > 0 && leastLimit_A <= 1e-6, `${name}: an output that was off is let too much through`);
    const reaches = ranges.map(({ upTo_V }) => upTo_V);
    assert.deepEqual(
      reaches,
      [...reaches].sort((a, b) => a - b),
      `${name}: the smallest range comes first`,
    );
  }
}

test("every driver says what makes it safe: off, asked, and a way to zero for what is held", () => {
  for (const [name, entry] of drivers) {
    checkSafe(name, entry.kind, entry.safe);
    for (const identity of identities[name] ?? []) {
      if (entry.safeOf) checkSafe(`${name} (${identity})`, entry.kind, entry.safeOf(identity));
    }
    // A guardian that turns two channels off and asks about one does not know.
    if (entry.safe.cannotTell !== undefined) {
      const way = (entry.safe.measured ?? []).length > 0;
      assert.ok(entry.kind !== "smu" || way, `${name} holds levels and has no way to zero`);
      continue;
    }
    if (entry.kind !== "scope" && entry.safe.off.length > entry.safe.isOn.length + entry.safe.halt.length) {
      assert.ok("safeOf" in entry, `${name} turns off more than it asks about, and no model has its own questions`);
    }
    if (entry.kind === "smu") {
      for (const unit of ["V", "A"]) {
        assert.ok(
          entry.safe.ramps.some((ramp) => ramp.unit === unit),
          `${name} holds levels and has no way to zero for ${unit}`,
        );
      }
    }
  }
});

test("every simulated instrument is taken by the driver of its name and by no other", async (t) => {
  const labels = new Map([...virtualInstruments.keys()].map((driver, k) => [`i${k}`, driver]));
  const bench = await serveVirtualBench({
    name: "all",
    instruments: [...labels].map(([label, driver]) => ({ label, driver })),
    dut: { id: "r", model: "resistor", parameters: { R: 1000 } },
    wiring: [],
    address: "127.0.0.1",
    ports: "any",
    time: "fast",
    seed: 1,
  });
  t.after(() => bench.close());
  for (const { driver, idn } of bench.instruments) assert.equal(driverFor(idn)?.name, driver, idn);
});
