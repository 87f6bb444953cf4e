"""What tests of several rooms need."""

import struct

__all__ = ["bits"]


def bits(number):
    """What tells two numbers apart to the last bit, also -0.0 from 0.0; nan is itself."""
    return struct.pack("<d", number) if isinstance(number, float) else (type(number), number)
