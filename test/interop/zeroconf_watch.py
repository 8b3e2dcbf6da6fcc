"""Tells, as JSON lines, the services whose name begins with the argument: first what they are, then which took leave."""

import json
import sys
import threading

from zeroconf import ServiceBrowser, Zeroconf

TYPES = ["_lxi._tcp.local.", "_scpi-raw._tcp.local.", "_hislip._tcp.local."]
seen, gone = {}, set()
changed = threading.Condition()


class Listener:
    def add_service(self, zc, kind, name):
        if not name.startswith(sys.argv[1]):
            return
        info = zc.get_service_info(kind, name, 5000)
        text = {key.decode(): value.decode() for key, value in info.properties.items()}
        with changed:
            seen[kind] = {"host": info.parsed_addresses()[0], "port": info.port, "text": text}
            changed.notify()

    def update_service(self, zc, kind, name):
        pass

    def remove_service(self, zc, kind, name):
        if name.startswith(sys.argv[1]):
            with changed:
                gone.add(kind)
                changed.notify()


zeroconf = Zeroconf(interfaces=["127.0.0.1"])
ServiceBrowser(zeroconf, TYPES, Listener())
with changed:
    changed.wait_for(lambda: len(seen) == len(TYPES), 20)
    print(json.dumps(seen), flush=True)
    changed.wait_for(lambda: len(gone) == len(TYPES), 20)
    print(json.dumps(list(gone)), flush=True)
zeroconf.close()
