"""Ten million nodes within 2 GB: run by hand, ``python tests/ten_million.py``; it takes about a minute.

A chain of 5,000,000 steps x = a·x + b, two nodes each, forward, backward and freed, with the peak of
the process's memory as the operating system saw it.
"""

import resource
import time

from autograd import Value

STEPS = 5_000_000


def main():
    a, b = Value(0.9999999), Value(1e-7)
    start = time.perf_counter()
    x = first = Value(0.5)
    for _ in range(STEPS):
        x = x * a + b
    recorded = time.perf_counter()
    x.backward()
    swept = time.perf_counter()
    expected = a.data**STEPS
    print(f"d(last)/d(first) = {first.grad:.12g}, expected {expected:.12g}")
    del x
    freed = time.perf_counter()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6 * 1.024  # ru_maxrss is in KiB on Linux
    print(f"recorded in {recorded - start:.1f} s, backward {swept - recorded:.1f} s, freed {freed - swept:.1f} s")
    print(f"peak memory {peak:.2f} GB for {2 * STEPS:,} nodes")
    assert abs(first.grad / expected - 1) < 1e-8
    assert peak < 2.0


if __name__ == "__main__":
    main()
