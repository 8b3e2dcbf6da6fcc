/** Holds a voltage and reads the current again and again: does the state decay while it is looked at? */
import { count, defineProtocol, metricOf, numbersOf, quantity, z } from "memrig";

export default defineProtocol({
  name: "hold-and-read",
  title: "Current at a held voltage, read again and again",
  description:
    "Holds one voltage under a compliance and reads voltage and current at a steady pace. Off before and after.",
  parameters: z.strictObject({
    level: quantity("V", "voltage that is held", { default: 0.1 }),
    compliance: quantity("A", "current limit", { default: 10e-6, above: 0 }),
    every: quantity("s", "time between readings", { default: 0.01, above: 0 }),
    readings: count("number of readings", { default: 20 }),
  }),
  needs: "smu",
  tables: [
    {
      name: "readings",
      columns: [
        { name: "time_s", type: "f64", unit: "s", description: "since the first reading" },
        { name: "voltage_V", type: "f64", unit: "V", description: "measured" },
        { name: "current_A", type: "f64", unit: "A", description: "measured" },
      ],
    },
  ],
  cost: ({ readings, every }) => ({ rows: readings, duration_s: readings * every }),
  extremes: ({ level, compliance }) => ({ voltage_V: Math.abs(level), current_A: compliance }),

  async *run(smu, plan, context) {
    context.atEnd(() => smu.makeSafe()); // whatever happens
    const { level, compliance, every, readings } = plan;
    await smu.hold({ drive: "voltage", level, compliance }, context.signal);
    for (let k = 0; k < readings; k += 1) {
      const { voltage_V, current_A } = await smu.measure(1);
      yield { table: "readings", rows: [{ time_s: k * every, voltage_V, current_A }] };
      await context.wait(every);
    }
  },

  analyse: ({ readings }) => ({ current_A: metricOf(numbersOf(readings, "current_A")) }),

  figures: ({ readings }) => [
    {
      name: "current",
      title: "Current at a held voltage",
      x: { label: "Time", unit: "s", scale: "linear" },
      y: { label: "Current", unit: "A", scale: "linear" },
      series: [
        {
          name: "measured",
          style: "points",
          x: numbersOf(readings, "time_s"),
          y: numbersOf(readings, "current_A"),
        },
      ],
    },
  ],
});
