"""``python -m demos.gallery``: every kind of picture, of the worked examples.

Without an argument it draws the pictures of graphs that the README shows, into demos/pictures, and the one
that moves (``steps.svg``: a neuron and its loss, step by step); a test holds each committed one against
what is drawn here. ``python -m demos.gallery DIR`` writes into DIR these
pictures; for each example the page that steps through its network; an animation; and plots (extras
``frames``, ``plot``).
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from autograd import (
    Graph,
    MissingToolError,
    Plot,
    Value,
    draw,
    frames,
    play,
    plot_activations,
    plot_boundary,
    plot_gradients,
    plot_losses,
    weighted_sum,
)
from nn import MLP, losses

from . import exclusive_or, three_layers, two_weights
from .__main__ import EXAMPLES, load

__all__ = ["FOLDER", "GALLERY", "exhibit", "main"]

FOLDER = Path(__file__).parent / "pictures"


# --- the README's pictures ---------------------------------------------------------------------------


def _two_weights() -> Graph:
    return two_weights.EXAMPLE.pictures()["two_weights"]


def _neurons() -> Graph:
    """The 3–2–3 network as its neurons."""
    return draw(three_layers.values()["L"], detail="neuron", widths=True, legend=True)


def _operations() -> Graph:
    """One neuron down to its elementary operations."""
    a = _neuron()
    a.backward()
    return draw(a, detail="op", highlight="w₂")


def _neuron() -> Value:
    w, x = [Value(0.2, "w₁"), Value(0.4, "w₂")], [Value(1.0, "x₁"), Value(0.5, "x₂")]
    z = weighted_sum(w, x, Value(0.1, "b"))
    z.label = "z"
    a = z.sigmoid()
    a.label = "a"
    return a


def moving(path: Path) -> Path:
    """A neuron and its loss, forward and backward, step by step."""
    a, y = _neuron(), Value(1.0, "y")
    loss = (a - y) ** 2
    loss.label = "L"
    return frames(loss, path, seconds=2)[0]


GALLERY: dict[str, Callable[[], Graph]] = {
    "two_weights": _two_weights,
    "neurons": _neurons,
    "operations": _operations,
}


# --- pages, an animation, plots ----------------------------------------------------------------------


def exhibit(out: Path) -> Iterator[Path | str]:
    """Write everything into ``out``: the path of each file, or what is missing for it."""
    makers: list[Callable[[], Path]] = [
        lambda name=name, picture=picture: picture().save(out / f"{name}.svg")  # type: ignore[misc]
        for name, picture in GALLERY.items()
    ]
    makers += [lambda name=name: _page(name, out) for name in EXAMPLES]  # type: ignore[misc]
    makers.append(lambda: frames(_neuron(), out / "neuron.gif", width=900)[0])
    makers += [lambda name=name, plot=plot: plot().save(out / f"{name}.svg") for name, plot in PLOTS.items()]  # type: ignore[misc]
    for make in makers:
        try:
            yield make()
        except MissingToolError as error:
            yield str(error)


def _page(name: str, out: Path) -> Path:
    example = load(name)
    *_, root = example.values().values()
    return play(root, title=f"{name}: {example.about}").save(out / f"{name}.html")


def _losses() -> Plot:
    """The two-weight chain by its program's updates, and by the gradient."""
    runs = {
        "the program's updates": [done.error**2 / 2 for done in two_weights.rounds()],
        "the gradient": [done.error**2 / 2 for done in two_weights.rounds(by_gradient=True)],
    }
    return plot_losses(runs, title="two weights: ½ error²", log=True)


def _boundary() -> Plot:
    """What an MLP has learnt of XOR."""
    model = MLP(2, [4, 1], activation="tanh", output="sigmoid", seed=1)
    exclusive_or.learn(model, steps=500, lr=0.5, momentum=0.9)
    kinds = [int(target) for target in exclusive_or.TARGETS]
    return plot_boundary(lambda x: int(model(x).data > 0.5), exclusive_or.POINTS, kinds, title="XOR, learnt", steps=40)


def _gradients() -> Plot:
    """Ten layers of sigmoids: the gradient vanishes on its way back."""
    model = MLP(4, [8] * 9 + [1], activation="sigmoid", init="xavier", seed=2)
    losses.mse([model([0.5, -1.0, 0.25, 1.0])], [3.0]).backward()
    layers = {str(place): layer.parameters() for place, layer in enumerate(model.layers, 1)}
    return plot_gradients(layers, title="sigmoids in depth")


PLOTS: dict[str, Callable[[], Plot]] = {
    "losses": _losses,
    "boundary": _boundary,
    "gradients": _gradients,
    "activations": plot_activations,
}


def main(argv: Sequence[str]) -> None:
    if not argv:
        if not FOLDER.is_dir():  # it is part of the source tree, and of no installation
            sys.exit("python -m demos.gallery: run it in the source tree, or name a folder for the pictures")
        for name, picture in GALLERY.items():
            print(f"wrote {picture().save(FOLDER / f'{name}.svg')}")
        print(f"wrote {moving(FOLDER / 'steps.svg')}")
        return
    out = Path(argv[0])
    out.mkdir(parents=True, exist_ok=True)
    for made in exhibit(out):
        print(f"wrote {made}" if isinstance(made, Path) else made)


if __name__ == "__main__":
    main(sys.argv[1:])
