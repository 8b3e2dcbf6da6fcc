import { TspObject, numberOf } from "../../tsp/objects.js";
import type { TspInstrument } from "../../tsp/instrument.js";
import type { SmuObject } from "./smu-object.js";

const VOLTAGE_LIMIT = 1;
const CURRENT_LIMIT = 2;
/** Bits of the channels in registers that have one for each. */
const CHANNEL_BITS = [2, 4];

/** A register that shows what is now; its events are those seen when it was read. */
function register(path: string, condition: () => number, below: Readonly<Record<string, TspObject>> = {}): TspObject {
  const masks = { enable: 0, ntr: 0, ptr: 0xffff };
  const mask = (key: keyof typeof masks) => ({
    read: () => masks[key],
    write: (value: Parameters<typeof numberOf>[0]) => void (masks[key] = numberOf(value) & 0xffff),
  });
  return new TspObject(path, {
    condition: { read: condition },
    event: { read: condition },
    enable: mask("enable"),
    ntr: mask("ntr"),
    ptr: mask("ptr"),
    ...below,
  });
}

/** The parts of `status` that drivers read. @see 2600BS-901-01 Rev B, status.measurement.*, status.operation.* */
export function statusObject(tsp: TspInstrument, smus: readonly SmuObject[], reset: () => void): TspObject {
  const name = (index: number) => (index === 0 ? "smua" : "smub");
  const each = (make: (smu: SmuObject, index: number) => TspObject) =>
    Object.fromEntries(smus.map((smu, index) => [name(index), make(smu, index)]));
  const limited = ({ channel }: SmuObject) =>
    channel.lastLimited || channel.compliance ? (channel.sourcesVoltage ? CURRENT_LIMIT : VOLTAGE_LIMIT) : 0;
  const bits = (is: (smu: SmuObject) => boolean) => () =>
    smus.reduce((sum, smu, index) => sum | (is(smu) ? (CHANNEL_BITS[index] ?? 0) : 0), 0);
  const instrument = register(
    "status.measurement.instrument",
    bits((smu) => limited(smu) !== 0),
    each((smu, index) => register(`status.measurement.instrument.${name(index)}`, () => limited(smu))),
  );
  const sweeping = register(
    "status.operation.sweeping",
    bits(({ model }) => model.running),
  );
  const measuring = register(
    "status.operation.measuring",
    bits(() => false),
  );
  return new TspObject("status", {
    condition: { read: () => tsp.statusByte() },
    request_enable: { read: () => tsp.status.sre, write: (value) => void (tsp.status.sre = numberOf(value)) },
    measurement: register("status.measurement", () => smus.reduce((sum, smu) => sum | limited(smu), 0), { instrument }),
    operation: register("status.operation", () => (smus.some(({ model }) => model.running) ? 8 : 0), {
      sweeping,
      measuring,
    }),
    questionable: register("status.questionable", () => 0),
    reset,
  });
}
