// Gradient descent on the graph: w ← w - rate · gradient, for each leaf that learns; and back again.

class Descent {
  // `changed()` is called after each step.
  constructor(passes, learns, changed) {
    Object.assign(this, { passes, learns, changed });
    this.past = []; // of the steps taken: the leaves' numbers before
    this.timer = null;
    this.rate = 0.1;
    this.restart();
  }

  get root() {
    return this.passes.tape.data[this.passes.tape.root];
  }

  // The leaves have been changed otherwise: the curve begins again.
  restart() {
    this.past = [];
    this.losses = [this.root];
  }

  get canGoOn() {
    return !this.passes.tape.fault && this.learns.size > 0 && Number.isFinite(this.rate);
  }

  step() {
    if (!this.canGoOn) return this.pause();
    const { tape } = this.passes;
    const before = new Map([...this.learns].map((node) => [node, tape.data[node]]));
    const gradients = new Map([...this.learns].map((node) => [node, tape.grad[node]]));
    for (const [node, gradient] of gradients) tape.data[node] -= this.rate * gradient;
    this.past.push(before);
    this.passes.compute();
    this.losses.push(tape.fault && !tape.fault.backward ? NaN : this.root);
    if (tape.fault) this.pause();
    this.changed();
  }

  back() {
    this.pause();
    const before = this.past.pop();
    if (!before) return;
    for (const [node, number] of before) this.passes.tape.data[node] = number;
    this.losses.pop();
    this.passes.compute();
    this.changed();
  }

  run() {
    if (this.timer) return this.pause();
    this.timer = setInterval(() => this.step(), 60);
    this.changed();
  }

  pause() {
    if (!this.timer) return;
    clearInterval(this.timer);
    this.timer = null;
    this.changed();
  }

  // Before the gradients have been reached, the rule is told without its numbers.
  draw(reached) {
    const { lines, names, tape } = this.passes;
    const undefinedNow = tape.fault && !tape.fault.backward;
    const told = reached || this.past.length > 0;
    plot($("curve"), this.losses, names[tape.root]);
    $("curve").toggleAttribute("hidden", this.losses.length < 2);
    $("descend-back").disabled = !this.past.length;
    for (const id of ["descend", "descend-run"]) $(id).disabled = !this.canGoOn;
    put("descend-run", this.timer ? "Ⅱ Pause" : "▶ Run");
    const [first] = this.learns;
    const expression = ["sub", 0, ["mul", 1, 2]];
    const names_in = (place) => [names[first], "rate", lines.derivative(first)][place];
    const numbers_in = (place) => [tape.data[first], this.rate, tape.grad[first]][place];
    const after = tape.data[first] - this.rate * tape.grad[first];
    let rule = "No leaf learns: tick one in the table.";
    if (first !== undefined) {
      rule = `${names[first]} ← ${write(expression, names_in)}`;
      if (told && this.canGoOn) rule += ` = ${write(expression, names_in, numbers_in)}${gives(after)}`;
      if (this.learns.size > 1) rule += `; so each of the ${this.learns.size} leaves that learn`;
    }
    put("rule", rule);
    const value = undefinedNow ? "not defined" : show(this.root);
    put("descended", told ? `${count(this.past.length, "step")} taken, ${names[tape.root]} = ${value}` : "");
  }
}
