// What a node, a link or a number is, with its formula and its numbers: shown on hover and on focus.

class Tips {
  constructor(picture, passes, kinds, reach) {
    Object.assign(this, { picture, passes, kinds, reach });
    this.hover = new Hover();
    const few = passes.tape.size <= 80; // with more, the tab key would never arrive
    passes.tape.nodes.forEach((node, index) => {
      this.wire(
        picture.box(index),
        () => (picture.nodesOf?.get(picture.keys[index]) ?? [index]).flatMap((one) => this.ofNode(one)),
        few,
      );
      node.operands.forEach((operand, place) => {
        if (operand >= passes.tape.size) return;
        this.wire(picture.link(index, place, "forward"), () => this.ofPartial(index, place), few);
        this.wire(picture.link(index, place, "backward"), () => this.ofContribution(index, place), few);
      });
    });
  }

  wire(group, text, focusable) {
    if (!group) return;
    this.hover.wire(group, text);
    if (!focusable || group.hasAttribute("tabindex")) return;
    group.setAttribute("tabindex", "0");
    group.setAttribute("role", "img");
    group.addEventListener("focus", () => group.setAttribute("aria-label", text().join(". ")));
  }

  ofNode(node) {
    const { passes } = this;
    const { lines, tape } = passes;
    const name = passes.names[node];
    const reach = this.reach();
    const told = [`${name} is ${this.kinds[node]}`];
    if (tape.fault?.node === node) told.push(tape.fault.message);
    else if (!tape.rows[node]) told.push(`${name} = ${show(tape.data[node])}`);
    else if (passes.isEvaluated(node, reach)) told.push(lines.evaluation(node));
    else told.push(`${name} = ${write(lines.formulas[node], lines.namesIn(node))}, not computed yet`);
    const grad = passes.gradAt(node, reach);
    if (grad === null) return [...told, `${lines.derivative(node)}: nothing has come back yet`];
    const whole = grad === passes.gradAt(node, Infinity) && reach >= passes.received[node].at(-1)[0];
    const means = `: ${lines.result} changes by about ${show(grad)} for each 1 that ${name} is raised`;
    told.push(`grad${gives(grad)}${whole ? means : ", so far"}`);
    return told;
  }

  ofPartial(node, place) {
    const { passes } = this;
    const operand = passes.names[passes.tape.nodes[node].operands[place]];
    const head = `partial: how much ${passes.names[node]} changes with ${operand} alone`;
    if (!passes.isEvaluated(node, this.reach())) return [head, "not computed yet"];
    return [head, passes.lines.local(node, place)];
  }

  ofContribution(node, place) {
    const { passes } = this;
    const operand = passes.names[passes.tape.nodes[node].operands[place]];
    const name = passes.names[node];
    const head = `contribution to the gradient of ${operand}, through ${name}: gradient of ${name} × partial`;
    const term = passes.isHandedOn(node, this.reach()) && passes.terms.get(node)?.find((one) => one[0] === place);
    return term ? [head, passes.lines.contribution(node, place, term[2], term[3])] : [head, "not computed yet"];
  }
}
