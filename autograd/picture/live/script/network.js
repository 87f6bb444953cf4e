// The graph of one sample: inputs, parameters, a weighted sum and an activation for each neuron, and the loss.

const raised = (number) => String(number).replace(/\d/g, (digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[digit]);
const lowered = (number) => String(number).replace(/\d/g, (digit) => "₀₁₂₃₄₅₆₇₈₉"[digit]);
const indexed = (letter, layer, ...indices) =>
  letter + raised(layer) + indices.map(lowered).join(indices.some((index) => index > 9) ? "," : "");

class Network {
  // `layers` are {activation, weights, biases} as numbers.
  constructor(layers, training) {
    Object.assign(this, { layers, training });
    this.inputs = layers[0].weights[0].length;
    this.sizes = layers.map((layer) => layer.weights.length);
    this.rows = layers.flatMap((layer) => layer.weights.map((row, neuron) => [...row, layer.biases[neuron]]));
    this.parameters = Float64Array.from(this.rows.flat().map(revive));
    this.makeNodes();
    this.tapes = new Map(); // by the kind of loss, when it is first asked for
  }

  // Nodes without the loss; where each neuron's z and a stand, and each parameter.
  makeNodes() {
    const nodes = [];
    const add = (name, row, operands, label = "") => nodes.push({ name, row, operands, label }) - 1;
    let previous = Array.from({ length: this.inputs }, (_, place) =>
      add(`x${lowered(place + 1)}`, null, [], `x${lowered(place + 1)}`),
    );
    this.firstParameter = nodes.length;
    const parameters = this.layers.map((layer, at) =>
      layer.weights.map((row, neuron) => {
        const weights = row.map((_, place) => indexed("w", at + 1, neuron + 1, place + 1));
        return [...weights, indexed("b", at + 1, neuron + 1)].map((name) => add(name, null, [], name));
      }),
    );
    this.parameterNames = nodes.slice(this.firstParameter).map((node) => node.name);
    this.constants = [];
    this.units = []; // of each layer, of each neuron: {z, a, parameters}
    this.layers.forEach((layer, at) => {
      const chosen = this.training.activations[layer.activation];
      const sums = parameters[at].map((row, neuron) => {
        const operands = [...row.slice(0, -1), ...previous, row.at(-1)];
        return add(indexed("z", at + 1, neuron + 1), `weighted_sum_${operands.length}`, operands);
      });
      const activations = sums.map((z, neuron) => {
        if (chosen.rows) return add(indexed("a", at + 1, neuron + 1), chosen.rows[neuron], sums);
        if (chosen.row === null) return z;
        const slopes = chosen.constants.map((constant) => this.constants.push(constant) - 1);
        return add(indexed("a", at + 1, neuron + 1), chosen.row, [z, ...slopes.map((slope) => ({ constant: slope }))]);
      });
      this.units.push(sums.map((z, neuron) => ({ z, a: activations[neuron], parameters: parameters[at][neuron] })));
      previous = activations;
    });
    this.outputs = previous;
    this.nodes = nodes;
  }

  // The whole graph for one kind of loss, as a tape with its lines.
  tape(kind) {
    if (!this.tapes.has(kind)) this.tapes.set(kind, this.makeTape(kind));
    return this.tapes.get(kind);
  }

  makeTape(kind) {
    const loss = this.training.losses[kind];
    const first = this.nodes.length;
    const place = new Map(); // of the loss's nodes, in the whole
    loss.outputs.forEach((node, output) => node !== null && place.set(node, this.outputs[output]));
    const own = loss.nodes.map((_, node) => node).filter((node) => !place.has(node));
    own.forEach((node, at) => place.set(node, first + at));
    const size = first + own.length;
    const constantOfNetwork = (operand) => (typeof operand === "object" ? size + operand.constant : operand);
    const constantOfLoss = (operand) =>
      operand < loss.nodes.length ? place.get(operand) : size + this.constants.length + operand - loss.nodes.length;
    const nodes = [
      ...this.nodes.map((node) => ({ ...node, operands: node.operands.map(constantOfNetwork) })),
      ...own.map((node) => ({ ...loss.nodes[node], operands: loss.nodes[node].operands.map(constantOfLoss) })),
    ];
    const written = nodes.map((node, index) => (index < first && node.row ? this.training.written[node.row] : null));
    const moved = (expression) =>
      !Array.isArray(expression)
        ? expression
        : expression[0] === "@"
          ? ["@", place.get(expression[1])]
          : expression.map(moved);
    const formulas = written.map((found) => found?.formula ?? null);
    const partials = written.map((found) => found?.partials ?? []);
    own.forEach((node, at) => {
      formulas[first + at] = moved(loss.formulas[node]);
      partials[first + at] = loss.partials[node].map(moved);
    });
    const root = place.get(loss.nodes.length - 1);
    const tape = new Tape(
      nodes,
      [...this.constants, ...loss.constants],
      nodes.map(() => 0),
      root,
    );
    return {
      tape,
      lines: new Lines(
        tape,
        nodes.map((node) => node.name),
        formulas,
        partials,
      ),
      firstConstant: size + this.constants.length,
    };
  }

  // A sample's tape with its numbers in it.
  withSample(sample) {
    const made = this.tape(sample.loss);
    const { data } = made.tape;
    data.set(sample.x);
    data.set(this.parameters, this.firstParameter);
    sample.constants.forEach((constant, place) => (data[made.firstConstant + place] = revive(constant)));
    return made;
  }

  // The outputs for a point, without partials.
  predict(x) {
    const { tape } = this.tape(0);
    tape.data.set(x);
    tape.data.set(this.parameters, this.firstParameter);
    for (const index of tape.order) {
      if (index >= this.nodes.length) break;
      tape.result(index);
    }
    return this.outputs.map((output) => tape.data[output]);
  }
}

// New layers of these sizes, drawn as MLP(inputs, sizes, init=init, seed=seed) draws them.
const drawnLayers = (inputs, sizes, activation, output, init, seed) => {
  const random = new Random(seed);
  return sizes.map((size, at) => {
    const width = at ? sizes[at - 1] : inputs;
    const draw = INITIALIZERS[init](random, width, size);
    return {
      activation: at === sizes.length - 1 ? output : activation,
      weights: Array.from({ length: size }, () => Array.from({ length: width }, draw)),
      biases: Array.from({ length: size }, () => 0),
    };
  });
};
