"""The way in: a prompt with everything imported, a tour of sixty seconds, an expression given on the command line.

``python -m autograd`` opens the prompt (:mod:`.shell`), ``python -m autograd tour`` the tour (:mod:`.tour`), and
``python -m autograd "sigmoid(x * w)" x=0.5 w=0.8`` prints the sheet of an expression (:mod:`.calculation`).
"""

__all__: list[str] = []
