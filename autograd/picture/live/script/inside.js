// Inside the next update: one sample's passes step by step, the sum over the samples, the change of each weight.

const MOST_CHANGES = 400;

class Inside {
  // `moved()` is called after each step.
  constructor(training, moved) {
    Object.assign(this, { training, moved });
    this.isOpen = false;
    this.position = 0;
    this.parameter = 0;
  }

  // For the sample that is chosen now; at its start.
  open(sample) {
    const { tape, lines } = this.training.network.withSample(this.training.samples[sample]);
    this.sample = sample;
    this.passes = new Passes(tape, lines);
    this.position = 0;
    this.isOpen = true;
    this.sums = null;
  }

  close() {
    this.isOpen = false;
  }

  get last() {
    return Math.min(this.passes.steps.length, this.passes.end + (this.passes.tape.fault ? 1 : 0));
  }

  go(target) {
    this.position = Math.max(0, Math.min(this.last, target));
    this.moved();
  }

  // To the end of the layer that the next step is of.
  goThroughLayer() {
    const layers = new Map();
    this.training.network.units.forEach((units, layer) =>
      units.forEach(({ z, a }) => layers.set(z, layer).set(a, layer)),
    );
    const layerOf = (at) => {
      const step = this.passes.steps[at];
      return step && `${step.phase} ${layers.get(step.node) ?? "loss"}`;
    };
    let target = this.position + 1;
    while (target < this.last && layerOf(target) === layerOf(this.position)) target++;
    this.go(target);
  }

  // What the picture of the network shows at this step: forward the numbers, backward the gradients, each when reached.
  get view() {
    const { passes, position } = this;
    const step = position ? passes.steps[position - 1] : null;
    const { tape } = passes;
    const isBackward = step?.phase === "backward";
    const receivers = new Set(isBackward ? (passes.terms.get(step.node) ?? []).map(([, operand]) => operand) : []);
    return {
      number: (unit) =>
        isBackward
          ? (passes.gradAt(unit.a, position) ?? NaN)
          : passes.isEvaluated(unit.a, position)
            ? tape.data[unit.a]
            : NaN,
      isNow: (unit) => step !== null && (step.node === unit.a || step.node === unit.z),
      receives: (node) => receivers.has(node),
    };
  }

  draw() {
    $("insides").hidden = !this.isOpen;
    $("training").classList.toggle("open", this.isOpen);
    $("inside").setAttribute("aria-expanded", String(this.isOpen));
    put("inside", this.isOpen ? "Close" : "Into an update");
    if (!this.isOpen) return;
    const { passes, training } = this;
    this.sums ??= this.summedUp();
    // Another sample, or the plane, may have left its numbers in the tape.
    training.network.withSample(training.samples[this.sample]);
    passes.compute();
    put(
      "insides-title",
      `Inside update ${training.updates + 1}: ${count(training.batch.length, "sample")}, here point ${this.sample + 1}`,
    );
    const step = this.position ? passes.steps[this.position - 1] : null;
    put("phase", step ? `${step.phase}:` : "start:");
    put("event", step ? passes.line(this.position) : "press Next for the first step of this sample");
    $("now").className = `event ${step ? step.phase : ""}`;
    drawWorking($("working"), passes, this.position > passes.end ? 0 : this.position);
    $("slider").max = passes.steps.length;
    $("slider").value = this.position;
    put("position", `${this.position} / ${passes.steps.length}`);
    for (const id of ["first", "back"]) $(id).disabled = this.position === 0;
    for (const id of ["next", "last", "layer"]) $(id).disabled = this.position === this.last;
    if (this.drawn?.sums === this.sums && this.drawn.parameter === this.parameter) return;
    this.drawn = { sums: this.sums, parameter: this.parameter }; // these do not change from step to step
    this.drawSum();
    this.drawChanges();
  }

  // Each sample's gradient, their mean, and what the optimizer would make of it.
  summedUp() {
    const { training } = this;
    const { network } = training;
    const each = training.batch.map((place) => training.gradient([place]).gradient);
    const { gradient } = training.gradient(training.batch);
    if (!gradient || each.includes(undefined)) return null;
    const after = Float64Array.from(network.parameters);
    const optimizer = Object.assign(Object.create(Object.getPrototypeOf(training.optimizer)), training.optimizer);
    for (const name of ["means", "squares"]) if (optimizer[name]) optimizer[name] = Float64Array.from(optimizer[name]);
    optimizer.step(after, gradient, training.learns);
    return { each, gradient, after, own: training.gradient([this.sample]).gradient };
  }

  drawSum() {
    const { training, sums, parameter } = this;
    const svg = $("sum");
    if (!sums) return svg.replaceChildren();
    const name = training.network.parameterNames[parameter];
    const numbers = sums.each.map((gradient) => gradient[parameter]);
    const most = Math.max(...numbers.map(Math.abs), 1e-300);
    const [width, height] = [340, 90];
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    const wide = (width - 16) / numbers.length;
    const middle = height / 2;
    const bars = numbers.map((number, at) => {
      const tall = (Math.abs(number) / most) * (middle - 8);
      const is = training.batch[at] === this.sample ? "bar own" : "bar";
      return drawn("rect", {
        x: 8 + at * wide,
        width: Math.max(wide * 0.8, 0.6),
        y: number > 0 ? middle - tall : middle,
        height: Math.max(tall, 0.5),
        class: is,
      });
    });
    svg.replaceChildren(...bars, drawn("line", { x1: 8, x2: width - 8, y1: middle, y2: middle, class: "axis" }));
    const total = numbers.reduce((sum, number) => sum + number, 0);
    const mean = show(sums.gradient[parameter]);
    const told = `∂L/∂${name} of each sample; their sum ${show(total)}, divided by ${numbers.length}: ${mean}`;
    put("sum-told", told);
    svg.setAttribute("aria-label", told);
    $("parameter").value = parameter;
  }

  drawChanges() {
    const { training, sums } = this;
    const names = training.network.parameterNames.slice(0, MOST_CHANGES);
    $("changes").replaceChildren(
      ...(sums ? names : []).map((name, at) => {
        const row = element("tr", { className: at === this.parameter ? "chosen" : "" });
        row.append(element("th", { textContent: name, scope: "row" }));
        for (const number of [
          training.network.parameters[at],
          sums.own?.[at] ?? NaN,
          sums.gradient[at],
          sums.after[at],
        ])
          row.append(element("td", { className: "number", textContent: show(number) }));
        return row;
      }),
    );
    if (names.length < training.network.parameterNames.length)
      $("changes").append(
        element("tr", { textContent: `… and ${training.network.parameterNames.length - names.length} more` }),
      );
  }
}
