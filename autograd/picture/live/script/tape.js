// The graph as numbers: the engine's two passes over the rows of the table.

// A partial that does not exist: it raises only if a gradient asks for it.
class Undefined {
  constructor(message) {
    this.message = message;
  }
}

// `nodes` are {row, operands, label}, operands first, the root last; a leaf has no row. An operand is the index of a
// node, or, from `nodes.length` on, of one of the `constants`.
class Tape {
  constructor(nodes, constants, leaves, root = nodes.length - 1) {
    this.nodes = nodes;
    this.size = nodes.length;
    this.root = root;
    this.rows = nodes.map((node) => (node.row === null ? null : ROWS[node.row]));
    this.data = new Float64Array(this.size + constants.length);
    this.grad = new Float64Array(this.size + constants.length);
    this.data.set(constants.map(revive), this.size);
    nodes.forEach((node, index) => {
      if (node.row === null) this.data[index] = revive(leaves[index]);
    });
    this.partials = nodes.map((node) => node.operands.map(() => 0));
    this.order = nodes.map((_, index) => index).filter((index) => this.rows[index]);
    this.fault = null; // where a pass could not go on: {node, backward, message}
  }

  // Every node's data and partials from those of the leaves; false where one cannot be computed.
  forward() {
    this.fault = null;
    for (const index of this.order) {
      try {
        this.evaluate(index);
      } catch (error) {
        if (!(error instanceof MathError)) throw error;
        this.fault = { node: index, backward: false, kind: error.kind, message: this.explained(error, index) };
        return false;
      }
    }
    return true;
  }

  // A node's data alone, for what asks for no gradient.
  result(index) {
    const { data } = this;
    const row = this.rows[index];
    const { operands } = this.nodes[index];
    if (row.arity === 1) data[index] = row.rule(data[operands[0]]);
    else if (row.arity === 2) data[index] = row.rule(data[operands[0]], data[operands[1]]);
    else if (row.arity) data[index] = row.rule(...operands.map((operand) => data[operand]));
    else {
      const numbers = operands.map((operand) => data[operand]);
      data[index] = row.arity ? row.rule(...numbers) : row.rule(numbers);
    }
  }

  evaluate(index) {
    const { data } = this;
    const row = this.rows[index];
    const { operands } = this.nodes[index];
    if (row.arity === 1) {
      const x = data[operands[0]];
      const out = (data[index] = row.rule(x));
      this.partials[index][0] = this.partial(index, 0, out, x);
    } else if (row.arity === 2) {
      const x = data[operands[0]],
        y = data[operands[1]];
      const out = (data[index] = row.rule(x, y));
      if (operands[0] < this.size) this.partials[index][0] = this.partial(index, 0, out, x, y);
      if (operands[1] < this.size) this.partials[index][1] = this.partial(index, 1, out, x, y);
    } else if (row.arity) {
      const numbers = operands.map((operand) => data[operand]);
      const out = (data[index] = row.rule(...numbers));
      operands.forEach((operand, place) => {
        if (operand < this.size) this.partials[index][place] = this.partial(index, place, out, ...numbers);
      });
    } else {
      const numbers = operands.map((operand) => data[operand]);
      const out = (data[index] = row.arity ? row.rule(...numbers) : row.rule(numbers));
      this.partials[index] = row.arity
        ? numbers.map((_, place) => this.partial(index, place, out, ...numbers))
        : row.partials(out, numbers);
    }
  }

  partial(index, place, ...numbers) {
    try {
      return this.rows[index].partials[place](...numbers);
    } catch (error) {
      if (!(error instanceof MathError)) throw error;
      return new Undefined(this.explained(error, index, "the partial of "));
    }
  }

  // The chain rule from the root to the leaves. `note(node, place, operand, contribution, total)` is told each term.
  backward(seed = 1, note = null) {
    const { grad, nodes, partials, size } = this;
    grad.fill(0);
    grad[this.root] = seed;
    for (let i = this.order.length - 1; i >= 0; i--) {
      const index = this.order[i];
      const cotangent = grad[index];
      const { operands } = nodes[index];
      for (let place = 0; place < operands.length; place++) {
        const operand = operands[place];
        if (operand >= size) continue;
        const partial = partials[index][place];
        if (partial instanceof Undefined) {
          this.fault = { node: index, backward: true, message: partial.message };
          return false;
        }
        const contribution = cotangent * partial;
        grad[operand] += contribution;
        if (note) note(index, place, operand, contribution, grad[operand]);
      }
    }
    return true;
  }

  // The engine's message: the operation, its operands, and what the row advises.
  explained(error, index, what = "") {
    const { operands } = this.nodes[index];
    const row = this.rows[index];
    const labels = operands.map((operand) => (operand < this.size ? this.nodes[operand].label : ""));
    const shown = operands
      .slice(0, 4)
      .map((operand, place) => `${labels[place] ? `${labels[place]} = ` : ""}${repr(this.data[operand])}`);
    if (operands.length > 4) shown.push("…");
    const place = `${what}${row.name} of ${shown.join(" and ")}`;
    if (error.kind === "overflow") return `${place}: the result is too large for its kind of number; ${row.overflow}`;
    const words = operands.length === 1 ? ["…"] : ["the first operand", "the second operand"];
    const advice = (row.domain || "the operands are outside its domain").replace(
      /\{(\d)\}/g,
      (_, at) => labels[at] || words[at],
    );
    return `${place}: ${advice}`;
  }
}
