/** What is forced on one SMU in a test. */
export interface Forced {
  readonly drive: "VOLT" | "CURR";
  readonly compliance: number;
}

/** What the pages DE, SS and SM have said of the next test. */
export interface TestSetup {
  readonly channels: Map<number, { vName: string; iName: string; mode: number; role: number }>;
  var1: (Forced & { readonly levels: readonly number[] }) | undefined;
  readonly lists: Map<number, Forced & { readonly master: boolean; readonly levels: readonly number[] }>;
  var2: (Forced & { readonly levels: readonly number[] }) | undefined;
  readonly constants: Map<number, Forced & { readonly level: number }>;
  readonly ratios: Map<number, number>;
  readonly offsets: Map<number, number>;
  readonly lowestRange_A: Map<number, number>;
  hold_s: number;
  delay_s: number;
  digits: number;
  /** Names whose readings are kept. */
  names: readonly string[];
}

export function emptySetup(): TestSetup {
  return {
    channels: new Map(),
    var1: undefined,
    lists: new Map(),
    var2: undefined,
    constants: new Map(),
    ratios: new Map(),
    offsets: new Map(),
    lowestRange_A: new Map(),
    hold_s: 0,
    delay_s: 0,
    digits: 5,
    names: [],
  };
}

/** Points of a staircase: the last step is left out where it does not reach. */
export function staircase(start: number, stop: number, step: number): number[] {
  const points = Math.floor(Math.abs(stop - start) / Math.abs(step)) + 1;
  const way = Math.sign(stop - start) * Math.abs(step);
  return Array.from({ length: points }, (_, k) => start + way * k);
}

/** Logarithmic from start to stop, so many points to a decade. */
export function logarithmic(start: number, stop: number, perDecade: number): number[] {
  const decades = Math.abs(Math.log10(stop / start));
  const points = Math.floor(decades * perDecade * (1 + 1e-9)) + 1;
  return Array.from({ length: points }, (_, k) => start * 10 ** ((Math.sign(stop - start) * k) / perDecade));
}
