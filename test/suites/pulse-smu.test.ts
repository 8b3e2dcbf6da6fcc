import { pulseSmuSuite } from "./pulse-smu.suite.js";
import { resistorBench } from "./smu-bench.js";

const b2900 = { width_s: 100e-6, slack_s: 1e-6, base: true };
pulseSmuSuite("virtual Keysight B2902A, vxi11", resistorBench("keysight-b2900", "B2902A", "vxi11"), b2900);
pulseSmuSuite("virtual Keysight B2902A, hislip", resistorBench("keysight-b2900", "B2902A", "hislip"), b2900);

const touch = { width_s: 500e-6, slack_s: 1e-6, base: false };
pulseSmuSuite("virtual Keithley 2461, socket", resistorBench("keithley-2450", "2461", "socket"), touch);
pulseSmuSuite("virtual Keithley 2461, vxi11", resistorBench("keithley-2450", "2461", "vxi11"), touch);

// Between an event and what it begins the virtual one takes nothing; a source step takes 20 µs.
const tsp = { width_s: 200e-6, slack_s: 2e-6, base: true };
pulseSmuSuite("virtual Keithley 2602B, socket", resistorBench("keithley-2600", "2602B", "socket"), tsp);
pulseSmuSuite("virtual Keithley 2636B, channel 2, vxi11", resistorBench("keithley-2600", "2636B", "vxi11", 2), tsp);
