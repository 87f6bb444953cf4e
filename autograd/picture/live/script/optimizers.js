// From gradients to better parameters, as nn.optim does it: the same operations in the same order.

class SGD {
  constructor({ lr, momentum, weight_decay }) {
    Object.assign(this, { lr, momentum, weight_decay });
    this.velocities = null;
  }

  step(data, grads, learns) {
    const gradients = grads.map((grad, place) => (this.weight_decay ? grad + this.weight_decay * data[place] : grad));
    let moves = gradients;
    if (this.momentum) {
      moves = this.velocities
        ? this.velocities.map((velocity, place) => this.momentum * velocity + gradients[place])
        : gradients;
      this.velocities = moves;
    }
    for (let place = 0; place < data.length; place++) if (learns(place)) data[place] -= this.lr * moves[place];
  }

  // How a parameter changes, in words.
  get rule() {
    const move = this.momentum ? `(${show(this.momentum)} · velocity + gradient)` : "gradient";
    const decay = this.weight_decay ? `, gradient + ${show(this.weight_decay)} · w in its place` : "";
    return `w ← w - ${show(this.lr)} · ${move}${decay}`;
  }
}

class Adam {
  constructor({ lr, betas, eps, weight_decay }) {
    Object.assign(this, { lr, betas, eps, weight_decay });
    this.steps = 0;
    this.means = null;
    this.squares = null;
  }

  step(data, grads, learns) {
    this.means ??= new Float64Array(data.length);
    this.squares ??= new Float64Array(data.length);
    this.steps += 1;
    const [beta1, beta2] = this.betas;
    const rest1 = 1 - beta1,
      rest2 = 1 - beta2;
    const size = this.lr / (1 - beta1 ** this.steps);
    const correction = Math.sqrt(1 - beta2 ** this.steps);
    const { means, squares } = this;
    for (let place = 0; place < data.length; place++) {
      if (!learns(place)) continue;
      const gradient = this.weight_decay ? grads[place] + this.weight_decay * data[place] : grads[place];
      const mean = (means[place] = means[place] + rest1 * (gradient - means[place]));
      const square = (squares[place] = beta2 * squares[place] + rest2 * gradient * gradient);
      data[place] -= (size * mean) / (Math.sqrt(square) / correction + this.eps);
    }
  }

  get rule() {
    const means = "m and v the running means of the gradient and of its square";
    return `Adam: w ← w - ${show(this.lr)} · m / (√v + ${this.eps}), ${means}`;
  }
}

const OPTIMIZERS = { SGD, Adam };
