"""How fast is it, beside others? ``python -m demos benchmark`` says.

``problems`` is what is computed, as plain numbers that everyone starts from; ``peers`` has one small
file for each implementation; ``worker`` runs one of them in a process of its own; ``runner`` starts
the workers, lets them take turns, compares their answers, and prints the table.
"""
