import { MemrigError } from "../../errors.js";
import { createRandom } from "../../simulator/random.js";
import { ScpiError, ScpiInstrument, integer, name, nr3, numeric, optional, takes } from "../scpi/index.js";
import type { MessageDevice } from "../scpi/index.js";
import type { InstrumentContext, VirtualInstrument } from "../virtual-instrument.js";
import { heaterSetup, inputCommands } from "./inputs.js";
import type { Inputs } from "./inputs.js";
import { Stage } from "./stage.js";
import type { Loop } from "./stage.js";

interface Model {
  readonly inputs: string;
  /** By output, watts; outputs 3 and 4 of the 336 are voltages without a heater here. */
  readonly maxPower_W: readonly number[];
}

const models: ReadonlyMap<string, Model> = new Map([
  ["335", { inputs: "AB", maxPower_W: [75, 1] }],
  ["336", { inputs: "ABCD", maxPower_W: [100, 50, 0, 0] }],
]);

const surroundings_K = 295;
/** Scatter of a reading of a silicon diode at room temperature. */
const noise_K = 2e-3;
/** Time a query takes: the manual asks for this between two commands. */
const answer_s = 0.05;

/**
 * A simulated Lake Shore 335 or 336 on a stage with a heater, at 295 K where it is left alone.
 *
 * As with the real one what is not understood is ignored without a word, and replies end with CR LF. Every query takes
 * 50 ms of the bench's time, so that the stage moves while it is watched. A set-point is in the units of its loop's
 * input. Not simulated: curves, sensor units, alarms, relays, autotune.
 *
 * @throws MemrigError `invalid-request`: another model
 */
export function createLakeshore336({ plan, lab, seed }: InstrumentContext): VirtualInstrument {
  const asked = (plan.model ?? "336").replace(/^MODEL\s*/i, "");
  const model = models.get(asked);
  if (!model) {
    throw new MemrigError(
      "invalid-request",
      `${plan.label}: model "${asked}" was asked for; the simulated controller can be ${[...models.keys()].join(", ")}.`,
      { model: asked },
    );
  }
  const random = createRandom(seed, `noise:${plan.label}`);
  const serial = `${asked}A${Math.floor(createRandom(seed, `serial:${plan.label}`).uniform() * 1e3)}`;
  const scpi = new ScpiInstrument({
    identity: `LSCI,MODEL${asked},${serial}/#######,2.9`,
    queueDepth: 1,
    formatError: () => "0",
    formatNumber: (value) => nr3(value, 6),
    errorBit: 0,
    continuesAfterError: true,
  });
  const stage = new Stage(model.maxPower_W, surroundings_K, () => lab.now_s);
  scpi.onReset(() => stage.reset());
  lab.standOn(() => {
    stage.update();
    return stage.temperature_K;
  });

  const passing = () => new Promise<void>((resolve) => void lab.schedule(lab.now_s + answer_s, resolve));
  const inputOf = (written: string): number => {
    const at = model.inputs.indexOf(written.toUpperCase());
    if (written.length !== 1 || at < 0) throw new ScpiError(-224);
    return at + 1;
  };
  const output = integer({ min: 1, max: model.maxPower_W.length });
  const loopOf = (number: number): Loop => stage.loops[number - 1] as Loop;
  const kelvin = (value: number) => `${value < 0 ? "-" : "+"}${Math.abs(value).toFixed(3).padStart(7, "0")}`;
  const reading = () => stage.temperature_K + noise_K * random.normal();
  const query = (header: string, answer: (loop: Loop) => string) =>
    scpi.tree.query(
      header,
      takes([output], async ([number]) => {
        await passing();
        stage.update();
        return answer(loopOf(number));
      }),
    );

  for (const [header, offset_K] of [
    ["KRDG", 0],
    ["CRDG", -273.15],
  ] as const) {
    scpi.tree.query(
      header,
      takes([name()], async ([input]) => {
        const asked = input === "0" ? [...model.inputs] : [model.inputs[inputOf(input) - 1]];
        await passing();
        stage.update();
        return asked.map(() => kelvin(reading() + offset_K)).join(",");
      }),
    );
  }
  scpi.tree.query(
    "RDGST",
    takes([name()], async ([input]) => {
      inputOf(input);
      await passing();
      return "000";
    }),
  );
  scpi.tree.command(
    "TLIMIT",
    takes([name(), numeric("", { min: 0, max: 2000 })], ([input, limit_K]) => stage.setLimit(inputOf(input), limit_K)),
  );
  scpi.tree.query(
    "TLIMIT",
    takes([name()], async ([input]) => {
      const number = inputOf(input);
      await passing();
      return kelvin(stage.limitOf(number));
    }),
  );
  const inputs = inputCommands(scpi, inputOf, model.inputs.length, passing, () => {
    stage.update();
    return reading();
  });
  heaterSetup(scpi, 2, asked === "335");
  loopCommands(scpi, stage, output, loopOf, inputs);
  query("SETP", ({ setpoint_K, input }) => kelvin(setpoint_K - inputs.offset_K(input)));
  query(
    "RAMP",
    ({ rampOn, ramp_K_per_min }) => `${rampOn ? 1 : 0},${ramp_K_per_min < 0 ? "-" : "+"}${ramp_K_per_min.toFixed(1)}`,
  );
  query("RAMPST", ({ rampOn, setpoint_K, target_K }) => (rampOn && setpoint_K !== target_K ? "1" : "0"));
  query("RANGE", ({ range }) => String(range));
  query("HTR", ({ heater_pct }) => `+${heater_pct.toFixed(1).padStart(5, "0")}`);
  query("AOUT", ({ heater_pct }) => `+${heater_pct.toFixed(1).padStart(5, "0")}`);
  query("HTRST", () => "0");
  query("OUTMODE", ({ mode, input, powerUp }) => `${mode},${input},${powerUp}`);
  query("PID", ({ p, i, d }) => [p, i, d].map((value) => `+${value.toFixed(1).padStart(6, "0")}`).join(","));
  query("MOUT", ({ manual_pct }) => `+${manual_pct.toFixed(2)}`);
  return { device: crlf(scpi), socketPort: 7777 };
}

function loopCommands(
  scpi: ScpiInstrument,
  stage: Stage,
  output: ReturnType<typeof integer>,
  loopOf: (number: number) => Loop,
  inputs: Inputs,
): void {
  const set = (run: (loop: Loop) => void) => (number: number) => {
    stage.update(); // what was in force until now takes effect first
    run(loopOf(number));
  };
  const { tree } = scpi;
  tree.command(
    "SETP",
    takes([output, numeric("", { min: -273.15, max: 2000 })], ([number, target]) =>
      set((loop) => {
        const target_K = target + inputs.offset_K(loop.input);
        if (target_K < 0) throw new ScpiError(-222);
        loop.target_K = target_K;
        if (!loop.rampOn) loop.setpoint_K = target_K;
      })(number),
    ),
  );
  tree.command(
    "RAMP",
    takes([output, integer({ min: 0, max: 1 }), numeric("", { min: 0, max: 100 })], ([number, on, rate]) =>
      set((loop) => {
        loop.rampOn = on === 1;
        loop.ramp_K_per_min = rate;
      })(number),
    ),
  );
  tree.command(
    "RANGE",
    takes([output, integer({ min: 0, max: 3 })], ([number, range]) =>
      set((loop) => {
        if (number > 2 && range > 1) throw new ScpiError(-222); // a voltage output is on or off
        loop.range = range;
      })(number),
    ),
  );
  tree.command(
    "PID",
    takes(
      [
        output,
        numeric("", { min: 0.1, max: 1000 }),
        numeric("", { min: 0, max: 1000 }),
        numeric("", { min: 0, max: 200 }),
      ],
      ([number, p, i, d]) => set((loop) => Object.assign(loop, { p, i, d }))(number),
    ),
  );
  tree.command(
    "OUTMODE",
    takes(
      [output, integer({ min: 0, max: 5 }), integer({ min: 0, max: 4 }), optional(integer({ min: 0, max: 1 }), 0)],
      ([number, mode, input, powerUp]) => set((loop) => Object.assign(loop, { mode, input, powerUp }))(number),
    ),
  );
  tree.command(
    "MOUT",
    takes([output, numeric("", { min: 0, max: 100 })], ([number, manual_pct]) =>
      set((loop) => Object.assign(loop, { manual_pct }))(number),
    ),
  );
}

const CR = 13;
const LF = 10;

/** The same instrument, whose replies end with CR LF. */
function crlf(scpi: ScpiInstrument): MessageDevice {
  return {
    identity: scpi.identity,
    status: scpi.status,
    errors: scpi.errors,
    raise: (code) => scpi.raise(code),
    async execute(message, signal) {
      const reply = await scpi.execute(message, signal);
      return reply && Buffer.concat([reply.subarray(0, -1), Uint8Array.of(CR, LF)]);
    },
  };
}
