"""C, the derivatives written by hand, as loops; strict IEEE arithmetic, no reordering, no contraction."""

import ctypes
import shutil
import subprocess
import tempfile
from pathlib import Path

from autograd import MissingToolError

from .. import problems

TITLE = "C by hand"

FLAGS = ["-O3", "-march=native", "-ffp-contract=off", "-shared", "-fPIC"]

SOURCE = r"""
#include <math.h>
#include <string.h>

#define HIDDEN 16
#define PARAMETERS (HIDDEN * 3 + HIDDEN * (HIDDEN + 1) + HIDDEN + 1)

/* p: W1 [16][2], b1, W2 [16][16], b2, W3 [16], b3. One step of gradient descent; the loss is returned. */
double moons_step(double *p, const double *points, const double *labels, int count, double rate, double l2)
{
    double *W1 = p, *b1 = W1 + 2 * HIDDEN, *W2 = b1 + HIDDEN, *b2 = W2 + HIDDEN * HIDDEN, *W3 = b2 + HIDDEN;
    double g[PARAMETERS];
    double *gW1 = g, *gb1 = gW1 + 2 * HIDDEN, *gW2 = gb1 + HIDDEN, *gb2 = gW2 + HIDDEN * HIDDEN, *gW3 = gb2 + HIDDEN;
    double loss = 0, h1[HIDDEN], h2[HIDDEN], d1[HIDDEN], d2[HIDDEN];
    memset(g, 0, sizeof g);
    for (int s = 0; s < count; s++) {
        double x = points[2 * s], y = points[2 * s + 1], score = W3[HIDDEN];
        for (int i = 0; i < HIDDEN; i++) {
            double z = W1[2 * i] * x + W1[2 * i + 1] * y + b1[i];
            h1[i] = z > 0 ? z : 0;
        }
        for (int i = 0; i < HIDDEN; i++) {
            double z = b2[i];
            for (int j = 0; j < HIDDEN; j++) z += W2[HIDDEN * i + j] * h1[j];
            h2[i] = z > 0 ? z : 0;
        }
        for (int i = 0; i < HIDDEN; i++) score += W3[i] * h2[i];
        double margin = 1 - labels[s] * score;
        loss += margin > 0 ? margin : 0;
        /* no short cut where this is 0: the others take none, and a trained network has many zeros */
        double d3 = margin > 0 ? -labels[s] / count : 0;
        gW3[HIDDEN] += d3;
        for (int i = 0; i < HIDDEN; i++) {
            gW3[i] += d3 * h2[i];
            d2[i] = h2[i] > 0 ? d3 * W3[i] : 0;
            d1[i] = 0;
        }
        for (int i = 0; i < HIDDEN; i++) {
            gb2[i] += d2[i];
            for (int j = 0; j < HIDDEN; j++) {
                gW2[HIDDEN * i + j] += d2[i] * h1[j];
                d1[j] += d2[i] * W2[HIDDEN * i + j];
            }
        }
        for (int i = 0; i < HIDDEN; i++) {
            double d = h1[i] > 0 ? d1[i] : 0;
            gb1[i] += d;
            gW1[2 * i] += d * x;
            gW1[2 * i + 1] += d * y;
        }
    }
    double squares = 0;
    for (int k = 0; k < PARAMETERS; k++) {
        squares += p[k] * p[k];
        p[k] -= rate * (g[k] + 2 * l2 * p[k]);
    }
    return loss / count + l2 * squares;
}

/* p: W1 [hidden][inputs], b1, W2 [2][hidden], b2, and g the same for the gradient; the loss is returned. */
double image_step(const double *p, double *g, const double *x, int inputs, int hidden, int target)
{
    const double *b1 = p + hidden * inputs, *W2 = b1 + hidden, *b2 = W2 + 2 * hidden;
    double *gb1 = g + hidden * inputs, *gW2 = gb1 + hidden, *gb2 = gW2 + 2 * hidden;
    double h[hidden], logits[2] = {b2[0], b2[1]}, d2[2];
    for (int i = 0; i < hidden; i++) {
        double z = b1[i];
        for (int j = 0; j < inputs; j++) z += p[inputs * i + j] * x[j];
        h[i] = z > 0 ? z : 0;
        logits[0] += W2[i] * h[i];
        logits[1] += W2[hidden + i] * h[i];
    }
    double largest = fmax(logits[0], logits[1]);
    double sum = exp(logits[0] - largest) + exp(logits[1] - largest);
    for (int k = 0; k < 2; k++) {
        d2[k] = exp(logits[k] - largest) / sum - (k == target);
        gb2[k] = d2[k];
    }
    for (int i = 0; i < hidden; i++) {
        double d1 = h[i] > 0 ? d2[0] * W2[i] + d2[1] * W2[hidden + i] : 0;
        gW2[i] = d2[0] * h[i];
        gW2[hidden + i] = d2[1] * h[i];
        gb1[i] = d1;
        for (int j = 0; j < inputs; j++) g[inputs * i + j] = d1 * x[j];
    }
    return log(sum) - (logits[target] - largest);
}
"""


def _library():
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None:
        raise MissingToolError("no C compiler (cc, gcc or clang) on the PATH")
    with tempfile.TemporaryDirectory() as folder:
        source, library = Path(folder, "steps.c"), Path(folder, "steps.so")
        source.write_text(SOURCE)
        subprocess.run([compiler, *FLAGS, "-o", library, source, "-lm"], check=True)
        loaded = ctypes.CDLL(str(library))
    loaded.moons_step.restype = loaded.image_step.restype = ctypes.c_double
    return loaded


def _array(numbers):
    numbers = list(numbers)
    return (ctypes.c_double * len(numbers))(*numbers)


def _flat(layers):
    return _array(w for W, b in layers for w in (*(w for row in W for w in row), *b))


def w1():
    problem = problems.w1()
    run = _library().moons_step
    parameters = _flat(problem.layers)
    points, labels = _array(x for point in problem.points for x in point), _array(problem.labels)
    rest = (points, labels, len(labels), ctypes.c_double(problem.learning_rate), ctypes.c_double(problem.l2))

    def step():
        return run(parameters, *rest), parameters[0]

    return step


def w2():
    problem = problems.w2()
    run = _library().image_step
    parameters = _flat(problem.layers)
    gradient = (ctypes.c_double * len(parameters))()
    image = _array(problem.image)
    hidden = len(problem.layers[0][1])

    def step():
        return run(parameters, gradient, image, len(image), hidden, problem.target), gradient[0]

    return step
