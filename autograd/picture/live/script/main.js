// The page of a graph: its parts, and what a press or a change sets going.

const page = (() => {
  const svg = document.querySelector("#picture svg");
  const passes = passesOf(record);
  const picture = new (record.lines ? NeuronPicture : Picture)(svg, record, passes.tape);
  const zoom = new Zoom($("picture"), svg);
  const stepping = new Stepping(passes, () => draw(true));
  const learns = new Set(record.learn);
  let chosen = passes.tape.root;

  const everything = () => $("everything").checked;
  const reach = () => (everything() ? passes.steps.length : stepping.position);

  // A leaf has another number (or none has, and who learns has changed).
  const change = (node, number, moved = null) => {
    if (node !== null) passes.tape.data[node] = number;
    descent.pause();
    passes.compute();
    descent.restart();
    stepping.position = Math.min(stepping.position, stepping.last);
    drawSoon(moved);
  };
  let waiting = false; // a drag changes a number more often than a screen is drawn
  const drawSoon = (moved) => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      draw(false, moved);
    });
  };
  const reset = () => {
    leaves.reset();
    change(null);
  };

  const leaves = new Leaves(picture, passes, change, (node) => choose(node));
  const descent = new Descent(passes, learns, () => draw());
  const table = new Table(passes, leaves, learns, change);
  const panel = new Panel(passes, record.kinds);
  const tips = new Tips(picture, passes, record.kinds, reach);

  const draw = (stepped = false, moved = null) => {
    picture.draw(passes, stepping.position, everything());
    picture.choose(chosen);
    panel.draw(stepping.position, reach(), chosen);
    stepping.draw();
    leaves.describe();
    table.draw(reach(), moved);
    descent.draw(reach() >= passes.end);
    $("reset").disabled = !leaves.isChanged;
    const { fault } = passes.tape;
    const faulty = fault && $("fault").textContent !== fault.message ? picture.box(fault.node) : null;
    if (faulty) tips.hover.show(faulty, [fault.message]);
    put("fault", fault ? fault.message : "");
    $("fault").hidden = !fault;
    const box = stepped && stepping.position ? picture.box(passes.steps[stepping.position - 1].node) : null;
    if (box) zoom.reveal(box);
  };

  const resize = (factor) => {
    zoom.size(factor);
    draw();
  };

  const choose = (node) => {
    chosen = node;
    draw();
  };

  $("picture").addEventListener("scroll", () => passes.tape.size > LARGE && drawSoon());
  addEventListener("resize", () => drawSoon());

  const press = {
    first: () => stepping.go(0),
    back: () => stepping.go(stepping.position - 1),
    next: () => stepping.go(stepping.position + 1),
    last: () => stepping.go(stepping.last),
    layer: () => stepping.goThrough((node) => record.layers[node]),
    play: () => stepping.play(),
    smaller: () => resize(1 / 1.25),
    larger: () => resize(1.25),
    fit: () => resize(0),
    reset,
    descend: () => descent.step(),
    "descend-run": () => descent.run(),
    "descend-back": () => descent.back(),
  };
  for (const [id, action] of Object.entries(press)) $(id).addEventListener("click", action);
  $("slider").addEventListener("input", () => stepping.go(Number($("slider").value)));
  $("everything").addEventListener("change", () => draw());
  $("steps").addEventListener("toggle", () => draw());
  $("speed").addEventListener("change", () => stepping.timer && (stepping.pause(), stepping.play()));
  $("node").addEventListener("change", () => choose(Number($("node").value)));
  $("rate").addEventListener("input", () => {
    const rate = parse($("rate").value);
    $("rate").classList.toggle("wrong", rate === null);
    descent.rate = rate ?? NaN;
    draw();
  });
  const keys = {
    ArrowRight: press.next,
    ArrowLeft: press.back,
    Home: press.first,
    End: press.last,
    " ": press.play,
    "+": press.larger,
    "=": press.larger,
    "-": press.smaller,
    "0": press.fit,
    a: () => $("everything").click(),
    r: reset,
    d: press.descend,
  };
  document.addEventListener("keydown", (event) => {
    const { tagName } = event.target;
    // A slider, a field and a list have these keys themselves, a button the space bar.
    if (event.ctrlKey || event.altKey || event.metaKey || tagName === "SELECT") return;
    if (tagName === "INPUT" && event.target.type !== "checkbox") return;
    if (event.key === " " && (tagName === "BUTTON" || tagName === "SUMMARY" || tagName === "INPUT")) return;
    const action = keys[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  });

  passes.names.forEach((name, node) => {
    const { formulas } = passes.lines;
    const formula = formulas[node] === null ? "" : ` = ${write(formulas[node], passes.lines.namesIn(node))}`;
    $("node").append(new Option(name + formula, node));
    picture.box(node)?.addEventListener("click", () => choose(node));
  });
  $("layer").hidden = !record.layers;
  draw();
  zoom.reveal(picture.box(passes.tape.root)); // it is what all is about
  return { passes, picture, stepping, leaves, descent, change, reset, choose };
})();
