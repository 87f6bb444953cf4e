// The picture of a network as its neurons: boxes that several nodes share, with a line for each number.

class NeuronPicture extends Picture {
  constructor(svg, record, tape) {
    super(svg, record, tape);
    this.record = record;
    this.nodesOf = new Map(); // by the key of a box
    this.keys.forEach((key, node) => {
      if (key === null) return;
      if (!this.nodesOf.has(key)) this.nodesOf.set(key, []);
      this.nodesOf.get(key).push(node);
    });
    this.linkOf = new Map(record.links.map(([key, source, target]) => [`${source} ${target}`, key]));
    this.termsOf = new Map(); // by the key of a link: which operands of which nodes it stands for
    tape.nodes.forEach(({ operands }, node) =>
      operands.forEach((operand, place) => {
        const key = this.linkOf.get(`${this.keys[operand]} ${this.keys[node]}`);
        if (operand >= tape.size || key === undefined || this.keys[operand] === this.keys[node]) return;
        if (!this.termsOf.has(key)) this.termsOf.set(key, []);
        this.termsOf.get(key).push([node, place]);
      }),
    );
  }

  box(node) {
    return this.keys[node] === null ? null : this.groups.get(this.keys[node]);
  }

  // Only an input has a box to itself; weights are changed in the table.
  hasOwnBox(node) {
    return this.keys[node] !== null && this.nodesOf.get(this.keys[node]).length === 1;
  }

  link(node, place, flow) {
    const key = this.linkOf.get(`${this.keys[this.tape.nodes[node].operands[place]]} ${this.keys[node]}`);
    return key === undefined ? null : this.groups.get(`${key}-${flow}`);
  }

  draw(passes, position, everything) {
    const { tape } = passes;
    const reach = everything ? Infinity : position;
    for (const [key, lines] of Object.entries(this.record.lines)) {
      const box = this.groups.get(key);
      if (!box) continue;
      const texts = box.querySelectorAll("text");
      for (const [place, name, nodes] of lines)
        this.put(box, texts.length - place, this.line(passes, name, nodes, reach));
      const reached = (this.nodesOf.get(key) ?? []).every((node) =>
        passes.isEvaluated(node, everything ? passes.end : position),
      );
      this.set(box, "ahead", !reached);
    }
    const flows = new Map();
    for (const [key, terms] of this.termsOf) {
      const arrived = terms
        .map(([node, place]) =>
          passes.isHandedOn(node, reach) ? passes.terms.get(node)?.find((term) => term[0] === place) : null,
        )
        .filter(Boolean);
      flows.set(key, arrived.length ? arrived.reduce((sum, term) => sum + term[2], 0) : null);
    }
    const largest = Math.max(...[...flows.values()].map((flow) => (Number.isFinite(flow) ? Math.abs(flow) : 0)));
    for (const [key, flow] of flows) {
      const back = this.groups.get(`${key}-backward`);
      if (!back) continue;
      this.set(back, "ahead", flow === null);
      this.widen(back, `${(0.8 + (largest && flow ? (5 * Math.abs(flow)) / largest : 0)).toFixed(1)}px`);
    }
    this.mark(passes, position);
  }

  line(passes, name, nodes, reach) {
    if (!nodes.every((node) => passes.isEvaluated(node, reach))) return `${name} = …`;
    const numbers = nodes.map((node) => passes.tape.data[node]);
    const [least, most] = [show(Math.min(...numbers)), show(Math.max(...numbers))];
    if (nodes.length > 1) return `${name} = ${least === most ? least : `${least} … ${most}`}`;
    const grad = passes.gradAt(nodes[0], reach);
    return `${name} = ${least}${grad === null ? "" : `, grad ${show(grad)}`}`;
  }
}
