"""A sweep on a 2450 as somebody who has never seen memrig would write it, with PyVISA. Prints JSON."""
import json
import sys

import pyvisa

manager = pyvisa.ResourceManager("@py")
smu = manager.open_resource(sys.argv[1], read_termination="\n", write_termination="\n", timeout=10000)
smu.write("*RST")
smu.write(":SENS:FUNC 'CURR'")
smu.write(":SENS:CURR:RANG:AUTO ON")
smu.write(":SENS:CURR:NPLC 0.1;RSEN OFF")
smu.write("SOUR:FUNC VOLT")
smu.write("SOUR:VOLT:RANG 2")
smu.write("SOUR:VOLT:ILIM 1e-5")
smu.write(":SOUR:SWE:VOLT:LIN 0, 0.3, 61, 45e-3, 1, FIX, OFF, ON, 'defbuffer1'")
smu.write(":INIT")
smu.write("*WAI")
count = int(smu.query(":TRAC:ACT? 'defbuffer1'"))
values = smu.query_ascii_values(":TRAC:DATA? 1, %d, 'defbuffer1', SOUR, READ" % count)
error = smu.query(":SYST:ERR?")
output = smu.query(":OUTP?")
identity = smu.query("*IDN?")
smu.close()
print(json.dumps({"idn": identity, "count": count, "volts": values[0::2], "amps": values[1::2], "error": error, "output": output}))
