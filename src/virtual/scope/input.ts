/** What an analog input of any simulated scope is set to. */
export interface InputSettings {
  display: boolean;
  /** Volts from the lower to the upper edge of the converter, at the probe's tip. */
  range_V: number;
  /** Volts at the middle of the converter, at the probe's tip. */
  offset_V: number;
  /** `GND`: nothing but the noise of the input. */
  coupling: "DC" | "AC" | "GND";
  impedance: "ONEM" | "FIFT";
  /** What the user says the probe divides by. In the virtual lab a plain cable is connected. */
  probe: number;
  bandLimit: boolean;
  invert: boolean;
}

/** As it is after a reset: the first channel on, DC, 1 MΩ. */
export function plainInput(channel: number, range_V: number): InputSettings {
  return {
    display: channel === 1,
    range_V,
    offset_V: 0,
    coupling: "DC",
    impedance: "ONEM",
    probe: 1,
    bandLimit: false,
    invert: false,
  };
}
