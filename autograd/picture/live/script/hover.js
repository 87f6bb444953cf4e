// A tip beside what is pointed at or has the focus.

class Hover {
  constructor() {
    this.tip = $("tip");
    document.addEventListener("keydown", (event) => event.key === "Escape" && this.hide());
    document.addEventListener("pointerdown", () => this.hide(), true);
    document.addEventListener("scroll", () => this.hide(), true);
  }

  wire(element, text) {
    const showIt = () => this.show(element, text());
    element.addEventListener("pointerenter", (event) => event.pointerType !== "touch" && showIt());
    element.addEventListener("pointerleave", (event) => event.pointerType !== "touch" && this.hide());
    element.addEventListener("click", (event) => event.pointerType === "touch" && showIt());
    element.addEventListener("focus", showIt);
    element.addEventListener("blur", () => this.hide());
  }

  show(target, lines) {
    const { tip } = this;
    tip.replaceChildren(...lines.map((line) => element("div", { textContent: line })));
    tip.hidden = false;
    const at = target.getBoundingClientRect();
    const size = tip.getBoundingClientRect();
    const above = at.top - size.height - 8;
    tip.style.left = `${Math.max(6, Math.min(at.left + at.width / 2 - size.width / 2, innerWidth - size.width - 6))}px`;
    tip.style.top = `${above > 4 ? above : Math.min(at.bottom + 8, innerHeight - size.height - 4)}px`;
  }

  hide() {
    this.tip.hidden = true;
  }
}
