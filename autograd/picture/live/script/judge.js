// What an answer of the quiz is worth: the judge of autograd.practice, over the questions that came with the page.

const ENOUGH = 3; // significant digits of an answer, where the number has as many
const FIGURE = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i;

// Arithmetic of numbers: + - * / ** and brackets. null where it is none.
const calculated = (text) => {
  const words = text.match(/\*\*|[-+*/()]|(\d+\.?\d*|\.\d+)(e[-+]?\d+)?|\S/gi) ?? [];
  let at = 0;
  const atom = () => {
    const word = words[at++];
    if (word === "(") {
      const inner = sum();
      return words[at++] === ")" ? inner : NaN;
    }
    return word !== undefined && FIGURE.test(word) ? Number(word) : NaN;
  };
  const signed = () => {
    if (words[at] === "-" || words[at] === "+") return words[at++] === "-" ? -signed() : signed();
    const base = atom();
    if (words[at] !== "**") return base;
    at++;
    return base ** signed();
  };
  const product = () => {
    let found = signed();
    while (words[at] === "*" || words[at] === "/") found = words[at++] === "*" ? found * signed() : found / signed();
    return found;
  };
  const sum = () => {
    let found = product();
    while (words[at] === "+" || words[at] === "-") found = words[at++] === "+" ? found + product() : found - product();
    return found;
  };
  const found = sum();
  return at === words.length && Number.isFinite(found) ? found : null;
};

const significant = (text) => text.toLowerCase().split("e")[0].replace(".", "").replace(/^[-+0]+/, "").length;

// So many significant digits, their zeros kept.
const inFigures = (x, digits) => {
  const { power } = rounded(Math.abs(x) || 1, digits);
  return x && (power < -4 || power >= digits) ? scientific(x, digits - 1) : fixed(x, Math.max(digits - 1 - power, 0));
};

// An answer as one decimal figure, arithmetic to as many digits as rounded operands leave; null where it is none.
const asFigure = (answer) => {
  const superscripts = "⁰¹²³⁴⁵⁶⁷⁸⁹";
  let plain = answer.trim().replace(/^[=≈ ]+/, "");
  const percent = plain.endsWith("%");
  plain = plain
    .replace(/%$/, "")
    .replace(/\s*[×·*]\s*10\s*(?:\^\s*([-−]?\d+)|([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+))$/, (_, power, raised) =>
      "e" + (power ?? [...raised].map((sign) => (sign === "⁻" ? "-" : superscripts.indexOf(sign))).join("")))
    .replace(/[−–]/g, "-")
    .replace(/[·×]/g, "*")
    .replace(/÷/g, "/")
    .replace(/\^/g, "**")
    .trim();
  if (FIGURE.test(plain) && Number.isFinite(Number(plain))) {
    return percent ? inFigures(Number(plain) / 100, Math.max(ENOUGH, significant(plain))) : plain;
  }
  const found = calculated(plain);
  return found === null ? null : inFigures(found / (percent ? 100 : 1), ENOUGH);
};

// Is the figure the number, rounded or cut to the figure's digits?
const agrees = (number, text) => {
  const [mantissa, exponent = "0"] = text.toLowerCase().split("e");
  const unit = 10 ** (Number(exponent) - (mantissa.split(".")[1] ?? "").length);
  const value = Number(text);
  const slack = Math.abs(number) * 2 ** -50 + unit * 1e-9;
  if (Math.abs(number - value) <= unit / 2 + slack) return true;
  return Math.round(value / unit) === Math.trunc(number / unit);
};

const NOTHING = 1e-12; // what is less is what rounding left of a zero
const isEnough = (number, text) => {
  if (Math.abs(number) <= NOTHING) return Math.abs(Number(text)) <= NOTHING;
  return significant(text) >= ENOUGH || Math.abs(number - Number(text)) <= 1e-9 * Math.abs(number);
};
const tells = (number, text) => significant(text) >= 2 || isEnough(number, text);

// The right digits with the point at another place, or in another order.
const misprints = (expected, text) => {
  const found = [1, 2, 3].flatMap((power) =>
    [expected * 10 ** power, expected / 10 ** power].map((number) => ["the decimal point shifted", number]),
  );
  const right = fixed(expected, (text.toLowerCase().split("e")[0].split(".")[1] ?? "").length);
  if (/e/i.test(text) || right.replace(".", "").replace(/^[-0]+/, "").length < ENOUGH) return found;
  for (let place = 0; place + 1 < right.length; place++) {
    const [first, second] = right.slice(place, place + 2);
    const swapped = right.slice(0, place) + second + first + right.slice(place + 2);
    if (/\d/.test(first) && /\d/.test(second) && first !== second && Number(swapped) === Number(text))
      found.push([`two digits exchanged, ${swapped} for ${right}`, Number(swapped)]);
  }
  return found;
};

// The rest of the calculation, done again from what was answered before.
class Again {
  // `answered` are [question, number]; to so many `digits` the rest is as it is shown, with none as it is.
  constructor(tape, answered, digits) {
    const of = (kind) => new Map(answered.filter(([q]) => q.kind === kind).map(([q, number]) => [q.node, number]));
    const between = (kind) =>
      new Map(answered.filter(([q]) => q.kind === kind).map(([q, number]) => [`${q.through} ${q.node}`, number]));
    const known = (numbers) =>
      digits === null ? new Map() : new Map(tape.nodes.map((_, index) => [index, Number(show(numbers[index], digits))]));
    Object.assign(this, { tape, partials: between("partial"), contributions: between("contribution") });
    this.values = new Map([...known(tape.data), ...of("value")]);
    this.given = new Map([...known(tape.grad), ...of("gradient")]);
  }

  evaluate(asked) {
    const { tape } = this;
    const data = Float64Array.from(tape.data);
    for (let index = 0; index < tape.size; index++) {
      if (index !== asked && this.values.has(index)) data[index] = this.values.get(index);
      else if (tape.rows[index]) {
        const row = tape.rows[index];
        const numbers = tape.nodes[index].operands.map((operand) => data[operand]);
        data[index] = row.arity ? row.rule(...numbers) : row.rule(numbers);
      }
    }
    return data;
  }

  // What a node hands on to each operand: [operand, contribution].
  terms(node, cotangent, data) {
    const { tape } = this;
    const row = tape.rows[node];
    const { operands } = tape.nodes[node];
    const numbers = operands.map((operand) => data[operand]);
    const all = row.arity ? null : row.partials(data[node], numbers);
    const found = new Map();
    operands.forEach((operand, place) => {
      if (operand >= tape.size) return;
      const partial = row.arity ? row.partials[place](data[node], ...numbers) : all[place];
      found.set(operand, (found.get(operand) ?? 0) + cotangent * partial);
    });
    for (const operand of found.keys()) {
      const key = `${node} ${operand}`;
      if (this.contributions.has(key)) found.set(operand, this.contributions.get(key));
      else if (this.partials.has(key)) found.set(operand, cotangent * this.partials.get(key));
    }
    return found;
  }

  number({ kind, node, through }) {
    if (kind === "value") return this.evaluate(node)[node];
    const { tape } = this;
    const data = this.evaluate(null);
    if (kind === "partial") return this.terms(through, 1, data).get(node);
    const arrived = new Map([[tape.root, 1]]);
    for (const user of [...tape.order].reverse()) {
      if (!arrived.has(user)) continue;
      if (user !== node && this.given.has(user)) arrived.set(user, this.given.get(user));
      for (const [operand, term] of this.terms(user, arrived.get(user), data)) {
        if (kind === "contribution" && user === through && operand === node) return term;
        arrived.set(operand, (arrived.get(operand) ?? 0) + term);
      }
    }
    return arrived.get(node);
  }
}

class Judge {
  constructor(tape, digits) {
    Object.assign(this, { tape, digits });
    this.before = new Map(); // question: {number, isRight}
  }

  // {kind, cause}, or null where the answer is no number; kind is right, rounded, follows, vague or wrong.
  judge(question, answer) {
    const text = asFigure(answer);
    if (text === null) return null;
    const judgement = this.judged(question, text);
    if (judgement.kind !== "vague")
      this.before.set(question, { number: Number(text), isRight: ["right", "rounded"].includes(judgement.kind) });
    return judgement;
  }

  tell(question) {
    this.before.set(question, { number: Number(question.shown), isRight: true });
  }

  judged(question, text) {
    const { expected } = question;
    if (agrees(expected, text)) {
      if (isEnough(expected, text)) return { kind: "right", cause: "" };
      if (Number(text)) return { kind: "vague", cause: "" };
    }
    for (const [kind, number] of this.following(question))
      if (Number.isFinite(number) && agrees(number, text) && isEnough(number, text)) return { kind, cause: "" };
    const known = [...question.mistakes, ...misprints(expected, text)].find(
      ([, number]) => agrees(number, text) && tells(number, text) && !agrees(expected, show(number, 12)),
    );
    return { kind: "wrong", cause: known ? known[0] : "" };
  }

  // Each number that is right from what was there before: rounded on the way, or from wrong answers.
  *following(question) {
    const ways = [null, this.digits, ENOUGH];
    const number = (answered, digits) => {
      try {
        return new Again(this.tape, answered, digits).number(question);
      } catch (error) {
        if (!(error instanceof MathError)) throw error;
        return NaN; // a wrong answer may lead out of a domain
      }
    };
    for (const digits of ways.slice(1)) yield ["rounded", number([], digits)];
    const before = [...this.before].filter(([other]) => other !== question);
    const wrong = new Set(before.filter(([, { isRight }]) => !isRight).map(([{ kind }]) => kind === "value"));
    for (const carried of [new Set(), new Set([true, false]), new Set([false]), new Set([true])]) {
      if (carried.size && ![...carried].some((part) => wrong.has(part))) continue;
      for (const asWritten of [true, false]) {
        const answered = before.map(([other, { number, isRight }]) => {
          const own = isRight ? asWritten : carried.has(other.kind === "value");
          return [other, own ? number : other.expected];
        });
        for (const digits of ways) yield [carried.size ? "follows" : "rounded", number(answered, digits)];
      }
    }
  }
}
