"""PyVISA with pyvisa-py as its users write it: contender of benchmarks/links.ts. Orders and answers as in client.c.

python3 pyvisa_client.py RESOURCE
"""
import json
import sys
import time

import numpy
import pyvisa

REFERENCE, INCREMENT_V, ORIGIN_V = 100.0, 1e-4, 0.5  # floats, as a preamble gives them: int16 less an int would wrap

instrument = pyvisa.ResourceManager("@py").open_resource(
    sys.argv[1], read_termination="\n", write_termination="\n", timeout=30_000
)


def query(times):
    took_ns = []
    for _ in range(times):
        start_ns = time.perf_counter_ns()
        instrument.query("*IDN?")
        took_ns.append(time.perf_counter_ns() - start_ns)
    took_ns.sort()
    return {"median_us": took_ns[times // 2] / 1e3, "p99_us": took_ns[times * 99 // 100] / 1e3}


def block():
    start = time.perf_counter()
    codes = instrument.query_binary_values("BLOCK?", datatype="h", is_big_endian=True, container=numpy.array)
    here = time.perf_counter()
    volts = (codes - REFERENCE) * INCREMENT_V + ORIGIN_V
    done = time.perf_counter()
    return {
        "receive_ms": (here - start) * 1e3,
        "total_ms": (done - start) * 1e3,
        "sum_V": float(volts[::1000].sum()),
    }


for order in sys.stdin:
    words = order.split()
    print(json.dumps(query(int(words[1])) if words[0] == "query" else block()), flush=True)
