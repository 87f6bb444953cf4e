// A step as one line: the rule, the names, the numbers, the result.

const MOST_TERMS = 8; // contributions on one line

class Lines {
  constructor(tape, names, formulas, partials, symbols = names) {
    this.tape = tape;
    this.names = names; // of the nodes, by index
    this.symbols = symbols; // the same as they stand in a formula: in brackets where they look like one
    this.formulas = formulas; // of each node an expression, or null for a leaf
    this.partials = partials; // of each node, by place
    this.result = names[tape.root];
  }

  derivative(index) {
    return `∂${this.result}/∂${this.names[index]}`;
  }

  // What stands for a place of an expression of this node.
  namesIn(index) {
    const { operands } = this.tape.nodes[index];
    return (part) => {
      if (part === "$") return this.derivative(index);
      if (part === -1) return this.symbols[index];
      if (Array.isArray(part)) return this.symbols[part[1]];
      return this.symbols[operands[part]] ?? show(this.tape.data[operands[part]]);
    };
  }

  numbersIn(index) {
    const { data, grad, nodes } = this.tape;
    return (part) => {
      if (part === "$") return grad[index];
      if (part === -1) return data[index];
      if (Array.isArray(part)) return data[part[1]];
      return data[nodes[index].operands[part]];
    };
  }

  // Names, then numbers, then the result; what is the same as the one before it is left out.
  stages(index, expression, result) {
    const shown = show(result);
    const stages = [
      write(expression, this.namesIn(index)),
      write(expression, this.namesIn(index), this.numbersIn(index)),
    ];
    return stages.filter((stage, place) => stage !== shown && !stages.slice(0, place).includes(stage));
  }

  workedOut(index, expression, result) {
    const stages = this.stages(index, expression, result);
    return stages.length ? stages.join(" = ") + gives(result) : show(result);
  }

  evaluation(index) {
    return `${this.names[index]} = ${this.workedOut(index, this.formulas[index], this.tape.data[index])}`;
  }

  seed(number) {
    return `${this.derivative(this.tape.root)} = ${show(number)}`;
  }

  // The cotangent times the partial; a 1 is not written.
  product(index, place) {
    const partial = this.partials[index][place];
    if (Array.isArray(partial) && partial[0] === "i" && Math.abs(partial[1]) === 1)
      return partial[1] === 1 ? "$" : ["neg", "$"];
    return ["mul", "$", partial];
  }

  contribution(index, place, contribution, total) {
    const operand = this.tape.nodes[index].operands[place];
    const added = total !== contribution && !(Number.isNaN(total) && Number.isNaN(contribution));
    const worked = this.workedOut(index, this.product(index, place), contribution);
    return `${this.derivative(operand)} ${added ? "+=" : "="} ${worked}${added ? `, so far ${show(total)}` : ""}`;
  }

  // `terms` are the contributions of one node: [place, operand, contribution, total].
  chainRule(index, terms) {
    const shown = terms
      .slice(0, MOST_TERMS)
      .map(([place, , contribution, total]) => this.contribution(index, place, contribution, total));
    const left = terms.length - shown.length;
    return shown.join(";  ") + (left ? `;  and ${left} more` : "");
  }

  // ∂node/∂operand on its own.
  local(index, place) {
    const operand = this.tape.nodes[index].operands[place];
    const partial = this.tape.partials[index][place];
    const name = `∂${this.names[index]}/∂${this.names[operand]}`;
    if (partial instanceof Undefined) return `${name}: ${partial.message}`;
    return `${name} = ${this.workedOut(index, this.partials[index][place], partial)}`;
  }
}
