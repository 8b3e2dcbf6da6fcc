import assert from "node:assert/strict";
import { test } from "node:test";
import { parseBench } from "../../../src/bench/index.js";
import { stationOf } from "../../../src/bench/stations.js";
import type { SourceMeasureUnit } from "../../../src/capabilities/index.js";

const signal = new AbortController().signal;

/** Keeps what it was asked for, channel by channel. */
function asked(): { smu: SourceMeasureUnit; log: string[] } {
  const log: string[] = [];
  const say = (what: string, channel: number | undefined) => void log.push(`${what} ${channel}`);
  const smu: SourceMeasureUnit = {
    label: "smu",
    identity: { maker: "none", model: "fake", serial: "0", firmware: "0" },
    channels: 2,
    ranges: { maxVoltage_V: 20, maxCurrent_A: 1, maxPower_W: 20, minDwell_s: 1e-3 },
    // eslint-disable-next-line require-yield -- a sweep that has no readings
    async *sweep({ channel }) {
      say("sweep", channel);
    },
    hold: ({ channel }) => Promise.resolve(say("hold", channel)),
    measure: (channel) => {
      say("measure", channel);
      return Promise.resolve({ voltage_V: 0, current_A: 0, time_s: 0, inCompliance: false });
    },
    release: (channel) => Promise.resolve(say("release", channel)),
    makeSafe: () => Promise.resolve(),
    outputIsOn: () => Promise.resolve(false),
    close: () => Promise.resolve(),
  };
  return { smu, log };
}

test("a protocol that asks for channel 1 or none drives and reads the channel that is wired across the device, and only that", async () => {
  const text = [
    "name: second channel",
    "instruments: { smu: { driver: keithley-2600, resource: virtual } }",
    "dut: { id: R, model: resistor }",
    "wiring: { smu.2.high: dut.top, smu.2.low: dut.bottom }",
  ].join("\n");
  const { smu, log } = asked();
  const station = stationOf("smu", parseBench(text, "lab.yaml", { env: {} }), new Map([["smu", smu]]));
  await station.hold({ channel: 1, drive: "voltage", level: 1, compliance: 1e-3 }, signal);
  await station.hold({ drive: "voltage", level: 1, compliance: 1e-3 }, signal);
  await station.measure(1);
  await station.release(1);
  await station.sweep({ drive: "voltage", levels: [0], cycles: 1, compliance: 1e-3, dwell_s: 0.1 }, signal).next();
  assert.deepEqual(log, ["hold 2", "hold 2", "measure 2", "release 2", "sweep 2"]);
});
