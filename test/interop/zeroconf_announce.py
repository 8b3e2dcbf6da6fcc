"""Announces an instrument on loopback until its standard input ends."""

import socket
import sys

from zeroconf import ServiceInfo, Zeroconf

TEXT = {
    "txtvers": "1",
    "Manufacturer": "Rigol Technologies",
    "Model": "DG1062Z",
    "SerialNumber": "DG1ZA001",
    "FirmwareVersion": "03.01.12",
}

zeroconf = Zeroconf(interfaces=["127.0.0.1"])
for kind, port in (("_vxi-11._tcp.local.", 111), ("_scpi-raw._tcp.local.", 5555)):
    address = socket.inet_aton("127.0.81.1")
    name = "DG1000Z no. 1." + kind
    zeroconf.register_service(
        ServiceInfo(kind, name, port, properties=TEXT, addresses=[address], server="rigol-dg1.local.")
    )
print("announced", flush=True)
sys.stdin.read()
zeroconf.close()
