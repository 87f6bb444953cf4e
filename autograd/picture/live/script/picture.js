// The picture: its texts, the widths of its arrows, what is marked on it.

const LARGE = 300; // nodes: of more, only what is in sight is kept up to date

class Picture {
  constructor(svg, record, tape) {
    this.svg = svg;
    this.tape = tape;
    this.groups = new Map([...svg.querySelectorAll("g[id]")].map((group) => [group.id, group]));
    this.keys = record.boxes; // of the nodes' boxes, by index
    this.node_of = new Map(this.keys.map((key, node) => [key, node]));
    this.written = new Map();
    this.widths = new Map(); // of boxes in which a text did not fit: asking for one makes the browser lay out the page
    this.texts = new Map();
    this.marked = [];
    this.chosen = null;
    this.room = new Map(); // how many characters each text was laid out for
    for (const title of svg.querySelectorAll("title")) title.remove(); // tips say more
    svg.setAttribute("role", "group");
    svg.setAttribute("aria-label", `A graph of ${this.keys.length} nodes`);
  }

  box(node) {
    return this.groups.get(this.keys[node]);
  }

  hasOwnBox() {
    return true;
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
    if (!this.texts.has(group)) this.texts.set(group, [...group.querySelectorAll("text")]);
    const element = this.texts.get(group).at(-fromEnd);
    if (!element) return;
    this.room.set(element, this.room.get(element) ?? element.textContent.length);
    element.textContent = text;
    this.squeeze(element, group, text);
  }

  set(group, mark, on) {
    const key = `${group.id} ${mark}`;
    if (this.written.get(key) === on) return;
    this.written.set(key, on);
    group.classList.toggle(mark, on);
  }

  widen(group, width) {
    const key = `${group.id} width`;
    if (this.written.get(key) === width) return;
    this.written.set(key, width);
    group.style.setProperty("--width", width);
  }

  // The picture was laid out for numbers of usual length: a longer one is set narrower.
  squeeze(element, group, text) {
    if (!group.classList.contains("node")) return;
    if (text.length > this.room.get(element)) {
      if (!this.widths.has(group))
        this.widths.set(group, group.querySelector("polygon, path, ellipse").getBBox().width - 6);
      element.setAttribute("textLength", this.widths.get(group));
      element.setAttribute("lengthAdjust", "spacingAndGlyphs");
    } else {
      element.removeAttribute("textLength");
    }
  }

  // Which boxes, with the links that lead to them, are in the frame: of a large graph a part.
  inSight() {
    if (this.keys.length <= LARGE) return () => true;
    this.places ??= this.keys.map((_, node) =>
      [node, ...this.tape.nodes[node].operands.filter((operand) => operand < this.tape.size)]
        .map((at) => this.box(at).getBBox())
        .reduce(
          (all, box) => ({
            left: Math.min(all.left, box.x),
            right: Math.max(all.right, box.x + box.width),
            top: Math.min(all.top, box.y),
            bottom: Math.max(all.bottom, box.y + box.height),
          }),
          { left: Infinity, right: -Infinity, top: Infinity, bottom: -Infinity },
        ),
    );
    const frame = this.svg.parentElement.getBoundingClientRect();
    const inverse = this.svg.querySelector("g").getScreenCTM().inverse();
    const [a, b] = [
      [frame.left, frame.top],
      [frame.right, frame.bottom],
    ].map(([x, y]) => new DOMPoint(x, y).matrixTransform(inverse));
    return (node) => {
      const { left, right, top, bottom } = this.places[node];
      return right >= a.x && left <= b.x && bottom >= a.y && top <= b.y;
    };
  }

  draw(passes, position, everything) {
    const { tape } = passes;
    const reach = everything ? Infinity : position;
    let largest = 0;
    for (const terms of passes.terms.values())
      for (const [, , term] of terms) if (Math.abs(term) < Infinity) largest = Math.max(largest, Math.abs(term));
    const inSight = this.inSight();
    for (let node = 0; node < tape.size; node++) {
      if (!inSight(node)) continue; // it is drawn when it is scrolled to
      const box = this.box(node);
      const evaluated = passes.isEvaluated(node, reach);
      const grad = passes.gradAt(node, reach);
      this.put(box, 2, evaluated ? `data ${show(tape.data[node])}` : "data …");
      this.put(box, 1, grad === null ? "grad …" : `grad ${show(grad)}`);
      this.set(box, "ahead", !passes.isEvaluated(node, everything ? passes.end : position));
      const handed = passes.isHandedOn(node, reach);
      const terms = handed ? (passes.terms.get(node) ?? []) : [];
      tape.nodes[node].operands.forEach((operand, place) => {
        if (operand >= tape.size) return;
        const partial = tape.partials[node][place];
        const text = !evaluated ? "" : `∂ ${partial instanceof Undefined ? "undefined" : show(partial)}`;
        this.put(this.link(node, place, "forward"), 1, text);
        const back = this.link(node, place, "backward");
        if (!back) return;
        const term = terms.find((one) => one[0] === place) ?? null;
        this.put(back, 1, term ? show(term[2]) : "");
        this.set(back, "ahead", !term);
        const size = term && largest ? Math.min(Math.abs(term[2]) / largest, 1) : 0;
        this.widen(back, `${(0.8 + 5 * (size || 0)).toFixed(1)}px`);
      });
    }
    this.mark(passes, position);
  }

  mark(passes, position) {
    for (const [group, mark] of this.marked) group.classList.remove(mark);
    this.marked = [];
    const add = (group, mark) => {
      if (!group) return;
      group.classList.add(mark);
      this.marked.push([group, mark]);
    };
    const { fault } = passes.tape;
    if (fault) add(this.box(fault.node), "fault");
    if (!position) return;
    const { kind, node } = passes.steps[position - 1];
    add(this.box(node), "now");
    if (position > passes.end) return;
    if (kind === "evaluate") {
      passes.tape.nodes[node].operands.forEach((_, place) => add(this.link(node, place, "forward"), "flow"));
    } else if (kind === "chain rule") {
      for (const [place, operand] of passes.terms.get(node) ?? []) {
        add(this.link(node, place, "backward"), "flow");
        add(this.box(operand), "receives");
      }
    }
  }

  choose(node) {
    this.chosen?.classList.remove("chosen");
    this.chosen = this.box(node);
    this.chosen?.classList.add("chosen");
  }
}

// The size of the picture in its frame: fitted, or by a factor, or scrolled.
class Zoom {
  constructor(frame, svg) {
    this.frame = frame;
    this.svg = svg;
    [this.width, this.height] = svg
      .getAttribute("viewBox")
      .split(" ")
      .slice(2)
      .map((length) => (Number(length) * 4) / 3);
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
    if (box.left < frame.left || box.right > frame.right)
      this.frame.scrollLeft += box.left + box.width / 2 - frame.left - frame.width / 2;
    if (box.top < frame.top || box.bottom > frame.bottom)
      this.frame.scrollTop += box.top + box.height / 2 - frame.top - frame.height / 2;
  }
}
