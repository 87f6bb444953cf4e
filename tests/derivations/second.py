"""The half that was kept unread until the audit was finished: causes by hand, before it saw them."""

from . import Derivation

SECOND = [
    Derivation(
        "Backpropagation Numerical example",
        "https://github.com/melfm/notes/blob/HEAD/docs/machine_learning/backprop.md",
        "en",
        "x1=0.05 x2=0.1 w1=0.15 w2=0.20 w3=0.25 w4=0.30 w5=0.40 w6=0.45 w7=0.50 w8=0.55 "
        "b1=0.30 b2=0.35 b3=0.60 t1=0.01 t2=0.99",
        """
        z1 = weighted_sum([w1, w2], [x1, x2], b1)
        h1 = sigmoid(z1)
        h2 = sigmoid(weighted_sum([w3, w4], [x1, x2], b2))
        z3 = weighted_sum([w5, w6], [h1, h2], b3)
        y1 = sigmoid(z3)
        y2 = sigmoid(weighted_sum([w7, w8], [h1, h2], b3))
        E1 = (t1 - y1) ** 2 / 2
        E2 = (t2 - y2) ** 2 / 2
        E = E1 + E2
        slope = y1 * (1 - y1)
        """,
        """
        z1 = 0.3275
        h1 = 0.5812
        h2 = 0.5969
        z3 = 1.094  h1
        y1 = 0.7491  follows from .*z3
        y2 = 0.7703  h1
        E1 = 0.2731  follows from .*y1
        E2 = 0.289  t1|0.01
        y1.grad = 0.7391  follows from .*y1
        slope = 0.1928  ∂E/∂y1|grad of y1
        """,
        root="E",
    ),
    Derivation(
        "Ejemplo Numérico de Retropropagación (Una Sola Neurona)",
        "https://github.com/webmastervetea/advanced-ai-curriculum/blob/HEAD/temarios/1-2-b2-ejemplo-numerico-retropropagacion.md",
        "es",
        "x1=0.5 x2=1.0 w1=0.3 w2=0.7 b=0.1 t=0.8",
        """
        z = weighted_sum([w1, w2], [x1, x2], b)
        a = sigmoid(z)
        L = (t - a) ** 2 / 2
        slope = a * (1 - a)
        """,
        """
        z = 0.95
        a = 0.721
        L = 0.00312  follows from .*a
        a.grad = -0.079
        slope = 0.201
        w1.grad = -0.00793
        w1.new = 0.300793
        """,
        root="L",
        rate="0.1",
    ),
    Derivation(
        "Softmax regression: step-by-step execution, forward and backward",
        "https://github.com/MihirSaiDudekula/VIsem_Labs/blob/HEAD/DLP2.md",
        "en",
        "x1=1.0 x2=2.0 w11=0.2 w12=-0.3 w13=0.5 w21=-0.5 w22=0.7 w23=-0.2 max=1.1",
        """
        z1 = weighted_sum([w11, w21], [x1, x2])
        z2 = weighted_sum([w12, w22], [x1, x2])
        z3 = weighted_sum([w13, w23], [x1, x2])
        e1 = exp(z1 - max)
        e2 = exp(z2 - max)
        e3 = exp(z3 - max)
        S = total([e1, e2, e3])
        p1 = e1 / S
        p2 = e2 / S
        p3 = e3 / S
        L = -log(p2)
        """,
        """
        z1 = -0.8
        z2 = 1.1
        z3 = 0.1
        e1 = 0.149
        e2 = 1.0
        e3 = 0.368
        S = 1.517
        p1 = 0.098
        p2 = 0.659
        p3 = 0.242
        L = 0.417
        z1.grad = 0.098
        z2.grad = -0.341
        z3.grad = 0.242
        w11.grad = 0.098
        w12.grad = -0.341
        w13.grad = 0.242
        w21.grad = 0.196  follows from .*z1
        w22.grad = -0.682
        w23.grad = 0.484
        Δw11 = -0.0098
        Δw12 = 0.0341
        Δw13 = -0.0242
        Δw21 = -0.0196  follows from
        Δw22 = 0.0682
        Δw23 = -0.0484
        """,
        root="L",
        rate="0.1",
    ),
    Derivation(
        "Understanding Backpropagation — With Toy Examples (two layers, sigmoid)",
        "https://github.com/adilce009/adilce009.github.io/blob/HEAD/_posts/backpropagation.md",
        "en",
        "x=1 w1=0.5 w2=-1.0 t=0.5",
        """
        z = w1 * x
        h = sigmoid(z)
        y = w2 * h
        L = (t - y) ** 2
        slope = h * (1 - h)
        """,
        """
        z = 0.5
        h = 0.622
        y = -0.622
        L = 1.259
        y.grad = -2.244
        w2.grad = -1.394  ?
        slope = 0.235
        w1.grad = 0.527
        w2.new = -0.861  follows from .*w2
        w1.new = 0.447
        L.new = 1.052  ?
        """,
        root="L",
        rate="0.1",
    ),
    Derivation(
        "Backward propagation: a full step of a single-layer network",
        "https://github.com/Mahfuzar148/Machine-Learning-and-Deep-learning",
        "en",
        "x1=3000 x2=6 x3=1 t=0 w1=0.001 w2=0.01 w3=-0.005 b=0.1",
        """
        z = weighted_sum([w1, w2, w3], [x1, x2, x3], b)
        y = sigmoid(z)
        L = (t - y) ** 2
        slope = y * (1 - y)
        """,
        """
        z = 3.155
        y = 0.9591
        L = 0.91988
        y.grad = 1.9182
        slope = 0.03932  digits exchanged
        z.grad = 0.0755  ?
        w1.grad = 226.5  follows from .*z
        w2.grad = 0.453  follows from .*z
        w3.grad = 0.0755  follows from .*z
        b.grad = 0.0755  follows from .*z
        w1.new = -0.001265  follows from .*w1
        w2.new = 0.0099955
        w3.new = -0.005000755  follows from .*w3
        b.new = 0.09999924
        """,
        root="L",
        rate="0.00001",
    ),
    Derivation(
        "3-Class Softmax Backprop (Numerical)",
        "",
        "bn",
        "z1=2 z2=1 z3=0 x1=1 x2=2 w11=0.10 w12=0.20 w21=0.00 w22=0.10 w31=-0.10 w32=0.10 lr=0.1",
        """
        e1 = exp(z1)
        e2 = exp(z2)
        e3 = exp(z3)
        S = total([e1, e2, e3])
        p1 = e1 / S
        p2 = e2 / S
        p3 = e3 / S
        L = -log(p1)
        g12 = (p1 - 1) * x2
        g22 = p2 * x2
        g32 = p3 * x2
        n11 = w11 - lr * (p1 - 1) * x1
        n12 = w12 - lr * g12
        n21 = w21 - lr * p2 * x1
        n22 = w22 - lr * g22
        n31 = w31 - lr * p3 * x1
        n32 = w32 - lr * g32
        """,
        """
        e1 = 7.389
        e2 = 2.718
        e3 = 1
        S = 11.107
        p1 = 0.665
        p2 = 0.245
        p3 = 0.090
        L = 0.408
        z1.grad = -0.335
        z2.grad = 0.245
        z3.grad = 0.090
        g12 = -0.670
        g22 = 0.490  follows from .*p2
        g32 = 0.180
        n11 = 0.1335
        n12 = 0.2670
        n21 = -0.0245
        n22 = 0.0510
        n31 = -0.1090
        n32 = 0.0820
        """,
        root="L",
    ),
    Derivation(
        "Backpropagation (What, How, Why + Examples): binary classification with BCE and sigmoid",
        "",
        "en",
        "x1=1 x2=1 w11=0.1 w12=0.1 b1=0 v1=0.1 v2=0.1 c=0",
        """
        z1 = weighted_sum([w11, w12], [x1, x2], b1)
        a1 = sigmoid(z1)
        a2 = sigmoid(z1)
        z = weighted_sum([v1, v2], [a1, a2], c)
        y = sigmoid(z)
        L = -log(y)
        slope = a1 * (1 - a1)
        """,
        """
        z1 = 0.2
        a1 = 0.5498
        z = 0.1100
        y = 0.5275
        L = 0.639
        z.grad = -0.4725
        v1.grad = -0.259
        c.grad = -0.4725
        slope = 0.2475
        a1.grad = -0.04725
        v1.new = 0.1259
        c.new = 0.04725
        """,
        root="L",
        rate="0.1",
    ),
    Derivation(
        "LSTM: Step-by-Step Numeric Example (rainfall–runoff modeling)",
        "",
        "en",
        "c=2.0 h=0.5 x=1.0 wf=0.8 uf=0.4 bf=-0.5 wi=0.5 ui=0.2 wc=1.0 uc=-0.5 bc=0.2 wo=0.6 uo=0.1 bo=-0.1",
        """
        zf = weighted_sum([wf, uf], [x, h], bf)
        zi = weighted_sum([wi, ui], [x, h])
        zc = weighted_sum([wc, uc], [x, h], bc)
        zo = weighted_sum([wo, uo], [x, h], bo)
        f = sigmoid(zf)
        g = tanh(zc)
        i = sigmoid(zi)
        p1 = f * c
        p2 = i * g
        cell = p1 + p2
        o = sigmoid(zo)
        tc = tanh(cell)
        out = o * tc
        """,
        """
        zf = 0.5
        f = 0.6225
        zc = 0.95
        g = 0.7398
        zi = 0.6
        i = 0.6457
        p1 = 1.2450  follows from .*f
        p2 = 0.4777  follows from .*(g|i)
        cell = 1.7227  follows from .*p
        zo = 0.55
        o = 0.6341
        tc = 0.9382
        out = 0.5949
        """,
        root="out",
    ),
    Derivation(
        "Long short-term memory: simple example",
        "",
        "en",
        "x=1.0 h=0.2 c=0.5 wf=0.5 uf=0.3 bf=0.1 wi=0.4 ui=0.2 wc=0.6 uc=0.1 wo=0.3 uo=0.4 bo=0.1",
        """
        f = sigmoid(weighted_sum([wf, uf], [x, h], bf))
        i = sigmoid(weighted_sum([wi, ui], [x, h]))
        g = tanh(weighted_sum([wc, uc], [x, h]))
        p1 = f * c
        p2 = i * g
        cell = p1 + p2
        o = sigmoid(weighted_sum([wo, uo], [x, h], bo))
        tc = tanh(cell)
        out = o * tc
        """,
        """
        f = 0.6593
        i = 0.6083
        g = 0.5511
        p1 = 0.3297  follows from .*f
        p2 = 0.3352
        cell = 0.6649
        o = 0.6177
        tc = 0.5817  ?
        out = 0.3593
        """,
        root="out",
    ),
    Derivation(
        "RNN: Example Calculation (three time steps)",
        "",
        "en",
        "x1=1.0 x2=2.0 x3=3.0 wx=0.5 wh=0.8",
        """
        h1 = tanh(wx * x1)
        m1 = wh * h1
        z2 = wx * x2 + m1
        h2 = tanh(z2)
        z3 = wx * x3 + wh * h2
        h3 = tanh(z3)
        """,
        """
        h1 = 0.4621
        m1 = 0.3697
        z2 = 1.3697
        h2 = 0.8781  ?
        z3 = 2.2025  follows from .*h2
        h3 = 0.9750  ?
        """,
        root="h3",
    ),
    Derivation(
        "RNN: Complete Numeric Example (Simple)",
        "",
        "en",
        "x1=1 x2=2 wx=0.5 wh=0.3",
        """
        h1 = tanh(wx * x1)
        m = wh * h1
        z2 = wx * x2 + m
        h2 = tanh(z2)
        """,
        """
        h1 = 0.462
        m = 0.138
        z2 = 1.138
        h2 = 0.813
        """,
        root="h2",
    ),
    Derivation(
        "Câu 3. Backpropagation cho Mạng Neural Network Đơn Giản",
        "",
        "vi",
        "x1=1 x2=2 t=1 w11=0.1 w12=0.2 b1=0.1 w21=0.3 w22=0.4 b2=0.1 v1=0.5 v2=0.6 c=0.1",
        """
        z1 = weighted_sum([w11, w12], [x1, x2], b1)
        h1 = sigmoid(z1)
        z2 = weighted_sum([w21, w22], [x1, x2], b2)
        h2 = sigmoid(z2)
        z = weighted_sum([v1, v2], [h1, h2], c)
        y = sigmoid(z)
        L = (y - t) ** 2 / 2
        slope = y * (1 - y)
        """,
        """
        z1 = 0.6
        h1 = 0.6457
        z2 = 1.2
        h2 = 0.7685
        z = 0.8840  follows from .*h
        y = 0.7076
        L = 0.04275  follows from .*y
        y.grad = -0.2924
        slope = 0.2069
        z.grad = -0.06050  follows from .*y
        v1.grad = -0.03907  ?
        v2.grad = -0.04650  follows from .*z
        c.grad = -0.06050  follows from .*z
        """,
        root="L",
    ),
    Derivation(
        "Numerical Example: forward and backward pass of a 2-2-1 network",
        "",
        "en",
        "x1=1 x2=0 w11=0.1 w12=0.2 w21=0.3 w22=0.4 b1=0.1 b2=0.1 v1=0.2 v2=0.3 c=0.1",
        """
        z1 = weighted_sum([w11, w12], [x1, x2], b1)
        z2 = weighted_sum([w21, w22], [x1, x2], b2)
        a1 = sigmoid(z1)
        a2 = sigmoid(z2)
        z = weighted_sum([v1, v2], [a1, a2], c)
        y = sigmoid(z)
        L = -log(y)
        """,
        """
        z1 = 0.2
        z2 = 0.4
        a1 = 0.55
        a2 = 0.60
        z = 0.39
        y = 0.596
        L = 0.517
        z.grad = -0.404
        v1.grad = -0.222
        v2.grad = -0.243  ?
        z1.grad = -0.020
        z2.grad = -0.029
        w11.grad = -0.020
        w21.grad = -0.029
        """,
        root="L",
    ),
    Derivation(
        "Exercise 3.1 — Trace the Backward Pass",
        "",
        "en",
        "x=2 w=0.5 b=-0.5 t=1",
        """
        z1 = w * x
        z = z1 + b
        y = sigmoid(z)
        e = y - t
        L = e ** 2
        """,
        """
        z1 = 1.0
        z = 0.5
        y = 0.6225
        e = -0.3775
        L = 0.1425
        e.grad = -0.7550
        y.grad = -0.7550
        z.grad = -0.1774
        w.grad = -0.3549
        b.grad = -0.1774
        """,
        root="L",
    ),
    Derivation(
        "A 2-2-1 network by hand: output delta, hidden deltas, weight update",
        "",
        "en",
        "x1=1 x2=0 t=1 w11=0.5 w12=0.4 w21=0.3 w22=0.6 v1=0.7 v2=0.8",
        """
        z1 = weighted_sum([w11, w12], [x1, x2])
        h1 = sigmoid(z1)
        z2 = weighted_sum([w21, w22], [x1, x2])
        h2 = sigmoid(z2)
        z = weighted_sum([v1, v2], [h1, h2])
        o = sigmoid(z)
        E = (t - o) ** 2 / 2
        """,
        """
        z1 = 0.5
        h1 = 0.6225
        z2 = 0.3
        h2 = 0.5744
        z = 0.8953
        o = 0.7101  ?
        E = 0.0420
        z.grad = -0.0596  follows from .*o
        z1.grad = -0.0098
        z2.grad = -0.0117
        v1.grad = -0.0371
        v2.grad = -0.0342  follows from .*z
        w11.grad = -0.0098
        w12.grad = 0
        w21.grad = -0.0117
        v1.new = 0.7186
        """,
        root="E",
        rate="0.5",
    ),
    Derivation(
        "Optimizers, epochs 1 and 2: SGD, momentum, AdaGrad, RMSProp, Adam with a constant gradient",
        "",
        "en",
        "w=1.0 g=0.5 lr=0.1 B=0.9 B1=0.9 B2=0.999",
        """
        sgd1 = w - lr * g
        v1 = (1 - B) * g
        mom1 = w - v1
        G1 = g ** 2
        ada1 = w - lr / sqrt(G1) * g
        s1 = (1 - B) * g ** 2
        q1 = lr / sqrt(s1)
        rms1 = w - q1 * g
        m1 = (1 - B1) * g
        u1 = (1 - B2) * g ** 2
        mh1 = m1 / (1 - B1)
        uh1 = u1 / (1 - B2)
        adam1 = w - lr / sqrt(uh1) * mh1
        sgd2 = sgd1 - lr * g
        v2 = B * v1 + (1 - B) * g
        mom2 = mom1 - v2
        G2 = G1 + g ** 2
        r2 = lr / sqrt(G2)
        ada2 = ada1 - r2 * g
        s2 = B * s1 + (1 - B) * g ** 2
        q2 = lr / sqrt(s2)
        rms2 = rms1 - q2 * g
        """,
        """
        sgd1 = 0.95
        v1 = 0.05
        mom1 = 0.95
        G1 = 0.25
        ada1 = 0.90
        s1 = 0.025
        q1 = 0.6324
        rms1 = 0.684
        m1 = 0.05
        u1 = 0.00025
        mh1 = 0.5
        uh1 = 0.25
        adam1 = 0.90
        sgd2 = 0.90
        v2 = 0.095
        mom2 = 0.855
        G2 = 0.50
        r2 = 0.1414
        ada2 = 0.829
        s2 = 0.0475
        q2 = 0.4588
        rms2 = 0.455  follows from .*rms1
        """,
        root="rms2",
    ),
    Derivation(
        "长短期记忆: 遗忘门 举例说明",
        "",
        "zh",
        "h1=1 h3=1 w1=0.1 w3=0.3 w5=0.5 w7=0.7 b1=0.1 b2=0.2 b3=0.3",
        """
        z = total([w1 * h1, w3 * h3, w5, w7, b1, b2, b3])
        f = sigmoid(z)
        """,
        """
        z = 2.1  left out
        f = 0.824  ?
        """,
        root="f",
    ),
    Derivation(
        "Softmax Cross-Entropy Gradient",
        "https://www.onenoughtone.com/learning-path/machine-learning-patterns/problem/softmax-cross-entropy-gradient",
        "en",
        "z1=1.0 z2=2.0 z3=3.0",
        """
        e1 = exp(z1)
        e2 = exp(z2)
        e3 = exp(z3)
        S = total([e1, e2, e3])
        p1 p2 p3 = softmax([z1, z2, z3])
        L = -log(p1)
        """,
        """
        e1 = 2.718
        e2 = 7.389
        e3 = 20.086
        S = 30.193
        z1.grad = -0.91
        z2.grad = 0.2447
        z3.grad = 0.6652
        """,
        root="L",
    ),
    Derivation(
        "The Full Adam Algorithm: a complete hand computation",
        "https://gbasran.github.io/ADAM-Machine-Learning-Deepdive/concept-12-full-adam.html",
        "en",
        "theta=5 lr=0.1 B1=0.9 B2=0.999 eps=1e-8",
        """
        g1 = 2 * theta
        m1 = (1 - B1) * g1
        v1 = (1 - B2) * g1 ** 2
        mh1 = m1 / (1 - B1)
        vh1 = v1 / (1 - B2)
        th1 = theta - lr * mh1 / (sqrt(vh1) + eps)
        g2 = 2 * th1
        """,
        """
        g1 = 10
        m1 = 1
        v1 = 0.1
        mh1 = 10
        vh1 = 100
        th1 = 4.9
        g2 = 9.8
        """,
        root="th1",
    ),
    Derivation(
        "Forward Propagation (Época 1)",
        "https://rstudio-pubs-static.s3.amazonaws.com/1344578_8c77aea863234e4fa2cde5445cdf9d31.html",
        "es",
        "x1=0 x2=1 t=1 w1=0.1 w2=0.5 w3=-0.7 w4=0.3 w5=0.2 w6=0.4",
        """
        z1 = weighted_sum([w1, w3], [x1, x2])
        f1 = sigmoid(z1)
        z2 = weighted_sum([w2, w4], [x1, x2])
        f2 = sigmoid(z2)
        z3 = weighted_sum([w5, w6], [f1, f2])
        f3 = sigmoid(z3)
        E = (t - f3) ** 2 / 2
        """,
        """
        z1 = -0.7000
        f1 = 0.3318
        z2 = 0.3000
        f2 = 0.5744
        z3 = 0.2961
        f3 = 0.5735
        E = 0.0910
        """,
        root="E",
        rate="0.25",
    ),
    Derivation(
        "A Step by Step Backpropagation Example",
        "https://mattmazur.com/2015/03/17/a-step-by-step-backpropagation-example/",
        "en",
        "i1=0.05 i2=0.10 w1=0.15 w2=0.20 w3=0.25 w4=0.30 w5=0.40 w6=0.45 w7=0.50 w8=0.55 b1=0.35 b2=0.60 "
        "t1=0.01 t2=0.99",
        """
        n1 = weighted_sum([w1, w2], [i1, i2], b1)
        h1 = sigmoid(n1)
        h2 = sigmoid(weighted_sum([w3, w4], [i1, i2], b1))
        n3 = weighted_sum([w5, w6], [h1, h2], b2)
        o1 = sigmoid(n3)
        o2 = sigmoid(weighted_sum([w7, w8], [h1, h2], b2))
        E1 = (t1 - o1) ** 2 / 2
        E2 = (t2 - o2) ** 2 / 2
        E = E1 + E2
        """,
        """
        n1 = 0.3775
        h1 = 0.593269992
        h2 = 0.596884378
        n3 = 1.105905967
        o1 = 0.75136507
        o2 = 0.772928465
        E1 = 0.274811083
        E = 0.298371109
        E.new = 0.291027924  already updated
        """,
        root="E",
        rate="0.5",
        parameters="w1 w2 w3 w4 w5 w6 w7 w8",
    ),
    Derivation(
        "Forward pass for 'so angry': two dead ReLUs",
        "",
        "en",
        "x1=-0.25 x2=-0.4 w11=1.0 w12=0.5 b1=0.1 w21=-0.5 w22=1.0 b2=-0.2 v1=0.8 v2=-0.6 c=0.3",
        """
        z1 = weighted_sum([w11, w12], [x1, x2], b1)
        z2 = weighted_sum([w21, w22], [x1, x2], b2)
        h1 = relu(z1)
        h2 = relu(z2)
        z = weighted_sum([v1, v2], [h1, h2], c)
        y = sigmoid(z)
        """,
        """
        z1 = -0.35
        z2 = -0.475
        h1 = 0.0
        h2 = 0.0
        z = 0.3
        y = 0.574
        """,
        root="y",
    ),
    Derivation(
        "A sigmoid 2-2-1 network (worked example 2)",
        "",
        "en",
        "x1=1 x2=0.5 w11=0.2 w12=-0.3 b1=0.1 w21=0.4 w22=0.1 b2=-0.1 v1=0.5 v2=-0.4 c=0.2",
        """
        a1 = weighted_sum([w11, w12], [x1, x2], b1)
        a2 = weighted_sum([w21, w22], [x1, x2], b2)
        h1 = sigmoid(a1)
        h2 = sigmoid(a2)
        a = weighted_sum([v1, v2], [h1, h2], c)
        y = sigmoid(a)
        """,
        """
        a1 = 0.15
        a2 = 0.35
        h1 = 0.5374
        h2 = 0.5866
        a = 0.2341
        y = 0.5583
        """,
        root="y",
    ),
    Derivation(
        "Make Your Own Neural Network, errata 3: Weight Update Worked Example",
        "",
        "en",
        "o1=0.4 o2=0.5 w1=2.0 w2=3.0 e=1.5 lr=0.1",
        """
        s = weighted_sum([w1, w2], [o1, o2])
        o = sigmoid(s)
        slope = o * (1 - o)
        g = -e * slope * o1
        step = -lr * g
        new = w1 + step
        """,
        """
        s = 2.3
        o = 0.909
        slope = 0.083
        g = -0.04969
        step = 0.005
        new = 2.005
        """,
        root="new",
    ),
    Derivation(
        "Understanding LSTM through example (the forget gate)",
        "https://www.tutorialguruji.com/python/understanding-lstm-through-example/",
        "en",
        "h1=0 h2=0.5 h3=0.1 h4=0.2 h5=0.6 x1=-0.1 x2=0.3 x3=0.1 x4=-0.25 x5=0.1",
        """
        f1 = sigmoid(h1 + x1)
        f2 = sigmoid(h2 + x2)
        f3 = sigmoid(h3 + x3)
        f4 = sigmoid(h4 + x4)
        f5 = sigmoid(h5 + x5)
        """,
        """
        f1 = 0.47502081
        f2 = 0.68997448
        f3 = 0.549834
        f4 = 0.4875026
        f5 = 0.66818777
        """,
        root="f5",
    ),
]
