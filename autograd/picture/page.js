"use strict";
(() => {
  const record = JSON.parse(document.getElementById("record").textContent);
  const { nodes, steps } = record;
  const $ = (id) => document.getElementById(id);
  const svg = document.querySelector("#picture svg");
  const groups = new Map([...svg.querySelectorAll("g[id]")].map((group) => [group.id, group]));
  const shown = new Map(); // the texts of the picture, by key and what
  let position = 0; // how many steps have been taken
  let chosen = Object.keys(nodes).at(-1);
  let timer = null;

  // --- the texts of the picture ---

  const textOf = (key, what) => {
    if (what === "forward" || what === "backward") return groups.get(`${key}-${what}`)?.querySelector("text");
    const texts = groups.get(key).querySelectorAll("text");
    return texts[texts.length - (what === "data" ? 2 : 1)];
  };
  const put = (key, what, text) => {
    shown.set(`${key} ${what}`, text);
    const element = textOf(key, what);
    if (element) element.textContent = text;
    if (what === "backward") groups.get(`${key}-backward`)?.classList.toggle("ahead", text === "");
  };

  // --- going ---

  const go = (target) => {
    target = Math.max(0, Math.min(steps.length, target));
    while (position < target) for (const [key, what, after] of steps[position++].changes) put(key, what, after);
    while (position > target) {
      const changes = steps[--position].changes;
      for (let i = changes.length - 1; i >= 0; i--) put(changes[i][0], changes[i][1], changes[i][3]);
    }
    mark();
  };

  const mark = () => {
    const step = position ? steps[position - 1] : null;
    for (const group of groups.values()) group.classList.remove("now", "flow", "receives");
    // Until a round's forward pass has come to a node, its data are those of the time before.
    const current = step && step.kind !== "update" ? step.round : step ? step.round + 1 : 1;
    const seen = new Set();
    for (let i = position - 1; i >= 0 && steps[i].round === current && steps[i].kind !== "update"; i--)
      if (steps[i].kind === "evaluate") seen.add(steps[i].key);
    for (const [key, node] of Object.entries(nodes))
      groups.get(key).classList.toggle("ahead", node.operation && !seen.has(key));
    if (step && step.kind !== "update") {
      groups.get(step.key).classList.add("now");
      const flow = step.phase === "forward" ? "forward" : "backward";
      for (const key of step.flows) groups.get(`${key}-${flow}`)?.classList.add("flow");
      for (const key of step.receivers) groups.get(key).classList.add("receives");
      reveal(groups.get(step.key));
    }
    $("phase").textContent = step ? (step.kind === "update" ? "update:" : `${step.phase}:`) : "start:";
    $("phase").parentElement.className = `event ${step ? step.phase : ""}`;
    $("event").textContent = step ? step.text : "the graph as it was; press → for the first step";
    $("slider").value = position;
    $("slider").setAttribute("aria-valuetext", step ? `${position} of ${steps.length}: ${step.text}` : "start");
    $("position").textContent = `${position} / ${steps.length}`;
    $("round").value = step ? step.round : 1;
    $("round-number").textContent = `${step ? step.round : 1} / ${record.rounds}`;
    for (const id of ["first", "back"]) $(id).disabled = position === 0;
    for (const id of ["next", "last"]) $(id).disabled = position === steps.length;
    if (position === steps.length) pause();
    document.querySelector("#all .current")?.classList.remove("current");
    if (step) $("all").children[position - 1].classList.add("current");
    describe();
  };

  const reveal = (group) => {
    const frame = $("picture").getBoundingClientRect();
    const box = group.getBoundingClientRect();
    if (box.left < frame.left || box.right > frame.right)
      $("picture").scrollLeft += box.left + box.width / 2 - frame.left - frame.width / 2;
    if (box.top < frame.top || box.bottom > frame.bottom)
      $("picture").scrollTop += box.top + box.height / 2 - frame.top - frame.height / 2;
  };

  const pause = () => {
    clearInterval(timer);
    timer = null;
    $("play").textContent = "▶ Play";
    $("play").setAttribute("aria-pressed", "false");
  };
  const play = () => {
    if (timer) return pause();
    if (position === steps.length) go(0);
    timer = setInterval(() => go(position + 1), Number($("speed").value));
    $("play").textContent = "Ⅱ Pause";
    $("play").setAttribute("aria-pressed", "true");
  };

  // The same step of another round; where rounds differ in length, the nearest.
  const starts = [];
  steps.forEach((step, i) => { starts[step.round] ??= i; });
  const goToRound = (round) => {
    round = Math.max(1, Math.min(record.rounds, round));
    const present = position ? steps[position - 1].round : 1;
    const end = (starts[round + 1] ?? steps.length);
    go(Math.min(starts[round] + position - starts[present], end));
  };

  // --- one node ---

  const describe = () => {
    const node = nodes[chosen];
    $("node").value = chosen;
    $("numbers").textContent = `${node.name}: ${shown.get(`${chosen} data`)}, ${shown.get(`${chosen} grad`)}`;
    for (const group of svg.querySelectorAll(".chosen")) group.classList.remove("chosen");
    groups.get(chosen).classList.add("chosen");
  };
  const choose = (key) => {
    chosen = key;
    const own = steps.filter((step) => step.kind !== "update" && (step.key === key || step.receivers.includes(key)));
    $("lines").replaceChildren(...own.map(item));
    $("sheet").textContent = nodes[key].sheet;
    describe();
  };
  const item = (step) => {
    const line = document.createElement("li");
    line.value = steps.indexOf(step) + 1;
    line.textContent = step.text;
    return line;
  };

  // --- the size of the picture ---

  const [width, height] = svg.getAttribute("viewBox").split(" ").slice(2).map((length) => Number(length) * 4 / 3);
  let zoom = 0; // 0: as large as there is room for
  const fit = () => {
    const wide = Math.min(1, ($("picture").clientWidth - 18) / width);
    const whole = Math.min(wide, (innerHeight * .66 - 18) / height);
    return whole >= .6 ? whole : Math.max(.6, wide); // below that it cannot be read, and is scrolled
  };
  const size = (factor) => {
    const fitting = fit();
    zoom = factor === 0 ? 0 : Math.max(.1, Math.min(4, (zoom || fitting) * factor));
    const scale = zoom || fitting;
    svg.style.maxWidth = "none";
    svg.style.width = `${width * scale}px`;
    svg.style.height = `${height * scale}px`;
  };
  window.addEventListener("resize", () => { if (!zoom) size(0); });

  // --- dark and light ---

  const paint = (theme) => {
    document.documentElement.dataset.theme = theme;
    $("theme").textContent = theme === "dark" ? "Light" : "Dark";
  };
  paint(matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");

  // --- wiring ---

  const press = {
    first: () => go(0),
    back: () => go(position - 1),
    next: () => go(position + 1),
    last: () => go(steps.length),
    play,
    smaller: () => size(1 / 1.25),
    larger: () => size(1.25),
    fit: () => size(0),
    theme: () => paint(document.documentElement.dataset.theme === "dark" ? "light" : "dark"),
  };
  for (const [id, action] of Object.entries(press)) $(id).addEventListener("click", action);
  $("slider").max = steps.length;
  $("slider").addEventListener("input", () => go(Number($("slider").value)));
  $("round").max = record.rounds;
  $("round").addEventListener("input", () => goToRound(Number($("round").value)));
  document.querySelector(".rounds").hidden = record.rounds === 1;
  if (record.rounds > 1) $("of-round").textContent = `, in round ${record.rounds}`;
  $("speed").addEventListener("change", () => { if (timer) { pause(); play(); } });
  $("node").addEventListener("change", () => choose($("node").value));
  const keys = {
    ArrowRight: press.next, ArrowLeft: press.back, Home: press.first, End: press.last, " ": play,
    "+": press.larger, "=": press.larger, "-": press.smaller, "0": press.fit,
    ArrowUp: () => goToRound((steps[position - 1]?.round ?? 1) + 1),
    ArrowDown: () => goToRound((steps[position - 1]?.round ?? 1) - 1),
  };
  document.addEventListener("keydown", (event) => {
    const tag = event.target.tagName;
    // A slider and a list have these keys themselves, a button the space bar.
    if (event.ctrlKey || event.altKey || event.metaKey || tag === "INPUT" || tag === "SELECT") return;
    if (event.key === " " && (tag === "BUTTON" || tag === "SUMMARY")) return;
    if (record.rounds === 1 && (event.key === "ArrowUp" || event.key === "ArrowDown")) return;
    const action = keys[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  });

  for (const [key, node] of Object.entries(nodes)) {
    $("node").append(new Option(node.name, key));
    const group = groups.get(key);
    group.addEventListener("click", () => choose(key));
    group.querySelector("title").textContent = node.name;
  }
  for (const title of svg.querySelectorAll(".edge > title, .graph > title")) title.remove();
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", `A graph of ${Object.keys(nodes).length} nodes; each is in the list called Node.`);
  for (const [key, what, text] of record.texts) put(key, what, text);
  $("all").replaceChildren(...steps.map(item));
  size(0);
  choose(chosen);
  mark();
})();
