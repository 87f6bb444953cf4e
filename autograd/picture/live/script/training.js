// The training itself, update by update: the numbers of nn.fit.

class Training {
  constructor(record) {
    this.record = record;
    this.given = record.samples;
    this.rate = record.optimizer.lr;
    this.start(record.layers);
  }

  // From these layers, with an optimizer that has seen nothing.
  start(layers, noise = 0, seed = 0) {
    this.first = { layers, noise, seed };
    this.network = new Network(layers, this.record);
    const noisy = new Random(seed);
    this.samples = this.given.map((sample) => ({
      ...sample,
      x: sample.x.map((x) => revive(x) + (noise ? noisy.gauss(0, noise) : 0)),
    }));
    this.optimizer = new OPTIMIZERS[this.record.optimizer.kind]({ ...this.record.optimizer, lr: this.rate });
    const { learns } = this.record.optimizer;
    const known = learns && learns.length === this.network.parameters.length ? learns : null;
    this.learns = (place) => known === null || known[place];
    this.shuffling = this.record.shuffled === null ? null : new Random(this.record.shuffled);
    this.queue = [];
    this.updates = 0;
    this.epochs = 0;
    this.losses = []; // the mean loss of each update's batch, before the update
    this.failure = null;
  }

  restart() {
    this.start(this.first.layers, this.first.noise, this.first.seed);
  }

  setRate(rate) {
    this.rate = rate;
    this.optimizer.lr = rate;
  }

  // The samples of the next update.
  get batch() {
    if (!this.queue.length) {
      const order = this.samples.map((_, place) => place);
      if (this.shuffling) this.shuffling.shuffle(order);
      for (let at = 0; at < order.length; at += this.record.batch)
        this.queue.push(order.slice(at, at + this.record.batch));
    }
    return this.queue[0];
  }

  // The mean gradient over some samples, added in their order, and their mean loss.
  gradient(places) {
    const { network } = this;
    const count = network.parameters.length;
    const sum = new Float64Array(count);
    let loss = 0;
    for (const place of places) {
      const { tape } = network.withSample(this.samples[place]);
      if (!tape.forward() || !tape.backward()) return { failure: tape.fault };
      loss += tape.data[tape.root];
      for (let at = 0; at < count; at++) sum[at] += tape.grad[network.firstParameter + at];
    }
    for (let at = 0; at < count; at++) sum[at] /= places.length;
    return { gradient: sum, loss: loss / places.length };
  }

  update() {
    const { gradient, loss, failure } = this.gradient(this.batch);
    const tooLarge = failure?.kind === "overflow" ? `too large (${failure.message})` : null;
    if (failure && !tooLarge) {
      this.failure = failure.message;
      return false;
    }
    if (tooLarge || !Number.isFinite(loss)) {
      const told = `the loss in epoch ${this.epochs} is ${tooLarge ?? repr(loss)}`;
      this.failure = `${told}: lower the learning rate (${repr(this.rate)})`;
      return false;
    }
    this.optimizer.step(this.network.parameters, gradient, this.learns);
    this.losses.push(loss);
    this.updates += 1;
    this.queue.shift();
    if (!this.queue.length) this.epochs += 1;
    return true;
  }

  // The mean loss over all samples as they are now.
  meanLoss() {
    let sum = 0;
    for (const sample of this.samples) {
      const { tape } = this.network.withSample(sample);
      if (!tape.forward()) return NaN;
      sum += tape.data[tape.root];
    }
    return sum / this.samples.length;
  }
}
