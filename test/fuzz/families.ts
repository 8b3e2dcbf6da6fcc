import { createDevice } from "../../src/simulator/index.js";
import { virtualInstruments } from "../../src/virtual/instruments.js";
import { Lab } from "../../src/virtual/lab.js";
import { ScpiInstrument } from "../../src/virtual/scpi/index.js";
import type { CommandTree } from "../../src/virtual/scpi/index.js";

/** Headers that the simulated families know, each with what it takes. */
const headers: Readonly<Record<string, readonly string[]>> = {
  "keithley-2450": [
    ":SOUR:FUNC VOLT",
    ":SOUR:VOLT ",
    ":SOUR:VOLT:ILIM ",
    ":SOUR:VOLT:RANG:AUTO ",
    ":SENS:FUNC 'CURR'",
    ":SENS:CURR:RANG ",
    ":SENS:CURR:NPLC ",
    ":OUTP ",
    ":READ?",
    ":MEAS:CURR?",
    ":TRAC:MAKE 'b',",
    ":TRAC:DATA? 1,2,'defbuffer1',SOUR,READ",
    ":TRAC:CLE",
    ":SOUR:SWE:VOLT:LIN 0,1,3,1e-3",
    ":TRIG:LOAD 'Empty'",
    ":TRIG:BLOC:LIST?",
    ":SYST:ERR?",
    ":STAT:OPER:ENAB ",
  ],
  "keysight-33500": [
    ":SOUR1:FUNC PULS",
    ":SOUR1:VOLT ",
    "APPL:SIN 1e3,",
    ":SOUR1:FREQ ",
    ":SOUR1:DATA:ARB:DAC a,#14abcd",
    ":SOUR1:DATA:ARB a,",
    ":SOUR1:FUNC:ARB a",
    ":SOUR1:BURS:NCYC ",
    ":SOUR1:BURS:STAT ",
    ":OUTP1 ",
    ":TRIG1:SOUR BUS",
    ":SYST:ERR?",
  ],
  "keysight-infiniivision": [
    ":CHAN1:SCAL ",
    ":TIM:RANG ",
    ":TRIG:EDGE:LEV ",
    ":WAV:FORM WORD",
    ":WAV:DATA?",
    ":WAV:PRE?",
    ":WAV:POIN ",
    ":MEAS:VPP? CHAN1",
    ":ACQ:TYPE ",
    ":DIG",
    ":SING",
    ":STOP",
    ":SYST:ERR?",
  ],
};

/** What the families are spoken to with. */
export const words = (): readonly string[] => Object.values(headers).flat();

/** One simulated instrument of a family, on a resistor. */
function family(driver: string): { readonly scpi: ScpiInstrument; close(): void } {
  const create = virtualInstruments.get(driver);
  if (!create) throw new Error(`there is no simulated ${driver}`);
  const lab = new Lab(createDevice("resistor", { R: 1000 }), [], "fast");
  const { device: scpi } = create({ plan: { label: "it", driver }, lab, seed: 1 });
  if (!(scpi instanceof ScpiInstrument)) throw new Error(`${driver} does not speak SCPI`);
  return { scpi, close: () => lab.close() };
}

export const familyTrees = (): readonly CommandTree[] =>
  Object.keys(headers).map((driver) => {
    const it = family(driver);
    it.close();
    return it.scpi.tree;
  });
