"""Pictures of a graph.

>>> from autograd import Value, draw
>>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
>>> c = a * b
>>> c.backward()
>>> graph = draw(c)
>>> graph
<Graph of 3 nodes; .save("graph.svg") writes it, .show() opens it>

A graph becomes a scene (what is there), the scene becomes DOT (how it looks), and DOT becomes a file
(by which engine): :mod:`.nodes`, :mod:`.dot`, :mod:`.engines`. ``play`` makes the live page of a
graph, or of a training, and ``frames`` its steps as pictures for slides, or one that moves: :mod:`.live`,
:mod:`.page`, :mod:`.passes`, :mod:`.frames`. :mod:`.plots` are of a training run rather than of a graph.
"""

from .frames import frames
from .graph import Graph, draw
from .page import play
from .plots import Plot, plot_activations, plot_boundary, plot_gradients, plot_losses

__all__ = [
    "Graph",
    "Plot",
    "draw",
    "frames",
    "play",
    "plot_activations",
    "plot_boundary",
    "plot_gradients",
    "plot_losses",
]
