"""What tests of several rooms need."""

import struct

from autograd import topological_order

__all__ = ["bits", "leaf"]


def bits(number):
    """What tells two numbers apart to the last bit, also -0.0 from 0.0; nan is itself."""
    return struct.pack("<d", number) if isinstance(number, float) else (type(number), number)


def leaf(root, label):
    """The node of that label under a root."""
    return next(node for node in topological_order(root) if node.label == label)
