// The table of the leaves: each one's number to type and to slide, its gradient, and whether it learns.

const LONGEST_TABLE = 200;

class Table {
  constructor(passes, leaves, learns, change) {
    Object.assign(this, { passes, leaves, learns, change });
    this.rows = new Map();
    for (const node of leaves.nodes.slice(0, LONGEST_TABLE)) this.add(node);
    $("more-leaves").hidden = leaves.nodes.length <= LONGEST_TABLE;
    put("more-leaves", `and ${leaves.nodes.length - LONGEST_TABLE} more, on the picture`);
  }

  add(node) {
    const name = this.passes.names[node];
    const row = element("tr");
    const typed = element("input", { className: "typed", autocomplete: "off" });
    typed.setAttribute("aria-label", `number of ${name}`);
    typed.addEventListener("change", () => {
      const number = parse(typed.value);
      typed.classList.toggle("wrong", number === null);
      if (number !== null) this.change(node, number);
    });
    typed.addEventListener("focus", () => {
      typed.value = String(this.passes.tape.data[node]);
    });
    const slid = element("input", { type: "range", step: "any" });
    slid.setAttribute("aria-label", `slide ${name}`);
    slid.addEventListener("input", () =>
      this.change(node, onGrid(Number(slid.value), (slid.max - slid.min) / 400), slid),
    );
    const ticked = element("input", { type: "checkbox", checked: this.learns.has(node) });
    ticked.setAttribute("aria-label", `${name} learns`);
    ticked.addEventListener("change", () => {
      this.learns[ticked.checked ? "add" : "delete"](node);
      this.change(null);
    });
    const grad = element("td", { className: "number" });
    const cells = [
      element("th", { textContent: name, scope: "row" }),
      ...[typed, slid].map((input) => {
        const cell = element("td");
        cell.append(input);
        return cell;
      }),
      grad,
      element("td"),
    ];
    cells.at(-1).append(ticked);
    row.append(...cells);
    $("leaves").append(row);
    this.rows.set(node, { row, typed, slid, grad });
  }

  draw(reach, moved) {
    for (const [node, { row, typed, slid, grad }] of this.rows) {
      const number = this.passes.tape.data[node];
      if (document.activeElement !== typed) {
        typed.value = show(number);
        typed.title = String(number);
        typed.classList.remove("wrong");
      }
      if (slid !== moved) {
        const given = this.leaves.given.get(node);
        const width =
          2 *
          Math.max(
            1,
            Number.isFinite(given) ? Math.abs(given) : 1,
            Number.isFinite(number) ? Math.abs(number) / 1.5 : 1,
          );
        slid.min = -width;
        slid.max = width;
        slid.value = number;
      }
      const found = this.passes.gradAt(node, reach);
      const text = found === null ? "…" : show(found);
      if (grad.textContent !== text) grad.textContent = text;
      row.classList.toggle("changed", !Object.is(number, this.leaves.given.get(node)));
    }
  }
}
