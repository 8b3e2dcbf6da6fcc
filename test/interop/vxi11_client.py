"""What a PyVISA user does over VXI-11; prints what was seen as JSON."""
import json
import sys

import pyvisa

name = sys.argv[1]
manager = pyvisa.ResourceManager("@py")
one = manager.open_resource(name)
one.timeout = 5000
seen = {"idn": one.query("*IDN?").strip()}

data = bytes(range(256)) * 4096
one.write_raw(b":DATA #9%09d" % len(data) + data + b"\n")
one.write(":DATA?")
reply = one.read_raw()
seen["block_is_the_same"] = reply == b"#7%07d" % len(data) + data + b"\n"

one.write(":ECHO? 'waiting'")
for _ in range(100):
    status = one.read_stb()
    if status & 16:
        break
seen["message_available"] = status & 16
seen["read_after_poll"] = one.read().strip()

one.write(":LATE?")
one.clear()
seen["after_clear"] = one.query(":ECHO? 'cleared'").strip()

one.assert_trigger()

one.timeout = 200
try:
    one.read()
    seen["timed_out"] = False
except pyvisa.errors.VisaIOError as error:
    seen["timed_out"] = error.error_code == pyvisa.constants.StatusCode.error_timeout
one.timeout = 5000
seen["error_after_timeout"] = one.query(":SYST:ERR?").strip()

other = manager.open_resource(name)
one.lock_excl()
try:
    other.query("*IDN?")
    seen["locked_out"] = False
except pyvisa.errors.VisaIOError:
    seen["locked_out"] = True
one.unlock()
seen["after_unlock"] = other.query("*IDN?").strip()

other.read_termination = ";"
other.write(":ECHO? 'first;second'")
seen["until_semicolon"] = other.visalib.read(other.session, 100)[0].decode()
other.clear()

other.close()
one.close()
print(json.dumps(seen))
