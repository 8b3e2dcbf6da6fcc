/** Tasks of the tests of `runMany`: the voltage at which a seeded device switches on in a ramp, or what the item asks for. */
import { createDevice } from "../../src/simulator/index.js";

export interface Asked {
  readonly model: string;
  readonly seed: number;
  readonly sigma_device?: number;
  readonly refuse?: boolean;
  readonly leave?: boolean;
}

export function run({ model, seed, sigma_device, refuse, leave }: Asked, index: number) {
  if (refuse) throw new Error(`item ${index} was told to fail`);
  if (leave) process.exit(3);
  const device = createDevice(model, sigma_device === undefined ? {} : { sigma_device }, seed);
  const ramp = { emf: { times_s: [0, 1e-3], values: [0, 2.5] }, series_ohm: 1000, limit_A: Infinity };
  let switched_V = NaN;
  device.advance(1e-3, ramp, (_t0, v0, i0, _t1, _v1, i1) => {
    if (Number.isNaN(switched_V) && i0 < 3e-4 && i1 >= 3e-4) switched_V = v0;
  });
  return Float64Array.of(switched_V, device.current_A);
}
