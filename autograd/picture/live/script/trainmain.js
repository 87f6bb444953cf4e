// The page of a training: its parts, and what a press or a change sets going.

const page = (() => {
  const training = new Training(record);
  const isNarrow = matchMedia("(max-width: 600px)").matches;
  if (isNarrow) $("settings").open = false;
  const hover = new Hover();
  const picture = new NetPicture(
    $("network"),
    hover,
    (what) => describe(what),
    (what) => chooseOnPicture(what),
  );
  const plane = new Plane($("plane"), training, (sample) => choose(sample));
  const inside = new Inside(training, () => draw());
  let chosen = 0; // the sample whose pass is shown
  let running = null;
  let told = ""; // of the neuron or the weight that was clicked

  // --- what is shown ---

  const sampleTape = () => {
    const { tape } = training.network.withSample(training.samples[chosen]);
    if (tape.forward()) tape.backward();
    return tape;
  };

  const describe = ({ unit, layer, parameter }) => {
    const { network } = training;
    const { tape, lines } = network.withSample(training.samples[chosen]);
    const passes = new Passes(tape, lines);
    if (parameter !== undefined) {
      const name = network.parameterNames[parameter - network.firstParameter];
      return [
        `${name} = ${show(tape.data[parameter])}`,
        `gradient for point ${chosen + 1}: ${show(tape.grad[parameter])}`,
        ...contributionsTo(passes, parameter),
      ];
    }
    if (layer === 0) return [`${lines.names[unit.a]} = ${show(tape.data[unit.a])}, an input of point ${chosen + 1}`];
    const evaluations = unit.z === unit.a ? [unit.z] : [unit.z, unit.a];
    return [
      ...evaluations.map((node) => lines.evaluation(node)),
      `∂L/∂${lines.names[unit.z]} = ${show(tape.grad[unit.z])}`,
    ];
  };

  const contributionsTo = (passes, operand) => {
    const found = [];
    for (const [node, terms] of passes.terms)
      for (const [place, target, term, total] of terms)
        if (target === operand) found.push(passes.lines.contribution(node, place, term, total));
    return found.slice(0, 3);
  };

  const chooseOnPicture = (what) => {
    told = what;
    if (what.parameter !== undefined) inside.parameter = what.parameter - training.network.firstParameter;
    draw();
  };

  let planeAt = 0,
    planeCost = 0; // when the plane was drawn last, and how long that took
  const drawPlane = () => {
    if (inside.isOpen) return; // which stands in its place
    const now = performance.now();
    if (running && now - planeAt < Math.max(60, 4 * planeCost)) return;
    plane.draw(chosen);
    planeAt = performance.now();
    planeCost = planeAt - now;
  };

  const draw = () => {
    drawPlane();
    inside.draw();
    const tape = sampleTape();
    const mean = $("gradients").checked ? (training.gradient(training.batch).gradient ?? null) : null;
    picture.draw(mean ? sampleTape() : tape, mean, inside.isOpen ? inside.view : null);
    drawTexts(tape);
  };

  const drawTexts = (tape) => {
    const { network, samples, updates, losses } = training;
    const sample = samples[chosen];
    const outputs = network.outputs.map((output) => tape.data[output]);
    const input = sample.x.length > 4 ? `${sample.x.length} inputs` : `(${sample.x.map((x) => show(x)).join(", ")})`;
    const given = `of ${samples.length}: x = ${input}, target ${show(revive(sample.shown))}`;
    const output = outputs.map((number) => show(number)).join(", ");
    put("sample-told", `${given}; output ${output}; loss ${show(tape.data[tape.root])}`);
    $("sample").value = chosen + 1;
    put("about-sample", `for point ${chosen + 1}`);
    if (!(toldOf?.network === network && toldOf.updates === updates)) {
      const now = losses.length ? losses.at(-1) : training.meanLoss();
      let status = `${count(updates, "update")}, loss ${show(now)}`;
      if (plane.isOfKinds && (!running || updates % 10 === 0)) {
        const right = samples.filter((one) => plane.isRight(one, network.predict(one.x))).length;
        status += `, ${right} of ${samples.length} right`;
        lastRight = status;
      } else if (running && plane.isOfKinds && lastRight) {
        status = lastRight;
      }
      put("status", status);
      toldOf = { network, updates: running ? -1 : updates };
    }
    const points =
      losses.length > 400
        ? losses.filter((_, at) => at % Math.ceil(losses.length / 400) === 0 || at === losses.length - 1)
        : losses;
    if (points.length) plot($("curve"), points, "L", losses.length, "update");
    else $("curve").replaceChildren();
    put("rule", training.optimizer.rule);
    put("told", told ? describe(told).join(" · ") : "point at a neuron or a line, or click it");
    put("fault", training.failure ?? "");
    $("fault").hidden = !training.failure;
    $("plane").setAttribute("aria-label", `${samples.length} points; ${$("status").textContent}`);
    if ($("program").closest("details").open) put("program", programOf(network.withSample(sample)));
  };
  let lastRight = "";
  let toldOf = null; // which network, after how many updates, the status tells of

  // --- going ---

  const pause = () => {
    if (running) cancelAnimationFrame(running.frame);
    running = null;
    put("run", "▶ Run");
    $("run").setAttribute("aria-pressed", "false");
  };
  const run = () => {
    if (running) {
      pause();
      return draw();
    }
    inside.close();
    running = { frame: 0, due: performance.now() };
    put("run", "Ⅱ Pause");
    $("run").setAttribute("aria-pressed", "true");
    running.frame = requestAnimationFrame(tick);
  };
  const tick = () => {
    if (!running) return;
    const wait = Number($("speed").value);
    const until = performance.now() + Math.max(12, drawCost); // as long for the numbers as for showing them
    while (performance.now() >= running.due && performance.now() < until) {
      running.due = Math.max(running.due + wait, performance.now() - 200);
      if (!training.update()) {
        pause();
        break;
      }
    }
    if (running) running.frame = requestAnimationFrame(tick);
    const start = performance.now();
    draw();
    drawCost = performance.now() - start;
  };
  let drawCost = 0; // in thousandths of a second
  const updateOnce = () => {
    pause();
    training.update();
    if (inside.isOpen) inside.open(chosen);
    draw();
  };
  const openInside = () => {
    pause();
    if (inside.isOpen) inside.close();
    else {
      if (!training.batch.includes(chosen)) chosen = training.batch[0];
      inside.open(chosen);
    }
    draw();
    if (inside.isOpen && isNarrow) $("insides").scrollIntoView();
  };

  // Another network, or the same one from its start.
  const built = () => {
    pause();
    inside.close();
    told = "";
    lastRight = "";
    plane.frame();
    picture.build(training.network);
    $("parameter").replaceChildren(...training.network.parameterNames.map((name, place) => new Option(name, place)));
    draw();
  };
  const restart = () => {
    training.restart();
    built();
  };
  const sizes = () => {
    const found = $("hidden")
      .value.split(/[\s,]+/)
      .filter(Boolean)
      .map(Number);
    const fits =
      found.every((size) => Number.isInteger(size) && size >= 1 && size <= record.widest) && found.length <= 6;
    $("hidden").classList.toggle("wrong", !fits);
    return fits ? found : null;
  };
  const startAnew = () => {
    const hidden = sizes();
    const seed = Number($("seed").value);
    $("seed").classList.toggle("wrong", !Number.isSafeInteger(seed));
    if (hidden === null || !Number.isSafeInteger(seed)) return;
    const last = record.layers.at(-1);
    const inputs = record.layers[0].weights[0].length;
    const layers = drawnLayers(
      inputs,
      [...hidden, last.weights.length],
      $("activation").value,
      last.activation,
      $("init").value,
      seed,
    );
    training.start(layers, Number($("noise").value), seed);
    put(
      "start-told",
      `MLP(${inputs}, [${[...hidden, last.weights.length].join(", ")}], init="${$("init").value}", seed=${seed})`,
    );
    built();
  };
  // The same first weights, with another activation, or other noise on the points.
  const startAgain = () => {
    const layers = training.first.layers.map((layer, at, all) =>
      at === all.length - 1 ? layer : { ...layer, activation: $("activation").value },
    );
    training.start(layers, Number($("noise").value), Number($("seed").value) || 0);
    built();
  };

  const choose = (sample) => {
    const { length } = training.samples;
    chosen = ((sample % length) + length) % length;
    if (inside.isOpen) inside.open(chosen);
    draw();
  };

  // --- wiring ---

  const press = {
    run,
    update: updateOnce,
    inside: openInside,
    restart,
    start: startAnew,
    first: () => inside.go(0),
    back: () => inside.go(inside.position - 1),
    next: () => inside.go(inside.position + 1),
    last: () => inside.go(inside.last),
    layer: () => inside.goThroughLayer(),
    take: updateOnce,
  };
  for (const [id, action] of Object.entries(press)) $(id).addEventListener("click", action);
  $("slider").addEventListener("input", () => inside.go(Number($("slider").value)));
  $("sample").max = record.samples.length;
  $("sample").addEventListener("change", () => choose(Math.round(Number($("sample").value)) - 1));
  $("parameter").addEventListener("change", () => {
    inside.parameter = Number($("parameter").value);
    draw();
  });
  $("gradients").addEventListener("change", draw);
  $("program").closest("details").addEventListener("toggle", draw);
  $("rate").value = String(training.rate);
  $("rate").addEventListener("input", () => {
    const rate = parse($("rate").value);
    $("rate").classList.toggle("wrong", rate === null || rate < 0);
    if (rate !== null && rate >= 0) training.setRate(rate);
    inside.sums = null;
    draw();
  });
  $("noise").addEventListener("input", () => put("noise-number", $("noise").value));
  for (const id of ["noise", "activation"]) $(id).addEventListener("change", startAgain);
  for (const id of ["hidden", "seed"])
    $(id).addEventListener("keydown", (event) => event.key === "Enter" && startAnew());
  const hiddenLayers = record.layers.slice(0, -1);
  $("hidden").value = hiddenLayers.map((layer) => layer.weights.length).join(", ");
  $("activation").append(
    ...Object.keys(record.activations)
      .filter((name) => name !== "softmax")
      .map((name) => new Option(name, name)),
  );
  $("activation").value = hiddenLayers[0]?.activation ?? "linear";
  $("init").append(...Object.keys(INITIALIZERS).map((name) => new Option(name.replace("_", " "), name)));
  put("plane-title", plane.inputs === 1 ? "The curve that it has learnt" : "What it tells apart");
  put(
    "plane-told",
    plane.inputs > 2
      ? "No picture: only planes of two inputs, and curves of one, are drawn."
      : plane.inputs === 2
        ? "black: the boundary; dashed: where it was before one update. Click a point: its pass through the network"
        : "click a point: its pass through the network",
  );
  $("plane").hidden = plane.inputs > 2;

  const keys = {
    " ": run,
    u: updateOnce,
    i: openInside,
    r: restart,
    ArrowRight: () => (inside.isOpen ? inside.go(inside.position + 1) : choose(chosen + 1)),
    ArrowLeft: () => (inside.isOpen ? inside.go(inside.position - 1) : choose(chosen - 1)),
  };
  document.addEventListener("keydown", (event) => {
    const { tagName } = event.target;
    if (event.ctrlKey || event.altKey || event.metaKey || tagName === "SELECT") return;
    if (tagName === "INPUT" && event.target.type !== "checkbox") return;
    if (event.key === " " && (tagName === "BUTTON" || tagName === "SUMMARY" || tagName === "INPUT")) return;
    const action = keys[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  });
  built();
  return { training, inside, plane, picture, choose, startAnew };
})();
