// Going through the steps: by buttons, keys and the slider, or by itself.

class Stepping {
  // `moved()` is called after each move.
  constructor(passes, moved) {
    Object.assign(this, { passes, moved });
    this.position = 0; // how many steps have been taken
    this.timer = null;
  }

  // Where a pass cannot go on, the step that fails is the last one.
  get last() {
    return Math.min(this.passes.steps.length, this.passes.end + (this.passes.tape.fault ? 1 : 0));
  }

  go(target) {
    this.position = Math.max(0, Math.min(this.last, target));
    if (this.position === this.last) this.pause();
    this.moved();
  }

  // To the end of the layer that the next step is of.
  goThrough(layerOf) {
    const at = (position) => {
      const step = this.passes.steps[position];
      return step && `${step.phase} ${layerOf(step.node) ?? "none"}`;
    };
    let target = this.position + 1;
    while (target < this.last && at(target) === at(this.position)) target++;
    this.go(target);
  }

  pause() {
    clearInterval(this.timer);
    this.timer = null;
    this.showTimer();
  }

  play() {
    if (this.timer) return this.pause();
    if (this.position === this.last) this.go(0);
    this.timer = setInterval(() => this.go(this.position + 1), Number($("speed").value));
    this.showTimer();
  }

  showTimer() {
    put("play", this.timer ? "Ⅱ Pause" : "▶ Play");
    $("play").setAttribute("aria-pressed", String(Boolean(this.timer)));
  }

  draw() {
    const { steps } = this.passes;
    $("slider").max = steps.length;
    $("slider").value = this.position;
    $("slider").setAttribute(
      "aria-valuetext",
      this.position ? `${this.position} of ${steps.length}: ${$("event").textContent}` : "start",
    );
    put("position", `${this.position} / ${steps.length}`);
    for (const id of ["first", "back"]) $(id).disabled = this.position === 0;
    for (const id of ["next", "last", "layer"]) $(id).disabled = this.position === this.last;
  }
}
