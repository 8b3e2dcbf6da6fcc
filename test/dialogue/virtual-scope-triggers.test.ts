// Triggers that are no edges, measurements and their statistics, in the words of the four families.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Session } from "../../src/visa/index.js";
import { virtualBench } from "../support/virtual-bench.js";
import type { ServedBench } from "../support/virtual-bench.js";

const scopes = ["iv", "ds", "sds", "rto", "rtb", "xe", "mso5"] as const;
let bench: ServedBench;
let gen: Session;
const on = new Map<string, Session>();

before(async () => {
  bench = await virtualBench(
    [
      { label: "gen", driver: "keysight-33500" },
      { label: "iv", driver: "keysight-infiniivision" },
      { label: "ds", driver: "rigol-scope" },
      { label: "mso5", driver: "rigol-scope", model: "MSO5074" },
      { label: "sds", driver: "siglent-sds", model: "SDS1104X HD" },
      { label: "xe", driver: "siglent-sds", model: "SDS1104X-E" },
      { label: "rto", driver: "rohde-schwarz-rtx", model: "RTO" },
      { label: "rtb", driver: "rohde-schwarz-rtx" },
    ],
    [
      { instrument: "gen", terminal: "1", node: "dut.top" },
      ...scopes.map((instrument) => ({ instrument, terminal: "1", node: "dut.top" as const })),
    ],
    { id: "R", model: "resistor", parameters: { R: 1e6 } },
  );
  gen = await bench.session("gen");
  for (const label of scopes) on.set(label, await bench.session(label));
});
after(() => bench.close());

function scope(label: (typeof scopes)[number]): Session {
  const session = on.get(label);
  assert.ok(session);
  return session;
}

const ask = async (session: Session, question: string) => (await session.query(question)).trim();
const errorOf = async (session: Session) => Number((await ask(session, "SYST:ERR?")).split(",")[0]);
const near = (got: number | undefined, wanted: number, within: number) =>
  assert.ok(Math.abs((got ?? NaN) - wanted) <= within, `${got} in place of ${wanted}`);

/** A pulse from 0 to 1 V every millisecond. */
async function pulses(width_s: number): Promise<void> {
  await gen.write(`OUTP1:LOAD INF;:FUNC PULS;:FREQ 1e3;:VOLT 1;:VOLT:OFFS 0.5;:FUNC:PULS:WIDT ${width_s};:OUTP ON`);
  assert.equal(await ask(gen, "*OPC?"), "1");
}

/** Settings in the family's words: each is set, asked back, reset; and one that is refused changes nothing. */
const families: readonly {
  readonly label: (typeof scopes)[number];
  readonly set: readonly (readonly [header: string, value: string, reply?: string])[];
  readonly refused: readonly (readonly [line: string, error: number])[];
}[] = [
  {
    label: "iv",
    set: [
      [":TRIG:MODE", "GLIT"],
      [":TRIG:GLIT:QUAL", "RANGE", "RANG"],
      [":TRIG:GLIT:GRE", "1us"],
      [":TRIG:GLIT:RANG", "1e-5,2e-5", "+2.00000E-05,+1.00000E-05"],
      [":TRIG:GLIT:POL", "NEG"],
      [":TRIG:TV:MODE", "lfi1", "LFI1"],
      [":TRIG:TV:LINE", "5"],
      [":TRIG:RUNT:QUAL", "LESS"],
      [":TRIG:PATT", '"XX1X"'],
      [":WGEN:FREQ", "2e3"],
    ],
    refused: [
      [":TRIG:GLIT:GRE 11", -222],
      [":TRIG:TV:LINE 0", -222],
      [":TRIG:MODE SBUS1", -224],
      [":TRIG:GLIT:SOUR CHAN5", -224],
    ],
  },
  {
    label: "ds",
    set: [
      [":TRIG:MODE", "PULS"],
      [":TRIG:PULS:WHEN", "NGLess", "NGL"],
      [":TRIG:PULS:WIDT", "3e-6"],
      [":TRIG:VID:STAN", "PALS"],
      [":TRIG:PATT:PATT", "H,L", "H,L,X,X"],
      [":TRIG:RUNT:ALEV", "0.5"],
      [":MEAS:SOUR", "CHAN2"],
    ],
    refused: [
      [":TRIG:PULS:WIDT 1e-9", -222],
      [":TRIG:MODE RS232", -224],
      [":TRIG:NEDG:EDGE 0", -222],
    ],
  },
  {
    label: "sds",
    set: [
      [":TRIGger:TYPE", "PULSe"],
      [":TRIGger:PULSe:LIMit", "INNer"],
      [":TRIGger:PULSe:TUPPer", "1e-3"],
      [":TRIGger:WINDow:HLEVel", "0.25"],
      [":TRIGger:VIDeo:STANdard", "P720L60"],
      [":TRIGger:PATTern:INPut", "H,L", "H,L,X,X"],
      [":MEASure:ADVanced:P3:TYPE", "PACArea"],
    ],
    refused: [
      [":TRIGger:PULSe:TUPPer 21", -222],
      [":TRIGger:TYPE IIC", -224],
      [":TRIGger:DROPout:SOURce C5", -224],
    ],
  },
  {
    label: "rto",
    set: [
      ["TRIGger1:TYPE", "WIDT"],
      ["TRIG:WIDT:RANG", "OUTS"],
      ["TRIG:WIDT:WIDT", "1e-4"],
      ["TRIG2:TYPE", "TV"],
      ["TRIG:LEV2:RUNT:UPP", "0.5"],
      ["MEAS8:MAIN", "RTIMe", "RTIM"],
      ["MEAS8:SOUR", "C3W1,C4W1"],
      ["CHAN1:ARIT", "ENV"],
    ],
    refused: [
      ["TRIG:WIDT:WIDT 1e-12", -222],
      ["TRIG:TYPE NFC", -224],
      ["MEAS9:ENAB ON", -114],
    ],
  },
  {
    label: "rtb",
    set: [
      ["TRIG:A:TYPE", "WIDT"],
      ["TRIG:A:WIDT:RANG", "SHOR"],
      ["TRIG:A:EDGE:COUP", "AC"],
      ["TRIG:A:TV:FIEL", "ODD"],
      ["MEAS2:MAIN", "PEAK"],
    ],
    refused: [["TRIG:A:WIDT:WIDT 1e-9", -222]],
  },
  {
    label: "xe",
    set: [
      ["TRSE", "GLIT,SR,C2,HT,P2,HV,5NS,HV2,1US", "GLIT,SR,C2,HT,P2,HV,5.00E-09S,HV2,1.00E-06S"],
      ["TRSE", "EDGE,SR,C1,HT,TI,HV,1.5US", "EDGE,SR,C1,HT,TI,HV,1.50E-06S"],
      ["TRSE", "RUNT,SR,C1,HT,OFF"],
    ],
    refused: [],
  },
];

for (const { label, set, refused } of families) {
  test(`${label}: kinds of triggers and measurements are kept, checked, asked back and reset`, async () => {
    const session = scope(label);
    const factory: string[] = [];
    await session.write("*RST");
    if (label === "xe") await session.write("CHDR OFF");
    for (const [header] of set) factory.push(await ask(session, `${header}?`));
    for (const [header, value, reply = value] of set) {
      await session.write(`${header} ${value}`);
      const got = await ask(session, `${header}?`);
      if (got !== reply)
        assert.ok(
          Math.abs(Number(got) - parseFloat(reply) * (reply.endsWith("us") ? 1e-6 : 1)) < 1e-12,
          `${header} ${value} gave ${got}`,
        );
    }
    for (const [line, error] of refused) {
      await session.write(line);
      assert.equal(await errorOf(session), error, line);
    }
    if (label !== "xe") assert.equal(await errorOf(session), 0);
    await session.write("*RST");
    if (label === "xe") await session.write("CHDR OFF");
    for (const [k, [header]] of set.entries()) assert.equal(await ask(session, `${header}?`), factory[k], header);
  });
}

/** How each family is set to 1 ms of record, NORM, and a pulse trigger at 0.5 V on channel 1; how it says that it waits. */
const armed: Readonly<
  Record<
    (typeof scopes)[number],
    readonly [set: string, shorter: string, longer: string, other: string, single: string, done: string]
  >
> = {
  iv: [
    "*RST;:TIM:RANG 1e-4;:CHAN1:RANG 8;:TRIG:SWE NORM;:TRIG:MODE GLIT;:TRIG:GLIT:LEV 0.5;GRE 5e-5;LESS 5e-5",
    ":TRIG:GLIT:QUAL LESS",
    ":TRIG:GLIT:QUAL GRE",
    ":TRIG:MODE TV",
    ":SING",
    ":OPER:COND?",
  ],
  ds: [
    "*RST;:TIM:SCAL 1e-5;:TRIG:MODE PULS;:TRIG:PULS:LEV 0.5;WIDT 5e-5",
    ":TRIG:PULS:WHEN PLES",
    ":TRIG:PULS:WHEN PGR",
    ":TRIG:MODE VID",
    ":SING",
    ":TRIG:STAT?",
  ],
  mso5: [
    "*RST;:TIM:SCAL 1e-5;:TRIG:MODE PULS;:TRIG:PULS:LEV 0.5;LWID 5e-5;UWID 5e-5",
    ":TRIG:PULS:WHEN LESS",
    ":TRIG:PULS:WHEN GRE",
    ":TRIG:MODE RUNT",
    ":SING",
    ":TRIG:STAT?",
  ],
  sds: [
    "*RST;:TIM:SCAL 1e-5;:TRIG:TYPE PULS;:TRIG:PULS:LEV 0.5;TLOW 5e-5;TUPP 5e-5",
    ":TRIG:PULS:LIM LESS",
    ":TRIG:PULS:LIM GREAT",
    ":TRIG:TYPE DROP",
    ":TRIG:MODE SING",
    ":TRIG:STAT?",
  ],
  xe: [
    "*RST;CHDR OFF;TDIV 1e-5;C1:TRLV 0.5;C1:TRSL POS",
    "TRSE GLIT,SR,C1,HT,PS,HV,50US",
    "TRSE GLIT,SR,C1,HT,PL,HV,50US",
    "TRSE TV,SR,C1,HT,OFF",
    "ARM",
    "SAST?",
  ],
  rto: [
    "*RST;:TIM:SCAL 1e-5;:TRIG:MODE NORM;TYPE WIDT;LEV1 0.5;:TRIG:WIDT:WIDT 5e-5",
    ":TRIG:WIDT:RANG SHOR",
    ":TRIG:WIDT:RANG LONG",
    ":TRIG:TYPE WIND",
    "SING",
    "STAT:OPER:COND?",
  ],
  rtb: [
    "*RST;:TIM:SCAL 1e-5;:TRIG:A:MODE NORM;TYPE WIDT;LEV1 0.5;:TRIG:A:WIDT:WIDT 5e-5",
    ":TRIG:A:WIDT:RANG SHOR",
    ":TRIG:A:WIDT:RANG LONG",
    ":TRIG:A:TYPE TV",
    "SING",
    "ACQ:STAT?",
  ],
};
const still = /^(8|40|16|24|WAIT|RUN|Ready|Arm|Armed)$/;

for (const label of scopes) {
  test(`${label}: a scope that is armed for pulses of some width triggers on these, and waits for all others`, async () => {
    const [set, shorter, longer, other, single, done] = armed[label];
    const session = scope(label);
    const ended = async (): Promise<boolean> => {
      const end_s = bench.lab.now_s + 5e-3; // five pulses come by
      for (let over = false; !over;) {
        over = bench.lab.now_s >= end_s;
        if (!still.test(await ask(session, done))) return true;
        await gen.query("*OPC?");
      }
      return false;
    };
    await pulses(20e-6);
    await session.write(set);
    for (const [line, comes] of [
      [shorter, true],
      [longer, false],
      [other, false],
    ] as const) {
      await session.write(line);
      await session.write(single);
      assert.equal(await ended(), comes, `${line}: pulses of 20 us; it says ${await ask(session, done)}`);
    }
    await session.write(label === "sds" ? ":TRIG:STOP" : "STOP");
  });
}

test("what the four families measure of a pulse train is the same, and their statistics count every record once", async () => {
  await pulses(250e-6);
  const setUp: readonly (readonly [(typeof scopes)[number], string])[] = [
    ["iv", "*RST;:TIM:RANG 4e-3;:CHAN1:RANG 4;:TRIG:LEV 0.5"],
    ["ds", "*RST;:TIM:SCAL 5e-4;:CHAN1:SCAL 0.5;:TRIG:EDG:LEV 0.5"],
    [
      "sds",
      "*RST;:TIM:SCAL 5e-4;:CHAN1:SCAL 0.5;:TRIG:EDGE:LEV 0.5;:MEAS:ADV:STAT ON;:MEAS:ADV:P2 ON;:MEAS:ADV:P2:TYPE DUTY",
    ],
    ["rto", "*RST;:TIM:SCAL 5e-4;:CHAN1:SCAL 0.5;:TRIG:LEV1 0.5;:MEAS2:ENAB ON;:MEAS2:MAIN PDCY"],
    ["rtb", "*RST;:TIM:SCAL 5e-4;:CHAN1:SCAL 0.5;:TRIG:A:LEV1 0.5;:MEAS2 ON;:MEAS2:MAIN PDCY"],
    ["xe", "*RST;CHDR OFF;TDIV 5e-4;C1:VDIV 0.5;C1:TRLV 0.5"],
  ];
  for (const [label, line] of setUp) await scope(label).write(line);
  const question = {
    iv: ":MEAS:DUTY? CHAN1",
    ds: ":MEAS:ITEM? PDUT,CHAN1",
    sds: ":MEAS:SIMP:VAL? DUTY",
    rto: ":MEAS2:RES?",
    rtb: ":MEAS2:RES:ACT?",
  };
  for (const [label, line] of Object.entries(question)) {
    near(Number(await ask(scope(label as "iv"), line)), 25, 0.5);
  }
  assert.match(await ask(scope("xe"), "C1:PAVA? FREQ"), /^FREQ,(1\.00E\+03|1\.00E\+3|1000)$/);
  // Vpp of a whole screen, and rms over whole cycles: 1 V for a quarter of the time.
  near(Number(await ask(scope("iv"), ":MEAS:VRMS? CYCL,DC,CHAN1")), 0.5, 0.02);
  assert.equal(Number(await ask(scope("iv"), ":MEAS:PHAS? CHAN1,CHAN1")), 0);

  await scope("iv").write(":MEAS:DUTY CHAN1;:MEAS:STAT ON");
  await scope("iv").query(":MEAS:RES?");
  const row = (await ask(scope("iv"), ":MEAS:RES?")).split(",");
  assert.equal(row[0], "Duty Cycle(1)");
  for (const value of row.slice(1, 5)) near(Number(value), 25, 0.5);
  assert.equal(Number(row[6]), 2);
  await scope("ds").query(":MEAS:STAT:ITEM? AVER,PDUT,CHAN1");
  near(Number(await ask(scope("ds"), ":MEAS:STAT:ITEM? MAX,PDUT,CHAN1")), 25, 0.5);
  const [now, mean, , , , count] = (await ask(scope("sds"), ":MEAS:ADV:P2:STAT? ALL")).split(",").map(Number);
  near(now, 25, 0.5);
  near(mean, 25, 0.5);
  assert.equal(count, 1);
  await scope("rto").write("STOP");
  const seen = Number(await ask(scope("rto"), ":MEAS2:RES:EVTC?"));
  assert.equal(Number(await ask(scope("rto"), ":MEAS2:RES:EVTC?")), seen, "a record that stays counts no more");
  near(Number(await ask(scope("rto"), ":MEAS2:RES:AVG?")), 25, 0.5);
  await scope("rto").write(":MEAS2:CLE");
  assert.equal(await ask(scope("rto"), ":MEAS2:RES:EVTC?"), "0");
});

test("RTO: an envelope has the least and the most of all records at each sample, and says that it has two values", async () => {
  const rto = scope("rto");
  await gen.write("OUTP1:LOAD INF;:FUNC SIN;:FREQ 1e3;:VOLT 2;:VOLT:OFFS 0;:OUTP ON");
  await rto.write(
    "*RST;:TIM:SCAL 1e-4;:CHAN1:SCAL 0.5;:TRIG:MODE FRE;:ACQ:POIN 1000;:ACQ:COUN 5;:CHAN1:ARIT ENV;:FORM ASC",
  );
  await rto.write("SING");
  assert.equal(await ask(rto, "*OPC?"), "1");
  const [, , samples, values] = (await ask(rto, "CHAN1:DATA:HEAD?")).split(",").map(Number);
  const volts = (await ask(rto, "CHAN1:DATA?")).split(",").map(Number);
  assert.deepEqual([values, volts.length], [2, 2 * (samples ?? 0)]);
  for (let k = 0; k < volts.length; k += 2) assert.ok((volts[k] ?? 0) <= (volts[k + 1] ?? 0));
  near(Math.min(...volts), -1, 0.1);
  near(Math.max(...volts), 1, 0.1);
});

test("an automatic set-up finds a sine of 5 kHz in each family's words, and waits for its edges whatever was waited for before", async () => {
  await gen.write("OUTP1:LOAD INF;:FUNC SIN;:FREQ 5e3;:VOLT 2;:VOLT:OFFS 1;:OUTP ON");
  assert.equal(await ask(gen, "*OPC?"), "1");
  for (const [label, before, command, questions, after] of [
    ["ds", "*RST;:TRIG:MODE VID", ":AUT", ":TIM:SCAL?;:CHAN1:SCAL?;:TRIG:EDG:LEV?", ":TRIG:MODE?"],
    ["sds", "*RST;:TRIG:TYPE DROP", ":AUT", ":TIM:SCAL?;:CHAN1:SCAL?;:TRIG:EDGE:LEV?", ":TRIG:TYPE?"],
    ["rto", "*RST;:TRIG:TYPE TV", ":AUT", ":TIM:SCAL?;:CHAN1:SCAL?;:TRIG:LEV1?", ":TRIG:TYPE?"],
  ] as const) {
    await scope(label).write(before);
    await scope(label).write(command);
    const [scale_s, scale_V, level_V] = (await ask(scope(label), questions)).split(";").map(Number);
    assert.deepEqual([scale_s, scale_V], [5e-5, 0.5], label);
    near(level_V, 1, 0.1);
    assert.equal(await ask(scope(label), after), "EDGE");
  }
});
