import assert from "node:assert/strict";
import { test } from "node:test";
import { drivers } from "../../drivers/index.js";
import { openSession } from "../../src/visa/index.js";
import type { LinkKind } from "../../src/virtual/bench-plan.js";
import { smuWiring, virtualBench } from "../support/virtual-bench.js";

const never = new AbortController().signal;

/** About 2500 levels of each kind that a driver sends in its own way. */
const shapes = {
  "there and back": Array.from({ length: 2499 }, (_, i) => (i <= 1249 ? i : 2498 - i) / 1250),
  "up only": Array.from({ length: 2500 }, (_, i) => i / 2500),
  "of no shape": Array.from({ length: 2500 }, (_, i) => ((i * 7) % 11) / 10).fill(0, 2499),
};

for (const [driver, model, link] of [
  ["keithley-2450", "2450", "socket"],
  ["keithley-2450", "2450", "hislip"],
  ["keithley-2600", "2602B", "socket"],
  ["keithley-2400", "2400", "prologix"],
  ["keysight-b2900", "B2912A", "hislip"],
  ["keithley-4200a", "4200A-SCS", "socket"],
] as const satisfies readonly (readonly [string, string, LinkKind])[]) {
  for (const [shape, levels] of Object.entries(shapes)) {
    test(`${driver}, ${link}: a sweep of ${levels.length} points, ${shape}, is at most 10 messages`, async () => {
      const dut = { id: "R", model: "resistor", parameters: { R: 1000 } };
      const bench = await virtualBench([{ label: "smu", driver, model }], smuWiring("smu"), dut, link);
      const sent: string[] = [];
      try {
        const entry = drivers.get(driver);
        assert.ok(entry?.kind === "smu");
        const session = await openSession(bench.resource("smu"), {
          ...entry.session,
          onWire: (event) => void (event.kind === "sent" && sent.push(event.text.trimEnd())),
        });
        try {
          const smu = await entry.open(session, "smu");
          await smu.outputIsOn(); // as a bench does when it connects
          sent.length = 0;
          const plan = { drive: "voltage", levels, cycles: 1, compliance: 0.1, dwell_s: 2e-3 } as const;
          let readings = 0;
          for await (const block of smu.sweep(plan, never)) readings += block.length;
          assert.equal(readings, levels.length);
          const shown = sent.map((text) => text.slice(0, 60)).join("\n");
          assert.ok(sent.length <= 10, `${sent.length} messages:\n${shown}`);
        } finally {
          await session.close();
        }
      } finally {
        await bench.close();
      }
    });
  }
}
