// Python's random.Random: the same numbers from the same seed, so that a network started here is MLP(..., seed=seed).

class Random {
  constructor(seed) {
    this.state = new Uint32Array(624);
    const words = [];
    for (let rest = BigInt(Math.abs(seed)); rest > 0n; rest >>= 32n) words.push(Number(rest & 0xffffffffn));
    this.startWith(words.length ? words : [0]);
    this.waiting = null; // gauss makes two numbers at once
  }

  // The Mersenne Twister's start from several words.
  startWith(words) {
    const { state } = this;
    state[0] = 19650218;
    for (let i = 1; i < 624; i++) state[i] = Math.imul(1812433253, state[i - 1] ^ (state[i - 1] >>> 30)) + i;
    let i = 1,
      j = 0;
    const next = () => {
      if (++i < 624) return;
      state[0] = state[623];
      i = 1;
    };
    for (let k = Math.max(624, words.length); k; k--) {
      state[i] = (state[i] ^ Math.imul(state[i - 1] ^ (state[i - 1] >>> 30), 1664525)) + words[j] + j;
      next();
      j = (j + 1) % words.length;
    }
    for (let k = 623; k; k--) {
      state[i] = (state[i] ^ Math.imul(state[i - 1] ^ (state[i - 1] >>> 30), 1566083941)) - i;
      next();
    }
    state[0] = 0x80000000;
    this.place = 624;
  }

  word() {
    const { state } = this;
    if (this.place === 624) {
      for (let i = 0; i < 624; i++) {
        const y = (state[i] & 0x80000000) | (state[(i + 1) % 624] & 0x7fffffff);
        state[i] = state[(i + 397) % 624] ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
      }
      this.place = 0;
    }
    let y = state[this.place++];
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  }

  random() {
    const a = this.word() >>> 5,
      b = this.word() >>> 6;
    return (a * 67108864 + b) / 9007199254740992;
  }

  uniform(low, high) {
    return low + (high - low) * this.random();
  }

  gauss(mean, deviation) {
    let z = this.waiting;
    this.waiting = null;
    if (z === null) {
      const angle = this.random() * 2 * Math.PI;
      const radius = Math.sqrt(-2 * Math.log(1 - this.random()));
      z = Math.cos(angle) * radius;
      this.waiting = Math.sin(angle) * radius;
    }
    return mean + z * deviation;
  }

  // A whole number below n, of at most 32 bits.
  below(n) {
    const bits = 32 - Math.clz32(n);
    let found = n;
    while (found >= n) found = this.word() >>> (32 - bits);
    return found;
  }

  shuffle(list) {
    for (let i = list.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      [list[i], list[j]] = [list[j], list[i]];
    }
  }
}

// First weights [out][in], as nn.initializers draws them.
const INITIALIZERS = {
  uniform: (random) => () => random.uniform(-1, 1),
  xavier: (random, inputs, outputs) => {
    const bound = Math.sqrt(6 / (inputs + outputs));
    return () => random.uniform(-bound, bound);
  },
  he: (random, inputs) => {
    const deviation = Math.sqrt(2 / inputs);
    return () => random.gauss(0, deviation);
  },
  small_random: (random) => () => random.gauss(0, 0.01),
  zeros: () => () => 0,
};
