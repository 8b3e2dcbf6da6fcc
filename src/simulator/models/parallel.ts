import type { Device } from "./device.js";

/** One of the devices, and where its states stand among all. */
interface Part {
  readonly device: Device;
  readonly from: number;
  readonly to: number;
}

/**
 * Devices that share both terminals: one voltage, the currents add, each keeps its own states and events. What a matrix
 * makes of two sites that are closed at once.
 *
 * @param states where each device stands now; its own states only, without a capacitor's voltage
 */
export function parallel(devices: readonly { readonly device: Device; readonly state: ArrayLike<number> }[]): Device {
  let size = 0;
  const parts: Part[] = devices.map(({ device }) => ({ device, from: size, to: (size += device.size) }));
  const own = (x: Float64Array, { from, to }: Part): Float64Array => x.subarray(from, to);
  const sum = (of: (part: Part) => number): number => parts.reduce((total, part) => total + of(part), 0);
  const emf_V = Math.max(0, ...devices.map(({ device }) => device.emf_V ?? 0));
  return {
    size,
    capacitance_F: sum(({ device }) => device.capacitance_F),
    initial: devices.flatMap(({ device, state }) => Array.from({ length: device.size }, (_, k) => state[k] ?? 0)),
    scale: devices.flatMap(({ device }) => device.scale),
    ...(emf_V === 0 ? {} : { emf_V }),
    fires: devices.some(({ device }) => device.fires !== false),
    current_A: (v, x) => sum((part) => part.device.current_A(v, own(x, part))),
    conductance_S: (v, x) => sum((part) => part.device.conductance_S(v, own(x, part))),
    currentByState(v, x, out) {
      for (const part of parts) part.device.currentByState(v, own(x, part), own(out, part));
    },
    rates(v, x, out) {
      for (const part of parts) part.device.rates(v, own(x, part), own(out, part));
    },
    ratesByVoltage(v, x, out) {
      for (const part of parts) part.device.ratesByVoltage(v, own(x, part), own(out, part));
    },
    ratesByState(v, x, out) {
      out.fill(0); // at one voltage none knows of the others
      for (const part of parts) {
        const { device, from } = part;
        const block = new Float64Array(device.size * device.size);
        device.ratesByState(v, own(x, part), block);
        for (let i = 0; i < device.size; i++) {
          for (let j = 0; j < device.size; j++) out[(from + i) * size + from + j] = block[i * device.size + j] ?? 0;
        }
      }
    },
    guard: (v, x) => Math.max(...parts.map((part) => part.device.guard(v, own(x, part)))),
    fire(v, x) {
      for (const part of parts) if (part.device.guard(v, own(x, part)) >= 0) part.device.fire(v, own(x, part));
    },
    accepted(x) {
      for (const part of parts) part.device.accepted(own(x, part));
    },
  };
}
