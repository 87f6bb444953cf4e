"""The live page: the graph's own numbers and rules as a program for the browser.

:mod:`.rows` writes the rules of the table in JavaScript, :mod:`.expressions` the formulas of a graph's nodes
as data, :mod:`.record` puts both beside the graph, and :mod:`.document` makes one HTML file of them with
the scripts beside this module.
"""
