import type { SourceMeasureUnit } from "../capabilities/index.js";

/**
 * A source-measure unit as one that has a single channel, the one across the device. A protocol asks for channel 1 or for none; on a
 * bench that wires the device to the second, the first may hold anything, and must be neither driven nor taken for the device.
 */
export function oneChannel(smu: SourceMeasureUnit, channel: number): SourceMeasureUnit {
  const { label, identity, ranges } = smu;
  return {
    label,
    identity,
    ranges,
    channels: 1,
    sweep: (plan, signal) => smu.sweep({ ...plan, channel }, signal),
    hold: (bias, signal) => smu.hold({ ...bias, channel }, signal),
    measure: (_channel, nplc) => smu.measure(channel, nplc),
    release: () => smu.release(channel),
    makeSafe: () => smu.makeSafe(),
    outputIsOn: () => smu.outputIsOn(),
    close: () => smu.close(),
  };
}
