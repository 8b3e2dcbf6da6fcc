/** Bench files of examples/ that the demo measures on. */
export const demoBenches = {
  zno: "zno-virtual.yaml",
  vo2: "vo2-virtual.yaml",
  vox: "vox-virtual.yaml",
  heated: "vo2-heated.yaml",
  wafer: "vo2-wafer.yaml",
} as const;
export type DemoBench = keyof typeof demoBenches;

export interface DemoStep {
  readonly name: string;
  readonly title: string;
  readonly bench: DemoBench;
  readonly protocol: string;
  readonly settings: Readonly<Record<string, string | number>>;
  /** Of the device, over those of the bench file. */
  readonly parameters?: Readonly<Record<string, number>>;
  /** How many devices of the population; left out: the nominal device. */
  readonly devices?: number;
  /** A campaign file of examples/campaigns in place of the protocol: its metrics are those of its groups. */
  readonly campaign?: string;
}

/** The sweep of the ZnO paper, Fig. 2; it gives no sweep rate, 0.1 V/s is a choice. */
const znoSweep = { start: "0 V", stop: "0.3 V", step: "5 mV", shape: "double", dwell: "50 ms" };

/** Wang et al. 2025, Fig. 2i. */
const znoEndurance = {
  set_amplitude: "1.2 V",
  set_width: "5 us",
  read_amplitude: "0.1 V",
  read_width: "10 us",
  gap: "10 us",
};

/** Yi et al. 2018, Suppl. Fig. 6, with pulses of our choice: it prints neither their level nor their length. */
const vo2Endurance = {
  set_amplitude: "1.7 V",
  set_width: "5 us",
  read_amplitude: "0.2 V",
  read_width: "10 us",
  gap: "10 us",
};

/** The characterisation that the papers print figures of. */
export const demoSteps: readonly DemoStep[] = [
  {
    name: "zno-sweeps",
    title: "ZnO: 1024 double sweeps to 0.3 V at 10 µA",
    bench: "zno",
    protocol: "iv-sweep",
    settings: {
      ...znoSweep,
      compliance: "10 uA",
      cycles: 1024,
      read: "0.14 V",
    },
  },
  {
    name: "zno-100nA",
    title: "ZnO: 10 double sweeps at 100 nA",
    bench: "zno",
    protocol: "iv-sweep",
    settings: {
      ...znoSweep,
      compliance: "100 nA",
      cycles: 10,
    },
  },
  {
    name: "zno-pulses",
    title: "ZnO: 20 pulses of 1.5 V, 2 µs",
    bench: "zno",
    protocol: "pulse-train",
    settings: {
      amplitude: "1.5 V",
      width: "2 us",
      period: "200 us",
      count: 20,
      read_amplitude: "0.1 V",
      read_width: "10 us",
    },
  },
  {
    name: "zno-endurance",
    title: "ZnO: 1000 cycles of 1.2 V/5 µs and 0.1 V/10 µs",
    bench: "zno",
    protocol: "endurance",
    settings: { ...znoEndurance, cycles: 1000 },
  },
  {
    name: "vo2-sweeps",
    title: "VO2: 10 double sweeps to 1.6 V at 1 mA",
    bench: "vo2",
    protocol: "iv-sweep",
    settings: {
      start: "0 V",
      stop: "1.6 V",
      step: "5 mV",
      shape: "double",
      compliance: "1 mA",
      dwell: "50 ms",
      cycles: 10,
    },
  },
  {
    name: "vo2-pulses",
    title: "VO2: 20 pulses of 1.7 V, 2 µs",
    bench: "vo2",
    protocol: "pulse-train",
    settings: {
      amplitude: "1.7 V",
      width: "2 us",
      period: "50 us",
      count: 20,
      read_amplitude: "0.2 V",
      read_width: "10 us",
    },
  },
  {
    name: "vo2-endurance",
    title: "VO2: 1000 cycles of 1.7 V/5 µs and 0.2 V/10 µs",
    bench: "vo2",
    protocol: "endurance",
    settings: { ...vo2Endurance, cycles: 1000 },
  },
  {
    name: "zno-devices",
    title: "ZnO: 30 devices × 10 double sweeps at 10 µA",
    bench: "zno",
    protocol: "iv-sweep",
    settings: {
      ...znoSweep,
      compliance: "10 uA",
      cycles: 10,
    },
    devices: 30,
  },
];

/**
 * What `--full` adds: all that the papers print of single devices.
 *
 * @param cycles of the VO2 endurance test, in place of the short one
 */
export function fullSteps(cycles: number): readonly DemoStep[] {
  return [
    ...demoSteps.filter(({ name }) => name !== "vo2-endurance" && name !== "zno-endurance"),
    {
      name: "zno-compliances",
      title: "ZnO: 10 double sweeps each at 100 nA, 1 µA, 10 µA, 100 µA and 5 mA",
      bench: "zno",
      protocol: "compliance-series",
      settings: { ...znoSweep, compliances: "100 nA; 1 uA; 10 uA; 100 uA; 5 mA", read: "0.14 V", cycles: 10 },
    },
    {
      name: "zno-endurance",
      title: "ZnO: 100 000 cycles of 1.2 V/5 µs and 0.1 V/10 µs",
      bench: "zno",
      protocol: "endurance",
      settings: { ...znoEndurance, cycles: 100_000 },
    },
    {
      name: "vo2-snap-back",
      title: "VO2: sweep of the current through the snap-back",
      bench: "vo2",
      protocol: "iv-sweep",
      // the device of Suppl. Note 4, electrodes and parallel resistance included
      parameters: { Re: 370, Rshunt: 15e3, sigma_cycle: 0 },
      settings: { drive: "current", stop: "600 uA", step: "2 uA", compliance: "2 V", dwell: "5 ms" },
    },
    {
      name: "vo2-heated",
      title: "VO2: conductance from 298 to 343 K on the heated stage",
      bench: "heated",
      protocol: "temperature-series",
      settings: { temperatures: "298; 306; 314; 322; 330; 343", fit_to: "331 K" },
    },
    {
      name: "vox-snap-back",
      title: "VOx: sweep of the current through the snap-back",
      bench: "vox",
      protocol: "iv-sweep",
      settings: { drive: "current", stop: "10 mA", step: "20 uA", compliance: "2 V", dwell: "5 ms" },
    },
    {
      name: "vo2-wafer",
      title: "VO2: a wafer of 36 reticles × 16 devices × 10 double sweeps",
      bench: "wafer",
      protocol: "iv-sweep",
      settings: {},
      campaign: "vo2-wafer.yaml",
    },
    {
      name: "vo2-endurance",
      title: `VO2: ${cycles.toLocaleString("en-US").replaceAll(",", " ")} cycles of 1.7 V/5 µs and 0.2 V/10 µs`,
      bench: "vo2",
      protocol: "endurance",
      settings: { ...vo2Endurance, cycles },
    },
  ];
}
