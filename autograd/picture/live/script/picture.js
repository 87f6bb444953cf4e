// The picture: its texts, the widths of its arrows, what is marked on it.

class Picture {
  constructor(svg, record) {
    this.svg = svg;
    this.groups = new Map([...svg.querySelectorAll("g[id]")].map((group) => [group.id, group]));
    this.keys = record.boxes; // of the nodes' boxes, by index
    this.node_of = new Map(this.keys.map((key, node) => [key, node]));
    this.written = new Map();
    this.room = new Map(); // how many characters each text was laid out for
    for (const title of svg.querySelectorAll("title")) title.remove(); // tips say more
    svg.setAttribute("role", "group");
    svg.setAttribute("aria-label", `A graph of ${this.keys.length} nodes`);
  }

  box(node) {
    return this.groups.get(this.keys[node]);
  }

  link(node, place, flow) {
    return this.groups.get(`${this.keys[node]}-${place}-${flow}`);
  }

  // Writes only what has changed: a graph of 2,000 nodes has 10,000 texts.
  put(group, fromEnd, text) {
    if (!group) return;
    const key = `${group.id} ${fromEnd}`;
    if (this.written.get(key) === text) return;
    this.written.set(key, text);
    const texts = group.querySelectorAll(":scope > text, :scope > a > text");
    const element = texts[texts.length - fromEnd];
    if (!element) return;
    this.room.set(element, this.room.get(element) ?? element.textContent.length);
    element.textContent = text;
    this.squeeze(element, group, text);
  }

  // The picture was laid out for numbers of usual length: a longer one is set narrower.
  squeeze(element, group, text) {
    if (!group.classList.contains("node")) return;
    if (text.length > this.room.get(element)) {
      element.setAttribute("textLength", group.querySelector("polygon, path, ellipse").getBBox().width - 6);
      element.setAttribute("lengthAdjust", "spacingAndGlyphs");
    } else {
      element.removeAttribute("textLength");
    }
  }

  draw(passes, position, everything) {
    const { tape } = passes;
    const reach = everything ? Infinity : position;
    let largest = 0;
    for (const terms of passes.terms.values()) for (const [, , term] of terms) if (Math.abs(term) < Infinity) largest = Math.max(largest, Math.abs(term));
    for (let node = 0; node < tape.size; node++) {
      const box = this.box(node);
      const evaluated = passes.isEvaluated(node, reach);
      const grad = passes.gradAt(node, reach);
      this.put(box, 2, evaluated ? `data ${show(tape.data[node])}` : "data …");
      this.put(box, 1, grad === null ? "grad …" : `grad ${show(grad)}`);
      box.classList.toggle("ahead", !passes.isEvaluated(node, everything ? passes.end : position));
      const handed = passes.isHandedOn(node, reach);
      const terms = handed ? passes.terms.get(node) ?? [] : [];
      tape.nodes[node].operands.forEach((operand, place) => {
        if (operand >= tape.size) return;
        const partial = tape.partials[node][place];
        const text = !evaluated ? "" : `∂ ${partial instanceof Undefined ? "undefined" : show(partial)}`;
        this.put(this.link(node, place, "forward"), 1, text);
        const back = this.link(node, place, "backward");
        if (!back) return;
        const term = terms.find((one) => one[0] === place);
        this.put(back, 1, term ? show(term[2]) : "");
        back.classList.toggle("ahead", !term);
        const size = term && largest ? Math.min(Math.abs(term[2]) / largest, 1) : 0;
        back.style.setProperty("--width", `${(0.8 + 5 * (size || 0)).toFixed(2)}px`);
      });
    }
    this.mark(passes, position);
  }

  mark(passes, position) {
    for (const group of this.svg.querySelectorAll(".now, .flow, .receives, .fault")) group.classList.remove("now", "flow", "receives", "fault");
    const { fault } = passes.tape;
    if (fault) this.box(fault.node).classList.add("fault");
    if (!position) return;
    const { kind, node } = passes.steps[position - 1];
    this.box(node).classList.add("now");
    if (position > passes.end) return;
    if (kind === "evaluate") {
      passes.tape.nodes[node].operands.forEach((_, place) => this.link(node, place, "forward")?.classList.add("flow"));
    } else if (kind === "chain rule") {
      for (const [place, operand] of passes.terms.get(node) ?? []) {
        this.link(node, place, "backward")?.classList.add("flow");
        this.box(operand).classList.add("receives");
      }
    }
  }

  choose(node) {
    for (const group of this.svg.querySelectorAll(".chosen")) group.classList.remove("chosen");
    this.box(node).classList.add("chosen");
  }
}

// The size of the picture in its frame: fitted, or by a factor, or scrolled.
class Zoom {
  constructor(frame, svg) {
    this.frame = frame;
    this.svg = svg;
    [this.width, this.height] = svg.getAttribute("viewBox").split(" ").slice(2).map((length) => (Number(length) * 4) / 3);
    this.scale = 0; // 0: as large as there is room for
    addEventListener("resize", () => this.scale || this.size(0));
    this.size(0);
  }

  fitting() {
    const wide = Math.min(1.25, (this.frame.clientWidth - 18) / this.width);
    const whole = Math.min(wide, (innerHeight * 0.6 - 18) / this.height);
    return whole >= 0.6 ? whole : Math.max(0.6, wide); // below that it cannot be read, and is scrolled
  }

  size(factor) {
    this.scale = factor === 0 ? 0 : Math.max(0.1, Math.min(4, (this.scale || this.fitting()) * factor));
    const scale = this.scale || this.fitting();
    this.svg.style.maxWidth = "none";
    this.svg.style.width = `${this.width * scale}px`;
    this.svg.style.height = `${this.height * scale}px`;
  }

  reveal(group) {
    const frame = this.frame.getBoundingClientRect();
    const box = group.getBoundingClientRect();
    if (box.left < frame.left || box.right > frame.right) this.frame.scrollLeft += box.left + box.width / 2 - frame.left - frame.width / 2;
    if (box.top < frame.top || box.bottom > frame.bottom) this.frame.scrollTop += box.top + box.height / 2 - frame.top - frame.height / 2;
  }
}
