// Both passes of the page's graph, worked out anew for each change of a leaf; and what of them has been reached.

const LONGEST_PATH = 24; // links

class Passes {
  constructor(tape, lines, seed = 1) {
    Object.assign(this, { tape, lines, seed });
    this.names = lines.names;
    const { order } = this.tape;
    this.steps = [
      ...order.map((node) => ({ phase: "forward", kind: "evaluate", node })),
      { phase: "backward", kind: "seed", node: this.tape.root },
      ...order.map((node) => ({ phase: "backward", kind: "chain rule", node })).reverse(),
    ];
    this.evaluatedAt = new Map(order.map((node, place) => [node, place + 1]));
    this.handedOnAt = new Map(order.map((node, place) => [node, 2 * order.length + 1 - place]));
    this.seededAt = order.length + 1;
    this.compute();
  }

  // After a change of a leaf: every number, and how far a pass comes.
  compute() {
    const { tape } = this;
    this.terms = new Map(); // of each node that hands on its cotangent: [place, operand, contribution, total]
    this.received = tape.nodes.map(() => []); // of each node: [step, total so far]
    this.received[tape.root].push([this.seededAt, this.seed]);
    this.end = this.steps.length; // how many steps can be taken
    if (!tape.forward()) {
      this.end = this.evaluatedAt.get(tape.fault.node) - 1;
      return;
    }
    const whole = tape.backward(this.seed, (node, place, operand, contribution, total) => {
      if (!this.terms.has(node)) this.terms.set(node, []);
      this.terms.get(node).push([place, operand, contribution, total]);
      this.received[operand].push([this.handedOnAt.get(node), total]);
    });
    if (!whole) this.end = this.handedOnAt.get(tape.fault.node) - 1;
  }

  isEvaluated(node, position) {
    return !this.tape.rows[node] || (this.evaluatedAt.get(node) <= position && this.evaluatedAt.get(node) <= this.end);
  }

  isHandedOn(node, position) {
    return this.handedOnAt.get(node) <= Math.min(position, this.end);
  }

  // What has arrived of a node's gradient; null where nothing has.
  gradAt(node, position) {
    let found = null;
    for (const [step, total] of this.received[node]) {
      if (step > position || step > this.end) break;
      found = total;
    }
    return found;
  }

  // The ways from a node to the root, each as [consumer, place] after the other; null where there are more than `most`.
  paths(node, most) {
    this.consumers ??= this.findConsumers();
    const found = [];
    const stack = [[node, []]];
    while (stack.length) {
      const [at, path] = stack.pop();
      if (at === this.tape.root) {
        if (found.length === most) return null;
        found.push(path);
      } else {
        if (path.length > LONGEST_PATH) return null;
        for (const [consumer, place] of [...this.consumers[at]].reverse())
          stack.push([consumer, [...path, [consumer, place]]]);
      }
    }
    return found;
  }

  findConsumers() {
    const consumers = this.tape.nodes.map(() => []);
    this.tape.nodes.forEach(({ operands }, node) =>
      operands.forEach((operand, place) => operand < this.tape.size && consumers[operand].push([node, place])),
    );
    return consumers;
  }

  // A step as one line of chain rule.
  line(number) {
    const { kind, node } = this.steps[number - 1];
    if (number > this.end) return this.tape.fault.message;
    if (kind === "evaluate") return this.lines.evaluation(node);
    if (kind === "seed") return this.lines.seed(this.seed);
    return this.lines.chainRule(node, this.terms.get(node) ?? []);
  }
}

const passesOf = (record) => {
  const tape = new Tape(record.nodes, record.constants, record.leaves);
  const [names, symbols] = ["name", "symbol"].map((what) => record.nodes.map((node) => node[what]));
  return new Passes(tape, new Lines(tape, names, record.formulas, record.partials, symbols), record.seed);
};
