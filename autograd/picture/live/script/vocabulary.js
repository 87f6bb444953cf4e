// The words that the rules of the table are written in: what Python's `math` and its operators do to floats,
// with their exceptions. Every formula is made of these, and comes from the table.

class MathError extends Error {
  constructor(kind) {
    super(kind);
    this.kind = kind; // "domain" or "overflow", which says what the row advises
  }
}

const math = (() => {
  const refuse = (kind) => {
    throw new MathError(kind);
  };
  // Python raises where a finite operand has an infinite result.
  const bounded = (result, x) =>
    Math.abs(result) === Infinity && Math.abs(x) !== Infinity ? refuse("overflow") : result;
  const finite = (x) => (Math.abs(x) === Infinity ? refuse("domain") : x);

  const pow = (x, y) => {
    if (y === 0 || x === 1) return 1;
    if (x === 0 && y < 0) refuse("domain");
    if (x < 0 && x !== -Infinity && Math.abs(y) !== Infinity && !Number.isInteger(y)) {
      refuse(Math.pow(-x, y) === Infinity ? "overflow" : "domain");
    }
    if (x === -1 && Math.abs(y) === Infinity) return 1;
    const result = Math.pow(x, y);
    return Math.abs(result) === Infinity && Math.abs(x) !== Infinity && Math.abs(y) !== Infinity
      ? refuse("overflow")
      : result;
  };

  // A series of positive terms up to 2, where 1 - erf has digits enough; a continued fraction beyond.
  const erfc = (x) => {
    if (x < 0) return 2 - erfc(-x);
    if (x > 27) return 0;
    if (!(x >= 2)) {
      let term = x;
      let sum = x;
      for (let n = 1; term > sum * 1e-17; n++) {
        term *= (2 * x * x) / (2 * n + 1);
        sum += term;
      }
      return 1 - (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
    }
    let fraction = 0;
    for (let n = 120; n > 0; n--) fraction = n / 2 / (x + fraction);
    return Math.exp(-x * x) / Math.sqrt(Math.PI) / (x + fraction);
  };

  // Of many numbers: sums from left to right; the largest taken out of exponentials, so that none overflows.
  const total = (numbers) => numbers.reduce((sum, x) => sum + x);
  const largest = (numbers) => numbers.reduce((a, b) => (b > a ? b : a));
  const softmax = (numbers) => {
    const exponentials = numbers.map((x) => Math.exp(x - largest(numbers)));
    const sum = total(exponentials);
    return exponentials.map((x) => x / sum);
  };
  const restOf = (numbers) => {
    const place = numbers.indexOf(largest(numbers));
    const rest = numbers.filter((_, index) => index !== place).map((x) => Math.exp(x - numbers[place]));
    return rest.length ? Math.log1p(total(rest)) : 0;
  };

  return {
    div: (x, y) => (y === 0 ? refuse("domain") : x / y),
    pow,
    abs: Math.abs,
    exp: (x) => bounded(Math.exp(x), x),
    expm1: (x) => bounded(Math.expm1(x), x),
    log: (x) => (x <= 0 ? refuse("domain") : Math.log(x)),
    log1p: (x) => (x <= -1 ? refuse("domain") : Math.log1p(x)),
    sqrt: (x) => (x < 0 ? refuse("domain") : Math.sqrt(x)),
    sin: (x) => Math.sin(finite(x)),
    cos: (x) => Math.cos(finite(x)),
    tanh: Math.tanh,
    normal_cdf: (x) => 0.5 * erfc(-x * Math.SQRT1_2),
    step: (x) => (x > 0 ? 1 : 0),
    sign: (x) => (x > 0 ? 1 : x < 0 ? -1 : 0),
    maximum: (x, y) => (x >= y || x !== x ? x : y),
    minimum: (x, y) => (x <= y || x !== x ? x : y),
    where: (condition, x, y) => (condition <= 0 ? y : x),
    total,
    softmax,
    logsumexp: (numbers) => largest(numbers) + restOf(numbers),
    log_softmax: (numbers) => numbers.map((x) => x - largest(numbers) - restOf(numbers)),
  };
})();
