"""One file for each implementation: ``w1()``, ``w2()`` … prepare a problem, and return its step."""
