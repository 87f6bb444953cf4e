// What the network has learnt: the plane of its two inputs, or the curve over its one input, with the points on it.

const CLASSES = [
  "#d9532c",
  "#2f6db3",
  "#3c9d4e",
  "#8d5fb5",
  "#b8860b",
  "#00808a",
  "#c2417c",
  "#6b7280",
  "#7a5230",
  "#4b9cd3",
];
const CELLS = 40;

class Plane {
  constructor(canvas, training, choose) {
    Object.assign(this, { canvas, training, choose });
    this.context = canvas.getContext("2d");
    this.size = canvas.width;
    canvas.addEventListener("click", (event) => this.chooseAt(event));
    this.frame();
  }

  get inputs() {
    return this.training.network.inputs;
  }

  // From the smallest to the largest, and a tenth of that on either side.
  frame() {
    const { samples } = this.training;
    const range = (numbers) => {
      const low = Math.min(...numbers),
        high = Math.max(...numbers),
        room = 0.1 * (high - low || 1);
      return [low - room, high + room];
    };
    const targets = samples.map((sample) => revive(sample.shown));
    this.targets = [Math.min(...targets), Math.max(...targets)];
    this.xs = range(samples.map((sample) => sample.x[0]));
    this.ys = range(this.inputs === 1 ? targets : samples.map((sample) => sample.x[1] ?? 0));
    this.isOneOfMany = this.training.network.outputs.length > 1;
    const kinds = new Set(targets);
    this.now = null; // the regions as they were drawn last, and before the last update
    this.before = null;
    this.drawnAt = -1;
    this.isOfKinds = this.isOneOfMany || kinds.size === 2;
  }

  pixel([x, y]) {
    return [
      ((x - this.xs[0]) / (this.xs[1] - this.xs[0])) * this.size,
      ((this.ys[1] - y) / (this.ys[1] - this.ys[0])) * this.size,
    ];
  }

  place(sample) {
    return this.pixel(this.inputs === 1 ? [sample.x[0], revive(sample.shown)] : sample.x);
  }

  // From 0 (the lowest target) to 1 (the highest): the output, or of several the place of the largest.
  kind(outputs) {
    if (this.isOneOfMany) return outputs.indexOf(Math.max(...outputs));
    const [low, high] = this.targets;
    return (outputs[0] - low) / (high - low || 1);
  }

  isRight(sample, outputs) {
    if (this.isOneOfMany) return this.kind(outputs) === sample.shown;
    return this.kind(outputs) > 0.5 === revive(sample.shown) > (this.targets[0] + this.targets[1]) / 2;
  }

  colour(kind) {
    return this.isOneOfMany ? CLASSES[kind % CLASSES.length] : kind > 0.5 ? CLASSES[1] : CLASSES[0];
  }

  draw(chosen) {
    const { context, size, training } = this;
    context.clearRect(0, 0, size, size);
    if (this.inputs > 2) return;
    if (this.inputs === 2) this.drawRegions();
    else this.drawCurve();
    training.samples.forEach((sample, place) => {
      const [x, y] = this.place(sample);
      const kind = this.isOneOfMany
        ? sample.shown
        : (revive(sample.shown) - this.targets[0]) / (this.targets[1] - this.targets[0] || 1);
      context.beginPath();
      context.arc(x, y, place === chosen ? 12 : 7, 0, 2 * Math.PI);
      context.fillStyle = this.inputs === 1 ? "#888888" : this.colour(kind);
      context.fill();
      context.lineWidth = place === chosen ? 5 : 2;
      context.strokeStyle = place === chosen ? "#e69f00" : "#ffffff";
      context.stroke();
    });
  }

  // The kind at the middle of each cell, row by row; null where there is none.
  grid() {
    return Array.from({ length: CELLS * CELLS }, (_, cell) => {
      const row = Math.floor(cell / CELLS),
        column = cell % CELLS;
      const x = this.xs[0] + ((column + 0.5) / CELLS) * (this.xs[1] - this.xs[0]);
      const y = this.ys[1] - ((row + 0.5) / CELLS) * (this.ys[1] - this.ys[0]);
      try {
        return this.kind(this.training.network.predict([x, y]));
      } catch (error) {
        if (!(error instanceof MathError)) throw error;
        return null;
      }
    });
  }

  drawRegions() {
    const { context, size, training } = this;
    const side = size / CELLS;
    const grid = this.grid();
    grid.forEach((kind, cell) => {
      if (kind === null) return;
      context.fillStyle = this.colour(kind);
      context.globalAlpha = this.isOneOfMany ? 0.3 : Math.min(0.55, 0.12 + Math.abs(kind - 0.5) * 0.45);
      context.fillRect((cell % CELLS) * side, Math.floor(cell / CELLS) * side, side, side);
    });
    context.globalAlpha = 1;
    if (training.updates !== this.drawnAt) {
      this.before = training.updates === this.drawnAt + 1 ? this.now : null; // one update, and not a run
      this.drawnAt = training.updates;
    }
    this.now = grid;
    if (this.before) this.drawBoundary(this.before, "#777777", [6, 6]);
    this.drawBoundary(grid, "#111111", []);
  }

  // Where cells beside each other are of other kinds.
  drawBoundary(grid, colour, dashes) {
    const { context } = this;
    const side = this.size / CELLS;
    const side_of = (kind) => (kind === null ? null : this.isOneOfMany ? kind : kind > 0.5);
    context.beginPath();
    grid.forEach((kind, cell) => {
      const [x, y] = [(cell % CELLS) * side, Math.floor(cell / CELLS) * side];
      if ((cell + 1) % CELLS && side_of(kind) !== side_of(grid[cell + 1])) {
        context.moveTo(x + side, y);
        context.lineTo(x + side, y + side);
      }
      if (cell + CELLS < grid.length && side_of(kind) !== side_of(grid[cell + CELLS])) {
        context.moveTo(x, y + side);
        context.lineTo(x + side, y + side);
      }
    });
    context.setLineDash(dashes);
    context.lineWidth = 2;
    context.strokeStyle = colour;
    context.stroke();
    context.setLineDash([]);
  }

  drawCurve() {
    const { context, size, training } = this;
    training.network.outputs.forEach((_, output) => {
      context.beginPath();
      for (let at = 0; at <= 160; at++) {
        const x = this.xs[0] + (at / 160) * (this.xs[1] - this.xs[0]);
        context.lineTo(...this.pixel([x, training.network.predict([x])[output]]));
      }
      context.lineWidth = 5;
      context.strokeStyle = CLASSES[output];
      context.stroke();
    });
  }

  chooseAt(event) {
    const box = this.canvas.getBoundingClientRect();
    const scale = this.size / box.width;
    const [x, y] = [(event.clientX - box.left) * scale, (event.clientY - box.top) * scale];
    let nearest = 0,
      least = Infinity;
    this.training.samples.forEach((sample, place) => {
      const [left, top] = this.place(sample);
      const distance = (left - x) ** 2 + (top - y) ** 2;
      if (distance < least) [nearest, least] = [place, distance];
    });
    this.choose(nearest);
  }
}
