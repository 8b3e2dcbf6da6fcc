import type { Axis, Figure, Series } from "../../../src/analysis/figure.js";
import {
  hodgkinHuxley,
  izhikevich,
  izhikevichPresets,
  lif,
  runNeuron,
  type NeuronModel,
} from "../../../src/simulator/neurons/index.js";

const time: Axis = { label: "Time", unit: "s", scale: "linear" };
const volts: Axis = { label: "Membrane potential", unit: "V", scale: "linear" };

/** The first state over time under a constant input. */
function trace(
  name: string,
  model: NeuronModel,
  parameters: Readonly<Record<string, number>>,
  input: number,
  stop_s: number,
  scale = 1,
): Series {
  const sample_s = stop_s / 2000;
  const { samples } = runNeuron(model, parameters, { stop_s, input, sample_s });
  const values = Array.from(samples[0] ?? [], (value) => value * scale);
  return { name, x: values.map((_, k) => k * sample_s), y: values, style: "line" };
}

export const neuronFigures: ReadonlyMap<string, () => Figure> = new Map([
  [
    "lif",
    () => ({
      name: "lif",
      title: "Leaky integrate-and-fire: 1.4, 2 and 4 nA",
      x: time,
      y: volts,
      series: [1.4e-9, 2e-9, 4e-9].map((input) => trace(`${input * 1e9} nA`, lif, {}, input, 60e-3)),
    }),
  ],
  [
    "hodgkin-huxley",
    () => ({
      name: "hodgkin-huxley",
      title: "Hodgkin-Huxley: 3 and 10 µA/cm2",
      x: time,
      y: volts,
      series: [0.03, 0.1].map((input) => trace(`${input * 100} µA/cm2`, hodgkinHuxley, {}, input, 60e-3)),
    }),
  ],
  [
    "izhikevich",
    () => ({
      name: "izhikevich",
      title: "Izhikevich: regular spiking, fast spiking, chattering; I = 10",
      x: time,
      y: volts,
      series: ["RS", "FS", "CH"].map((name) =>
        trace(name, izhikevich, { ...izhikevichPresets.get(name) }, 10, 0.15, 1e-3),
      ),
    }),
  ],
]);
