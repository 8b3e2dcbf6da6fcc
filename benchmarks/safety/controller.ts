// Opens a bench, turns its outputs on, says so, and holds them until it is killed: see ../safety.ts.
import { loadBench, openBench } from "../../src/bench/index.js";

const bench = await openBench(await loadBench(process.argv[2] ?? ""));
for (const found of bench.instruments) {
  if (found.kind === "smu") {
    const signal = new AbortController().signal;
    await found.instrument.hold({ drive: "voltage", level: 1, compliance: 1e-4 }, signal);
  } else if (found.kind === "awg") {
    await found.instrument.setWaveform(1, {
      waveform: { shape: "sine", frequency_Hz: 1000 },
      low_V: -1,
      high_V: 1,
      limit: { low_V: -1, high_V: 1 },
    });
    await found.instrument.outputOn(1);
  }
}
process.stdout.write("on\n");
setInterval(() => undefined, 1000);
