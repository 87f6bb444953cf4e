// Under the picture: the step in symbols, numbers and result; the chosen node's own lines; the list of all steps.

const SENTENCES = {
  start: `Start: the leaves have their numbers, nothing else is computed yet. Press Next for the first step, or change
    a leaf.`,
  evaluate: `Forward: the node computes its number from its operands' numbers, and notes its partials ∂: how much it
    changes with each of them.`,
  seed: "Backward begins at the root: with itself it changes one for one, so its gradient is 1.",
  "chain rule": `Backward: the node multiplies its gradient by each partial ∂, and what comes out is added to that
    operand's gradient.`,
  fault: "Here it cannot go on: change a leaf, or press Reset.",
};

// A step's formula: symbols, numbers, result, each on its line.
const drawWorking = (target, passes, position) => {
  const { lines, tape } = passes;
  const step = position ? passes.steps[position - 1] : null;
  const rows = [];
  if (step?.kind === "evaluate") {
    rows.push([
      lines.names[step.node],
      lines.stages(step.node, lines.formulas[step.node], tape.data[step.node]),
      tape.data[step.node],
      "",
    ]);
  } else if (step?.kind === "seed") {
    rows.push([lines.derivative(step.node), [], passes.seed, ""]);
  } else if (step) {
    for (const [place, operand, term, total] of (passes.terms.get(step.node) ?? []).slice(0, MOST_TERMS)) {
      const sum = total === term ? "" : `together with what came before: ${show(total)}`;
      rows.push([lines.derivative(operand), lines.stages(step.node, lines.product(step.node, place), term), term, sum]);
    }
  }
  target.replaceChildren(
    ...rows.map(([name, stages, result, sum]) => {
      const row = element("div", { className: "work" });
      row.append(element("span", { className: "name", textContent: name }));
      stages.forEach((stage, place) =>
        row.append(element("span", { className: place ? "numbers" : "symbols", textContent: `= ${stage}` })),
      );
      row.append(element("span", { className: "result", textContent: gives(result).trim() }));
      if (sum) row.append(element("span", { className: "sum", textContent: sum }));
      return row;
    }),
  );
  target.hidden = !rows.length;
};

const MOST_PATHS = 6; // that are written out

class Panel {
  constructor(passes, kinds) {
    Object.assign(this, { passes, kinds });
    this.list = $("all");
    this.list.replaceChildren(
      ...passes.steps.map((step) => {
        const line = document.createElement("li");
        line.dataset.phase = step.phase;
        return line;
      }),
    );
  }

  // `position` steps have been taken; beyond `reach` nothing is told.
  draw(position, reach, chosen) {
    const { passes } = this;
    const step = position ? passes.steps[position - 1] : null;
    const stopped = position > passes.end;
    const kind = stopped ? "fault" : step ? step.kind : "start";
    const seed = kind === "seed" && passes.seed !== 1 ? ` (here the seed ${show(passes.seed)})` : "";
    put("phase", step ? `${step.phase}:` : "start:");
    put("sentence", SENTENCES[kind] + seed);
    const line = step ? passes.line(position) : "the graph as it was given";
    put("event", line);
    $("now").className = `event ${step ? step.phase : ""}${stopped ? " stopped" : ""}`;
    drawWorking($("working"), passes, stopped ? 0 : position);
    this.drawNode(reach, chosen);
    if ($("steps").open) this.drawList(position, reach);
  }

  drawNode(reach, chosen) {
    const { passes } = this;
    $("node").value = chosen;
    const own = [];
    passes.steps.forEach((step, place) => {
      if (place + 1 > Math.min(reach, passes.end)) return;
      if (step.node === chosen) own.push([place + 1, passes.line(place + 1)]);
      else if (step.kind === "chain rule")
        for (const [at, operand, term, total] of passes.terms.get(step.node) ?? [])
          if (operand === chosen) own.push([place + 1, passes.lines.contribution(step.node, at, term, total)]);
    });
    put("kind", `${passes.names[chosen]} is ${this.kinds[chosen]}`);
    this.drawWhy(reach, chosen);
    $("lines").replaceChildren(...own.map(([value, text]) => element("li", { value, textContent: text })));
  }

  // The chain rule from the root to the chosen node, along each way: ∂L/∂w = ∂L/∂a · ∂a/∂z · ∂z/∂w.
  drawWhy(reach, chosen) {
    const { passes } = this;
    const { lines, names, tape } = passes;
    const paths = chosen === tape.root ? [] : passes.paths(chosen, MOST_PATHS);
    const whole = passes.received[chosen].length && reach >= passes.received[chosen].at(-1)[0];
    const told = [];
    for (const path of paths ?? []) {
      const links = [...path].reverse();
      const below = (at) => (at + 1 < links.length ? links[at + 1][0] : chosen);
      const symbols = links.map(([node], at) => `∂${names[node]}/∂${names[below(at)]}`).join(" · ");
      if (!whole) {
        told.push(`∂${lines.result}/∂${names[chosen]} = ${symbols}`);
        continue;
      }
      const partials = links.map(([node, place]) => tape.partials[node][place]);
      if (partials.some((partial) => partial instanceof Undefined)) continue;
      const product = partials.reduce((all, partial) => all * partial, passes.seed);
      const numbers = partials.map((partial) => (partial < 0 ? `(${show(partial)})` : show(partial))).join(" · ");
      told.push(`${symbols} = ${numbers}${gives(product)}`);
    }
    const count = paths?.length;
    if (paths === null)
      told.push(
        `more than ${MOST_PATHS} ways lead from ${names[chosen]} to ${lines.result}; its gradient is the sum over all`,
      );
    else if (count > 1 && whole) told.push(`the sum of the ${count} ways${gives(tape.grad[chosen])}`);
    put(
      "why-title",
      chosen === tape.root
        ? ""
        : `Why is ∂${lines.result}/∂${names[chosen]}${whole ? gives(tape.grad[chosen]) : " what it is"}?`,
    );
    $("why").replaceChildren(...told.map((text) => element("li", { textContent: text })));
  }

  drawList(position, reach) {
    [...this.list.children].forEach((line, place) => {
      const text = place + 1 <= reach ? this.passes.line(place + 1) : "…";
      if (line.textContent !== text) line.textContent = text;
      line.classList.toggle("current", place + 1 === position);
    });
  }
}
