"""What a PyVISA user does over a serial port; prints what was seen as JSON."""
import json
import sys

import pyvisa

manager = pyvisa.ResourceManager("@py")
port = manager.open_resource(sys.argv[1], baud_rate=115200, read_termination="\n", write_termination="\n")
port.timeout = 5000
seen = {"idn": port.query("*IDN?")}

data = bytes(range(256)) * 400
port.write_raw(b":DATA #6%06d" % len(data) + data + b"\n")
seen["block_is_the_same"] = bytes(port.query_binary_values(":DATA?", datatype="B")) == data
seen["questions"] = [port.query(":ECHO? '%d'" % k) for k in range(100)] == [str(k) for k in range(100)]

port.write(":LATE?")
port.write_raw(b"\x03\n")
seen["after_clear"] = port.query(":ECHO? 'cleared'")
seen["error"] = port.query(":SYST:ERR?")

port.close()
print(json.dumps(seen))
