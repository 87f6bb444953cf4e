// The network as its neurons: circles in the colour of their number, lines as thick as their weights.

const MOST_NEURONS = 24; // of a layer, that are drawn
const tint = (number, largest) => {
  const part = largest ? Math.max(-1, Math.min(1, number / largest)) : 0;
  const strength = Math.round(12 + 88 * Math.abs(part));
  return `color-mix(in srgb, var(${part < 0 ? "--below" : "--above"}) ${strength}%, var(--page))`;
};

class NetPicture {
  // `describe(what)` are the lines that tell of a neuron or a weight; `choose(what)` is told what is clicked.
  constructor(svg, hover, describe, choose) {
    Object.assign(this, { svg, hover, describe, choose });
  }

  // Anew, for a network of other sizes.
  build(network) {
    this.network = network;
    const columns = [Array.from({ length: network.inputs }, (_, node) => ({ a: node })), ...network.units];
    const shown = Math.max(...columns.map((column) => Math.min(column.length, MOST_NEURONS)));
    const height = Math.max(200, Math.min(560, 34 * shown + 40)),
      width = 620;
    const radius = Math.max(5, Math.min(18, (height - 40) / shown / 2 - 2));
    this.svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    const across = (at) => 40 + (at * (width - 80)) / (columns.length - 1);
    const down = (place, count) => 24 + ((place + 0.5) * (height - 34)) / count;
    const links = drawn("g", {}),
      circles = drawn("g", {});
    this.links = [];
    this.circles = [];
    columns.forEach((column, at) => {
      const count = Math.min(column.length, MOST_NEURONS);
      if (column.length > count)
        circles.append(
          drawn(
            "text",
            { x: across(at), y: height - 2, "text-anchor": "middle" },
            `… and ${column.length - count} more`,
          ),
        );
      circles.append(
        drawn(
          "text",
          { x: across(at), y: 12, "text-anchor": "middle" },
          at === 0 ? "inputs" : at === columns.length - 1 ? "output" : `layer ${at}`,
        ),
      );
      column.slice(0, count).forEach((unit, place) => {
        const [x, y] = [across(at), down(place, count)];
        unit.parameters
          ?.slice(0, -1)
          .slice(0, MOST_NEURONS)
          .forEach((parameter, source) => {
            const from = Math.min(columns[at - 1].length, MOST_NEURONS);
            const line = drawn("line", { x1: across(at - 1), y1: down(source, from), x2: x, y2: y });
            this.wire(line, { parameter });
            links.append(line);
            this.links.push({ line, parameter });
          });
        const group = drawn("g", {
          class: "unit",
          tabindex: column.length * columns.length <= 60 ? 0 : -1,
          role: "img",
        });
        const circle = drawn("circle", { cx: x, cy: y, r: radius });
        const text = radius >= 13 ? drawn("text", { x, y: y + 3.5, "text-anchor": "middle" }) : null;
        group.append(circle, ...(text ? [text] : []));
        this.wire(group, { unit, layer: at });
        group.addEventListener("focus", () =>
          group.setAttribute("aria-label", this.describe({ unit, layer: at }).join(". ")),
        );
        circles.append(group);
        this.circles.push({ group, circle, text, unit });
      });
    });
    this.svg.replaceChildren(links, circles);
  }

  wire(shape, what) {
    this.hover.wire(shape, () => this.describe(what));
    shape.addEventListener("click", () => this.choose(what));
  }

  // `tape` has the chosen sample's numbers and gradients; `mean` is the batch's mean gradient, where gradients are
  // shown; `view` says what is seen at a step inside an update.
  draw(tape, mean, view = null) {
    const { network } = this;
    const first = network.firstParameter;
    const ofWeight = (parameter) => (mean ? mean[parameter - first] : network.parameters[parameter - first]);
    const ofUnit = view ? view.number : (unit) => (mean ? tape.grad[unit.a] : tape.data[unit.a]);
    const largest = (numbers) =>
      numbers.reduce((most, number) => (Number.isFinite(number) ? Math.max(most, Math.abs(number)) : most), 0);
    const heaviest = largest(this.links.map(({ parameter }) => ofWeight(parameter)));
    for (const { line, parameter } of this.links) {
      const weight = ofWeight(parameter);
      line.style.stroke = weight < 0 ? "var(--below)" : "var(--above)";
      line.style.strokeWidth = (0.4 + (heaviest ? (4.5 * Math.abs(weight)) / heaviest : 0)).toFixed(2);
      line.classList.toggle("now", Boolean(view?.receives(parameter)));
    }
    const brightest = largest(this.circles.map(({ unit }) => ofUnit(unit)));
    for (const { group, circle, text, unit } of this.circles) {
      const number = ofUnit(unit);
      circle.style.fill = Number.isFinite(number) ? tint(number, brightest) : "var(--page)";
      if (text) text.textContent = Number.isFinite(number) ? show(number, 2) : "";
      group.classList.toggle("now", Boolean(view?.isNow(unit)));
      group.classList.toggle("receives", Boolean(view?.receives(unit.a)));
    }
  }
}
