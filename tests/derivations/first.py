"""The half that the audit was built on."""

from . import Derivation

FIRST = [
    Derivation(
        "Understanding Backpropagation: Step-by-Step Gradient Derivation in a Tiny Neural Network",
        "https://github.com/sreekanth9999/Interview_Prep/blob/HEAD/simple_nn_calculation.md",
        "en",
        "x=1.0 w1=0.5 w2=0.5",
        """
        z1 = x * w1
        a1 = relu(z1)
        z2 = a1 * w2
        a2 = sigmoid(z2)
        L = -log(1 - a2)
        slope = a2 * (1 - a2)
        """,
        """
        z1 = 0.5
        a1 = 0.5
        z2 = 0.25
        a2 = 0.562
        a2.grad = 0.562  the gradient of z2
        slope = 0.246
        z2.grad = 0.138  follows from .*a2|multiplied by
        w2.grad = 0.069  follows from .*z2
        a1.grad = 0.069  follows from .*z2
        z1.grad = 0.069  follows from .*a1
        w1.grad = 0.069  follows from .*z1
        w2.new = 0.4931  follows from .*w2
        w1.new = 0.4931  follows from .*w1
        """,
        root="L",
        rate="0.1",
    ),
    Derivation(
        "순전파/ 역전파 예제로 이해하기",
        "https://github.com/Lee-keonhee/zero_to_deep_kh/blob/HEAD/_posts/2025-07-27-propagation.md",
        "ko",
        "x1=0.5 x2=0.3 w1=0.3 w2=0.2 w3=0.2 w4=0.3 w5=0.4 w6=0.5 t=0.7",
        """
        z1 = weighted_sum([w1, w3], [x1, x2])
        z2 = weighted_sum([w2, w4], [x1, x2])
        a1 = sigmoid(z1)
        a2 = sigmoid(z2)
        y = weighted_sum([w5, w6], [a1, a2])
        L = (t - y) ** 2
        """,
        """
        z1 = 0.21
        z2 = 0.19
        a1 = 0.552
        a2 = 0.547
        y = 0.4943  follows from .*a1
        L = 0.04231  follows from .*y
        w5.grad = -0.227
        w6.grad = -0.225
        w1.grad = -0.0204  ?
        w2.grad = -0.0255  follows from .*y
        w3.grad = -0.0122
        w4.grad = -0.0153
        w1.new = 0.302
        w2.new = 0.203
        w3.new = 0.201
        w4.new = 0.302
        w5.new = 0.423
        w6.new = 0.523  follows from .*w6
        y.new = 0.5199  ?
        """,
        root="L",
        rate="0.1",
    ),
    Derivation(
        "Lesson 3: Calculating Attention Scores",
        "https://github.com/vukrosic/blueberry-llm-kimi-deepseek",
        "en",
        "q1=1 q2=0 q3=0 d=3",
        """
        s1 = total([q1, q2])
        s2 = total([q1, q2])
        s3 = total([q2, q3])
        c1 = s1 / sqrt(d)
        c2 = s2 / sqrt(d)
        e1 = exp(c1)
        e2 = exp(c2)
        e3 = exp(s3 / sqrt(d))
        S = total([e1, e2, e3])
        a1 = e1 / S
        a2 = e2 / S
        root3 = sqrt(d)
        """,
        """
        s1 = 1
        s3 = 0
        root3 = 1.732
        c1 = 0.577
        c2 = 0.577
        e1 = 1.78
        e2 = 1.78
        S = 4.56
        a1 = 0.39
        a2 = 0.39
        """,
        root="a1",
    ),
    Derivation(
        "神经网络中的反向传播 (after Backpropagation in Neural Network, GeeksforGeeks)",
        "https://github.com/GMyhf/2025spring-cs201/blob/HEAD/LLM/0_xor_bp_neural_net_manual.md",
        "zh",
        "x1=0.35 x2=0.7 w11=0.2 w21=0.2 w12=0.3 w22=0.3 w13=0.3 w23=0.9 t=0.5",
        """
        a1 = weighted_sum([w11, w21], [x1, x2])
        a2 = weighted_sum([w12, w22], [x1, x2])
        y3 = sigmoid(a1)
        y4 = sigmoid(a2)
        a3 = weighted_sum([w13, w23], [y3, y4])
        y5 = sigmoid(a3)
        error = t - y5
        E = error ** 2 / 2
        """,
        """
        a1 = 0.21
        y3 = 0.56  ?
        a2 = 0.315
        y4 = 0.578
        a3 = 0.702  ?
        y5 = 0.67
        error = -0.17
        a3.grad = -0.0376  sign reversed|t - y|target minus
        a1.grad = -0.0027  sign reversed|t - y|target minus
        a2.grad = -0.0819  ?
        Δw23 = -0.022184  ?
        w23.new = 0.877816  follows from .*Δw23
        Δw11 = 0.000945  follows from .*a1|sign
        w11.new = 0.200945  follows from .*Δw11
        w12.new = 0.273225  ?
        w13.new = 0.086615  ?
        w21.new = 0.269445  ?
        w22.new = 0.18534  ?
        y3.new = 0.57  ?
        y4.new = 0.56  follows from .*w12
        y5.new = 0.61  ?
        """,
        root="E",
        rate="1",
    ),
    Derivation(
        "Understanding Backpropagation — With Toy Examples (1-layer network)",
        "https://github.com/adilce009/adilce009.github.io/blob/HEAD/_posts/backpropagation.md",
        "en",
        "x=2 w=3 t=10",
        """
        y = w * x
        L = (t - y) ** 2
        """,
        """
        y = 6
        L = 16
        y.grad = -8
        w.grad = -16
        w.new = 4.6
        y.new = 9.2
        L.new = 0.64
        """,
        root="L",
        rate="0.1",
    ),
    Derivation(
        "RNN, BPTT: a worked example with one hidden unit",
        "",
        "bn",
        "x1=1 x2=2 x3=3 t1=0.5 t2=1.0 t3=1.5 wx=0.5 wh=0.1 wy=1.0 h0=0",
        """
        a1 = weighted_sum([wx, wh], [x1, h0])
        h1 = tanh(a1)
        y1 = wy * h1
        a2 = weighted_sum([wx, wh], [x2, h1])
        h2 = tanh(a2)
        y2 = wy * h2
        a3 = weighted_sum([wx, wh], [x3, h2])
        h3 = tanh(a3)
        y3 = wy * h3
        L = total([(y1 - t1) ** 2, (y2 - t2) ** 2, (y3 - t3) ** 2]) / 2
        """,
        """
        a1 = 0.5000
        h1 = 0.4621
        y1 = 0.4621
        a2 = 1.0462
        h2 = 0.7803
        y2 = 0.7803
        a3 = 1.5780
        h3 = 0.9183
        y3 = 0.9183
        L = 0.1940
        y3.grad = -0.5817
        h3.grad = -0.5817
        a3.grad = -0.09117
        y2.grad = -0.2197
        h2.grad = -0.2288
        a2.grad = -0.08948
        y1.grad = -0.03788
        h1.grad = -0.04683
        a1.grad = -0.03683
        wx.grad = -0.48930
        wh.grad = -0.11249
        wy.grad = -0.72310
        wx.new = 0.54893
        wh.new = 0.11125
        wy.new = 1.07231
        """,
        root="L",
        rate="0.1",
        parameters="wx wh wy",
    ),
    Derivation(
        "Backpropagation (What, How, Why + Examples): regression with MSE",
        "",
        "en",
        "x1=1 x2=1 t=1 w11=0.1 w12=0.1 w21=0.1 w22=0.1 b11=0 b12=0 v1=0.1 v2=0.1 b2=0",
        """
        z1 = weighted_sum([w11, w12], [x1, x2], b11)
        z2 = weighted_sum([w21, w22], [x1, x2], b12)
        y = weighted_sum([v1, v2], [z1, z2], b2)
        L = (y - t) ** 2
        """,
        """
        z1 = 0.2
        z2 = 0.2
        y = 0.04
        L = 0.9216
        y.grad = -0.96  ½ of the squared error|factor 2 left out
        v1.grad = -0.192  ½ of the squared error|factor 2 left out|follows from .*y
        v2.grad = -0.192  ½ of the squared error|factor 2 left out|follows from .*y
        b2.grad = -0.96  ½ of the squared error|factor 2 left out|follows from .*y
        z1.grad = -0.096  ½ of the squared error|factor 2 left out|follows from .*y
        z2.grad = -0.096  ½ of the squared error|factor 2 left out|follows from .*y
        w11.grad = -0.096  ½ of the squared error|factor 2 left out|follows from .*z1
        w12.grad = -0.096  ½ of the squared error|factor 2 left out|follows from .*z1
        b11.grad = -0.096  ½ of the squared error|factor 2 left out|follows from .*z1
        v1.new = 0.1192  ½ of the squared error|factor 2 left out|follows from .*v1
        v2.new = 0.1192  ½ of the squared error|factor 2 left out|follows from .*v2
        b2.new = 0.096  ½ of the squared error|factor 2 left out|follows from .*b2
        w11.new = 0.1096  ½ of the squared error|factor 2 left out|follows from .*w11
        b11.new = 0.0096  ½ of the squared error|factor 2 left out|follows from .*b11
        """,
        root="L",
        rate="0.1",
    ),
    Derivation(
        "LSTM Cell — All 6 Equations with Scalar Arithmetic",
        "",
        "en",
        "h=0.5 x=1.0 c=0.3 wf=0.4 uf=0.6 bf=-0.5 wi=0.45 ui=0.55 wc=0.6 uc=0.4 wo=0.5 uo=0.5",
        """
        zf = weighted_sum([wf, uf], [h, x], bf)
        zi = weighted_sum([wi, ui], [h, x])
        zc = weighted_sum([wc, uc], [h, x])
        zo = weighted_sum([wo, uo], [h, x])
        f = sigmoid(zf)
        i = sigmoid(zi)
        g = tanh(zc)
        o = sigmoid(zo)
        p1 = f * c
        p2 = i * g
        cell = p1 + p2
        """,
        """
        zf = 0.30
        zi = 0.775
        zc = 0.70
        zo = 0.75
        f = 0.574
        i = 0.684
        g = 0.604
        p1 = 0.172
        p2 = 0.413
        cell = 0.585  follows from .*p
        o = 0.679
        """,
        root="cell",
    ),
    Derivation(
        "LSTM: single timestep, hidden size 1",
        "",
        "en",
        "x=0.5 h=0.1 c=0.2 wf=0.5 wi=0.4 wc=0.3 wo=0.2 dh=0.1 dc=0.05",
        """
        s = h + x
        f = sigmoid(wf * s)
        i = sigmoid(wi * s)
        g = tanh(wc * s)
        o = sigmoid(wo * s)
        cell = f * c + i * g
        out = o * tanh(cell)
        back = dh * o * (1 - tanh(cell) ** 2)
        dcell = back + dc
        """,
        """
        f = 0.5744
        i = 0.5597
        g = 0.1785  ?
        cell = 0.2146
        o = 0.5300
        out = 0.1120
        back = 0.1028  ?
        dcell = 0.1528  follows from .*back
        """,
        root="dcell",
    ),
    Derivation(
        "Step-by-Step LSTM Hand Calculation Example",
        "",
        "en",
        "x=1.0 h=0.5 c=2.0 wf=0.5 wi=0.8 wc=0.6 wo=0.4",
        """
        s = h + x
        zf = wf * s
        zi = wi * s
        zc = wc * s
        zo = wo * s
        f = sigmoid(zf)
        i = sigmoid(zi)
        g = tanh(zc)
        o = sigmoid(zo)
        p1 = f * c
        p2 = i * g
        cell = p1 + p2
        tc = tanh(cell)
        out = o * tc
        """,
        """
        zf = 0.75
        zi = 1.20
        zc = 0.90
        zo = 0.60
        f = 0.6792
        i = 0.7685
        g = 0.7163
        o = 0.6457
        p1 = 1.3584
        p2 = 0.5505
        cell = 1.9089
        tc = 0.9571  ?
        out = 0.6180  follows from .*(tc|o)
        """,
        root="out",
    ),
    Derivation(
        "Recurrent neural network: one training step of a tiny network",
        "",
        "en",
        "x1=1 x2=0.5 t1=0.3 t2=0.6 wx=0.5 wh=0.8 b=0 wy=1.0 c=0 h0=0",
        """
        z1 = weighted_sum([wx, wh], [x1, h0], b)
        h1 = tanh(z1)
        y1 = wy * h1 + c
        z2 = weighted_sum([wx, wh], [x2, h1], b)
        h2 = tanh(z2)
        y2 = wy * h2 + c
        r1 = y1 - t1
        r2 = y2 - t2
        L = total([r1 ** 2, r2 ** 2]) / 4
        s1 = 1 - h1 ** 2
        s2 = 1 - h2 ** 2
        """,
        """
        z1 = 0.5
        h1 = 0.4621
        y1 = 0.4621
        z2 = 0.6197
        h2 = 0.5510  ?
        y2 = 0.5510  follows from .*h2
        r1 = 0.1621
        r2 = -0.0490
        L = 0.0072
        y1.grad = 0.0810
        y2.grad = -0.0245
        s1 = 0.7864
        s2 = 0.6964
        z2.grad = -0.0171
        z1.grad = 0.0530
        wx.grad = 0.0445  follows from .*z
        wh.grad = -0.0079
        b.grad = 0.0359
        wy.grad = 0.0240  follows from .*(h2|y2)
        c.grad = 0.0566  follows from .*y2
        """,
        root="L",
    ),
    Derivation(
        "An RNN walkthrough with two steps",
        "",
        "en",
        "x1=1.0 x2=2.0 wx=0.5 wh=0.8 wy=2.0",
        """
        h1 = tanh(wx * x1)
        y1 = wy * h1
        m = wh * h1
        z2 = wx * x2 + m
        h2 = tanh(z2)
        y2 = wy * h2
        """,
        """
        h1 = 0.462
        y1 = 0.924
        m = 0.3696
        z2 = 1.3696
        h2 = 0.878
        y2 = 1.756  follows from .*h2
        """,
        root="y2",
    ),
    Derivation(
        "Ví dụ cụ thể bằng số (1 input, 1 hidden neuron, 1 output neuron)",
        "",
        "vi",
        "x=2 t=1 w1=0.5 w2=0.8 b1=0.1 b2=0.2",
        """
        z1 = w1 * x + b1
        a1 = sigmoid(z1)
        z2 = w2 * a1 + b2
        y = sigmoid(z2)
        L = (y - t) ** 2 / 2
        slope = y * (1 - y)
        """,
        """
        z1 = 1.1
        a1 = 0.75
        z2 = 0.8
        y = 0.69
        L = 0.048
        y.grad = -0.31
        slope = 0.21
        w2.grad = -0.049
        w2.new = 0.8049
        """,
        root="L",
        rate="0.1",
    ),
    Derivation(
        "Lan truyền tiến và ngược: sigmoid, BCE, 2-2-1",
        "",
        "vi",
        "x1=1.0 x2=0.5 t=1 w11=0.2 w12=0.4 b1=0.1 w21=-0.3 w22=0.5 b2=-0.2 v1=0.6 v2=-0.4 c=0.3",
        """
        z1 = weighted_sum([w11, w12], [x1, x2], b1)
        z2 = weighted_sum([w21, w22], [x1, x2], b2)
        a1 = sigmoid(z1)
        a2 = sigmoid(z2)
        z = weighted_sum([v1, v2], [a1, a2], c)
        y = sigmoid(z)
        L = -log(y)
        s1 = a1 * (1 - a1)
        s2 = a2 * (1 - a2)
        """,
        """
        z1 = 0.50
        z2 = -0.25
        a1 = 0.6225
        a2 = 0.4378
        z = 0.4984  follows from .*a
        y = 0.6221
        L = 0.4746  follows from .*y|cut
        z.grad = -0.3779
        v1.grad = -0.2352
        v2.grad = -0.1654
        c.grad = -0.3779
        s1 = 0.2350
        s2 = 0.2461
        a1.grad = -0.2267
        a2.grad = 0.1512
        z1.grad = -0.0533
        z2.grad = 0.0372
        w11.grad = -0.0533
        w12.grad = -0.0267  follows from .*z1
        w21.grad = 0.0372
        w22.grad = 0.0186
        """,
        root="L",
    ),
    Derivation(
        "Exercise 9.1: a full backward pass (sigmoid, squared error)",
        "",
        "en",
        "x=1.0 t=0 w1=0.5 b1=0 w2=-1.0 b2=0.5",
        """
        z1 = w1 * x + b1
        a1 = sigmoid(z1)
        z2 = w2 * a1 + b2
        y = sigmoid(z2)
        L = (t - y) ** 2
        s2 = y * (1 - y)
        s1 = a1 * (1 - a1)
        """,
        """
        z1 = 0.5
        a1 = 0.6225
        z2 = -0.1225
        y = 0.4694
        L = 0.2203
        y.grad = 0.9388
        s2 = 0.2490
        z2.grad = 0.2338
        w2.grad = 0.1455
        b2.grad = 0.2338
        a1.grad = -0.2338
        s1 = 0.2350
        z1.grad = -0.0549
        w1.grad = -0.0549
        b1.grad = -0.0549
        w2.new = -1.1455
        b2.new = 0.2662
        w1.new = 0.5549
        b1.new = 0.0549
        """,
        root="L",
        rate="1.0",
    ),
    Derivation(
        "Perform ONE iteration of the backpropagation algorithm (a neuron, exam solution)",
        "",
        "en",
        "x1=1 x2=0 t=1 w1=0.3 w2=-0.1 b=0.2",
        """
        z = weighted_sum([w1, w2], [x1, x2], b)
        y = sigmoid(z)
        E = (t - y) ** 2 / 2
        slope = y * (1 - y)
        """,
        """
        z = 0.5
        y = 0.6225
        E = 0.0712
        y.grad = -0.3775
        slope = 0.2350
        w1.grad = -0.0887
        w2.grad = 0
        w1.new = 0.3444
        w2.new = -0.1000
        b.new = 0.2444
        """,
        root="E",
        rate="0.5",
    ),
    Derivation(
        "Adam: worked numerical example (two steps)",
        "",
        "en",
        "theta=1.0 g1=0.5 g2=0.8 B1=0.9 B2=0.95 lr=0.001 eps=1e-8",
        """
        m1 = (1 - B1) * g1
        v1 = (1 - B2) * g1 ** 2
        mh1 = m1 / (1 - B1)
        vh1 = v1 / (1 - B2)
        d1 = lr * mh1 / (sqrt(vh1) + eps)
        th1 = theta - d1
        m2 = B1 * m1 + (1 - B1) * g2
        v2 = B2 * v1 + (1 - B2) * g2 ** 2
        mh2 = m2 / (1 - B1 ** 2)
        vh2 = v2 / (1 - B2 ** 2)
        """,
        """
        m1 = 0.05
        v1 = 0.0125
        mh1 = 0.5
        vh1 = 0.25
        d1 = 0.001
        th1 = 0.999
        m2 = 0.125
        v2 = 0.043875
        mh2 = 0.6579
        vh2 = 0.4500
        """,
        root="th1",
    ),
    Derivation(
        "Batch Normalization: 数学模型和公式详细讲解举例说明",
        "",
        "zh",
        "x1=1 x2=2 x3=3 x4=4 x5=5",
        """
        mean = total([x1, x2, x3, x4, x5]) / 5
        var = total([(x1 - mean) ** 2, (x2 - mean) ** 2, (x3 - mean) ** 2, (x4 - mean) ** 2, (x5 - mean) ** 2]) / 5
        n1 = (x1 - mean) / sqrt(var)
        n2 = (x2 - mean) / sqrt(var)
        n3 = (x3 - mean) / sqrt(var)
        n4 = (x4 - mean) / sqrt(var)
        n5 = (x5 - mean) / sqrt(var)
        """,
        """
        mean = 3
        var = 2
        n1 = -1.41
        n2 = -0.71
        n3 = 0
        n4 = 0.71
        n5 = 1.41
        """,
        root="n1",
    ),
    Derivation(
        "C6 Neural Network Operations: Softmax and Cross-Entropy",
        "https://portfolio-neural.pages.dev/topics/c6-softmax-cross-entropy.html",
        "en",
        "z1=2.0 z2=1.0 z3=0.1",
        """
        e1 = exp(z1)
        e2 = exp(z2)
        e3 = exp(z3)
        S = total([e1, e2, e3])
        p1 = e1 / S
        p2 = e2 / S
        p3 = e3 / S
        L = -log(p1)
        """,
        """
        e1 = 7.389
        e2 = 2.718
        e3 = 1.105
        S = 11.212
        p1 = 0.659
        p2 = 0.242
        p3 = 0.099
        L = 0.42
        """,
        root="L",
    ),
    Derivation(
        "Logistic Regression, Gradient Descent, Example",
        "https://www.scribd.com/document/827701831/Logistic-Regression-Gradient-Descent-Example",
        "en",
        "w=0.2 b=0.1 x1=0.5 x3=2.0 x4=3.0",
        """
        z1 = w * x1 + b
        y1 = sigmoid(z1)
        z3 = w * x3 + b
        y3 = sigmoid(z3)
        L3 = -log(y3)
        z4 = w * x4 + b
        y4 = sigmoid(z4)
        L4 = -log(1 - y4)
        """,
        """
        z1 = 0.2
        y1 = 0.5498
        z3 = 0.5
        y3 = 0.6225
        L3 = 0.4741
        z4 = 0.7
        y4 = 0.6682
        L4 = 1.1015  ?
        """,
        root="L4",
    ),
    Derivation(
        "Compute the First Adam Update by Hand",
        "https://www.q4quant.studio/dashboard/learn/programming/ml/optimization-algo/exercises/adam-ex-01-first-update-solution",
        "en",
        "g=4 B1=0.9 B2=0.999 lr=0.1",
        """
        m = (1 - B1) * g
        v = (1 - B2) * g ** 2
        mh = m / (1 - B1)
        vh = v / (1 - B2)
        step = -lr * mh / sqrt(vh)
        """,
        """
        m = 0.4
        v = 0.016
        mh = 4
        vh = 16
        step = -0.1
        """,
        root="step",
    ),
    Derivation(
        "反向传播1轮，检验PPT数值",
        "https://bcxiaobai.eu.org/post/11874.html",
        "zh",
        "x1=0.5 x2=0.3 t1=0.23 t2=-0.07 w1=0.2 w2=-0.4 w3=0.5 w4=0.6 w5=0.1 w6=-0.5 w7=-0.3 w8=0.8",
        """
        h1 = sigmoid(weighted_sum([w1, w3], [x1, x2]))
        h2 = sigmoid(weighted_sum([w2, w4], [x1, x2]))
        o1 = sigmoid(weighted_sum([w5, w7], [h1, h2]))
        o2 = sigmoid(weighted_sum([w6, w8], [h1, h2]))
        E = total([(o1 - t1) ** 2, (o2 - t2) ** 2]) / 2
        """,
        """
        h1 = 0.56
        h2 = 0.50
        o1 = 0.48
        o2 = 0.53
        E = 0.21
        w1.grad = 0.01  ?
        w2.grad = 0.01
        w3.grad = 0.01  ?
        w4.grad = 0.01
        w5.grad = 0.03
        w6.grad = 0.08
        w7.grad = 0.03
        w8.grad = 0.07
        w1.new = 0.19  follows from .*w1
        w2.new = -0.41
        w3.new = 0.49  follows from .*w3
        w4.new = 0.59
        w5.new = 0.07
        w6.new = -0.58
        w7.new = -0.33
        w8.new = 0.73
        """,
        root="E",
        rate="1",
    ),
    Derivation(
        "A feed-forward network with tanh and sigmoid, layers 2 and 3",
        "",
        "en",
        "h1=0.5370 h2=0.8337 h3=0.9468 w1=0.2 w2=0.3 w3=0.4 w4=0.5 w5=0.6 w6=0.7 b2=0.2 v1=0.3 v2=0.4 b3=0.3",
        """
        s1 = weighted_sum([w1, w2, w3], [h1, h2, h3])
        s2 = weighted_sum([w4, w5, w6], [h1, h2, h3])
        z1 = s1 + b2
        z2 = s2 + b2
        a1 = tanh(z1)
        a2 = tanh(z2)
        z3 = weighted_sum([v1, v2], [a1, a2], b3)
        y = sigmoid(z3)
        L = -log(y)
        """,
        """
        s1 = 0.7362
        s2 = 1.4315
        z1 = 0.9362
        z2 = 1.6315
        a1 = 0.7322  ?
        a2 = 0.9261  ?
        z3 = 0.8901  follows from .*a
        y = 0.7090
        L = 0.344
        """,
        root="L",
    ),
]
