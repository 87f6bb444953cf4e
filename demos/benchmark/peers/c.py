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

/* p: W_in [H][2], b_in, W [H][H], b, W_out [H], b_out; H is 32, and room is for 100 steps. */
#define H 32
#define STEPS 100
#define SERIES (4 * H + H * H + H + H + 1)

double series_step(double *p, const double *x, const double *targets, double rate)
{
    double *W_in = p, *b_in = p + 2 * H, *W = b_in + H, *b = W + H * H, *W_out = b + H, *b_out = W_out + H;
    static double h[STEPS + 1][H];
    double g[SERIES], errors[STEPS], later[H], d[H], Wt[H][H], loss = 0;
    double *gW_in = g, *gb_in = g + 2 * H, *gW = gb_in + H, *gb = gW + H * H, *gW_out = gb + H, *gb_out = gW_out + H;
    memset(g, 0, sizeof g);
    memset(h[0], 0, sizeof h[0]);
    memset(later, 0, sizeof later);
    for (int i = 0; i < H; i++)
        for (int j = 0; j < H; j++) Wt[j][i] = W[H * i + j];
    for (int t = 0; t < STEPS; t++) {
        double z[H];
        for (int i = 0; i < H; i++) z[i] = W_in[2 * i] * x[2 * t] + W_in[2 * i + 1] * x[2 * t + 1] + b_in[i] + b[i];
        for (int j = 0; j < H; j++)
            for (int i = 0; i < H; i++) z[i] += Wt[j][i] * h[t][j];
        double y = *b_out;
        for (int i = 0; i < H; i++) {
            h[t + 1][i] = tanh(z[i]);
            y += W_out[i] * h[t + 1][i];
        }
        errors[t] = y - targets[t];
        loss += errors[t] * errors[t];
    }
    for (int t = STEPS - 1; t >= 0; t--) {
        double e = 2 * errors[t] / STEPS;
        *gb_out += e;
        for (int i = 0; i < H; i++) {
            gW_out[i] += e * h[t + 1][i];
            d[i] = (e * W_out[i] + later[i]) * (1 - h[t + 1][i] * h[t + 1][i]);
            later[i] = 0;
        }
        for (int i = 0; i < H; i++) {
            gb_in[i] += d[i];
            gb[i] += d[i];
            gW_in[2 * i] += d[i] * x[2 * t];
            gW_in[2 * i + 1] += d[i] * x[2 * t + 1];
            for (int j = 0; j < H; j++) {
                gW[H * i + j] += d[i] * h[t][j];
                later[j] += d[i] * W[H * i + j];
            }
        }
    }
    for (int k = 0; k < SERIES; k++) p[k] -= rate * g[k];
    return loss / STEPS;
}

/* p: W1 [64][16], b1, W2 [64][64], b2, W3 [10][64], b3; m and v are Adam's, and W2's columns are read as rows. */
#define CLASSES_PARAMETERS (64 * 17 + 64 * 65 + 10 * 65)

static void layer(const double *Wt, const double *b, const double *x, int inputs, int outputs, double *z)
{
    for (int i = 0; i < outputs; i++) z[i] = b[i];
    for (int j = 0; j < inputs; j++)
        for (int i = 0; i < outputs; i++) z[i] += Wt[outputs * j + i] * x[j];
}

static void back(const double *W, const double *d, const double *x, int inputs, int outputs, double *gW, double *gb,
                 double *dx)
{
    for (int i = 0; i < outputs; i++) {
        gb[i] += d[i];
        for (int j = 0; j < inputs; j++) gW[inputs * i + j] += d[i] * x[j];
    }
    if (dx)
        for (int j = 0; j < inputs; j++) dx[j] = 0;
    for (int i = 0; dx && i < outputs; i++)
        for (int j = 0; j < inputs; j++) dx[j] += d[i] * W[inputs * i + j];
}

static void turn(const double *W, int inputs, int outputs, double *Wt)
{
    for (int i = 0; i < outputs; i++)
        for (int j = 0; j < inputs; j++) Wt[outputs * j + i] = W[inputs * i + j];
}

double classes_step(double *p, double *m, double *v, const double *points, const double *targets, int count,
                    double rate, double steps)
{
    double *W1 = p, *b1 = W1 + 64 * 16, *W2 = b1 + 64, *b2 = W2 + 64 * 64, *W3 = b2 + 64, *b3 = W3 + 640;
    static double g[CLASSES_PARAMETERS], t1[64 * 16], t2[64 * 64], t3[640];
    double *gW1 = g, *gb1 = gW1 + 64 * 16, *gW2 = gb1 + 64, *gb2 = gW2 + 64 * 64, *gW3 = gb2 + 64, *gb3 = gW3 + 640;
    double h1[64], h2[64], z[10], d3[10], d2[64], d1[64], loss = 0;
    memset(g, 0, sizeof g);
    turn(W1, 16, 64, t1);
    turn(W2, 64, 64, t2);
    turn(W3, 64, 10, t3);
    for (int s = 0; s < count; s++) {
        const double *x = points + 16 * s, *target = targets + 10 * s;
        layer(t1, b1, x, 16, 64, h1);
        for (int i = 0; i < 64; i++) h1[i] = h1[i] > 0 ? h1[i] : 0;
        layer(t2, b2, h1, 64, 64, h2);
        for (int i = 0; i < 64; i++) h2[i] = h2[i] > 0 ? h2[i] : 0;
        layer(t3, b3, h2, 64, 10, z);
        double largest = z[0], sum = 0;
        for (int k = 1; k < 10; k++) largest = z[k] > largest ? z[k] : largest;
        for (int k = 0; k < 10; k++) sum += d3[k] = exp(z[k] - largest);
        double logarithm = log(sum);
        for (int k = 0; k < 10; k++) {
            loss += target[k] * (logarithm - (z[k] - largest));
            d3[k] = (d3[k] / sum - target[k]) / count;
        }
        back(W3, d3, h2, 64, 10, gW3, gb3, d2);
        for (int i = 0; i < 64; i++) d2[i] = h2[i] > 0 ? d2[i] : 0;
        back(W2, d2, h1, 64, 64, gW2, gb2, d1);
        for (int i = 0; i < 64; i++) d1[i] = h1[i] > 0 ? d1[i] : 0;
        back(W1, d1, x, 16, 64, gW1, gb1, 0);
    }
    double size = rate / (1 - pow(0.9, steps)), correction = sqrt(1 - pow(0.999, steps));
    for (int k = 0; k < CLASSES_PARAMETERS; k++) {
        m[k] += 0.1 * (g[k] - m[k]);
        v[k] += 0.001 * (g[k] * g[k] - v[k]);
        p[k] -= size * m[k] / (sqrt(v[k]) / correction + 1e-8);
    }
    return loss / count;
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
    for function in (loaded.moons_step, loaded.image_step, loaded.series_step, loaded.classes_step):
        function.restype = ctypes.c_double
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


def w5():
    problem = problems.w5()
    run = _library().series_step
    parameters = _flat(problem.layers)
    inputs, targets = _array(x for given in problem.inputs for x in given), _array(problem.targets)
    rate = ctypes.c_double(problem.learning_rate)

    def step():
        return run(parameters, inputs, targets, rate), parameters[0]

    return step


def w6():
    problem = problems.w6()
    run = _library().classes_step
    parameters = _flat(problem.layers)
    means, squares = ((ctypes.c_double * len(parameters))() for _ in range(2))
    points, targets = (_array(x for row in rows for x in row) for rows in (problem.points, problem.targets))
    count, rate = len(problem.points), ctypes.c_double(problem.learning_rate)
    steps = 0

    def step():
        nonlocal steps
        steps += 1
        loss = run(parameters, means, squares, points, targets, count, rate, ctypes.c_double(steps))
        return loss, parameters[0]

    return step
