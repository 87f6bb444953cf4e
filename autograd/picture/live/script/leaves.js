// A leaf's number is typed, dragged, or moved by the arrow keys; on the picture, and in the table beside it.

// How much one pixel of a drag is, and one press of a key: a twentieth of the number's size.
const unitOf = (x) => (x === 0 || !Number.isFinite(x) ? 0.01 : 10 ** Math.floor(Math.log10(Math.abs(x))) / 20);
const onGrid = (x, unit) => Number((Math.round(x / unit) * unit).toPrecision(12));

class Leaves {
  // `change(node, number)` is told each new number, `choose(node)` which leaf is pressed.
  constructor(picture, passes, change, choose) {
    Object.assign(this, { picture, passes, change, choose });
    this.nodes = passes.tape.nodes.map((_, node) => node).filter((node) => !passes.tape.rows[node]);
    this.given = new Map(this.nodes.map((node) => [node, passes.tape.data[node]]));
    this.editor = this.makeEditor();
    for (const node of this.nodes) if (picture.hasOwnBox(node)) this.wire(node);
  }

  reset() {
    for (const [node, number] of this.given) this.passes.tape.data[node] = number;
  }

  get isChanged() {
    return [...this.given].some(([node, number]) => !Object.is(this.passes.tape.data[node], number));
  }

  nudge(node, times) {
    const number = this.passes.tape.data[node];
    const unit = unitOf(number) * 2;
    this.change(node, onGrid(number + times * unit, unit));
  }

  wire(node) {
    const box = this.picture.box(node);
    box.classList.add("leaf");
    box.setAttribute("role", "spinbutton");
    box.setAttribute("tabindex", "0");
    box.setAttribute("aria-label", this.passes.names[node]);
    box.addEventListener("keydown", (event) => {
      const times = { ArrowUp: 1, ArrowDown: -1, PageUp: 10, PageDown: -10 }[event.key];
      if (event.ctrlKey || event.altKey || event.metaKey) return;
      if (times) this.nudge(node, times);
      else if (event.key === "Enter") this.edit(node);
      else if (/^[\d.−-]$/.test(event.key)) this.edit(node, event.key);
      else return;
      event.preventDefault();
      event.stopPropagation();
    });
    this.drag(box, node);
  }

  drag(box, node) {
    let from = null;
    box.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      from = { x: event.clientX, y: event.clientY, number: this.passes.tape.data[node], moved: false };
      box.setPointerCapture(event.pointerId);
      event.preventDefault();
      box.focus({ preventScroll: true });
    });
    // Without this a finger scrolls the picture after some pixels.
    box.addEventListener("touchstart", (event) => event.preventDefault(), { passive: false });
    box.addEventListener("pointermove", (event) => {
      if (!from) return;
      const way = event.clientX - from.x - (event.clientY - from.y);
      if (!from.moved && Math.abs(way) < 4) return;
      from.moved = true;
      $("tip").hidden = true; // it tells the number before
      box.classList.add("dragged");
      const unit = unitOf(from.number);
      this.change(node, onGrid(from.number + way * unit, unit));
    });
    const end = (event) => {
      if (!from) return;
      const { moved } = from;
      from = null;
      box.classList.remove("dragged");
      this.choose(node);
      if (!moved && event.type === "pointerup") this.edit(node);
    };
    box.addEventListener("pointerup", end);
    box.addEventListener("pointercancel", end);
  }

  // --- typing ---

  makeEditor() {
    const editor = document.createElement("input");
    editor.id = "editor";
    editor.hidden = true;
    editor.autocomplete = "off";
    editor.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key === "Enter") this.close(true, true);
      if (event.key === "Escape") this.close(false, true);
    });
    editor.addEventListener("input", () => editor.classList.toggle("wrong", parse(editor.value) === null));
    editor.addEventListener("blur", () => this.close(true, false));
    document.body.append(editor);
    return editor;
  }

  edit(node, text = null) {
    const place = this.picture.box(node).getBoundingClientRect();
    const { editor } = this;
    this.edited = node;
    editor.hidden = false;
    editor.value = text ?? String(this.passes.tape.data[node]);
    editor.setAttribute("aria-label", `a number for ${this.passes.names[node]}`);
    editor.style.left = `${place.left + scrollX}px`;
    editor.style.top = `${place.top + scrollY + place.height / 2 - 18}px`;
    editor.style.width = `${Math.max(place.width, 110)}px`;
    editor.classList.remove("wrong");
    editor.focus({ preventScroll: true });
    if (text === null) editor.select();
  }

  close(take, backToBox) {
    const node = this.edited;
    if (node === undefined) return;
    const number = parse(this.editor.value);
    if (take && number === null && backToBox) return; // what is no number stays open
    this.edited = undefined;
    this.editor.hidden = true;
    if (backToBox) this.picture.box(node).focus({ preventScroll: true });
    if (take && number !== null) this.change(node, number);
  }

  describe() {
    for (const node of this.nodes) {
      if (!this.picture.hasOwnBox(node)) continue;
      const box = this.picture.box(node);
      const number = this.passes.tape.data[node];
      box.setAttribute("aria-valuenow", Number.isFinite(number) ? number : 0);
      box.setAttribute("aria-valuetext", show(number));
      box.classList.toggle("changed", !Object.is(number, this.given.get(node)));
    }
  }
}
