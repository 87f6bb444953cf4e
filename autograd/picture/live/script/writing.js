// Expressions as text, as autograd.notation.write sets them: parentheses follow from how tightly an operation binds.
//
// An expression is a place (0, 1 … of a node's operands; -1 is the node itself; "$" its cotangent), ["#", number],
// ["i", a whole number of the rule's own], ["@", another node], ["…"], or [operation, ...operands]. `FORMS` has, for
// each operation, its form: {template: [[text, place], …], binding, operands, arity}.

const SUM = 10,
  PRODUCT = 20,
  NEGATION = 30,
  POWER = 40,
  ATOM = 100;
const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";
const isNumber = (part) => Array.isArray(part) && (part[0] === "#" || part[0] === "i");
const isOpened = (part) => Array.isArray(part) && FORMS[part[0]] !== undefined;

// `names(place)` is the text of a name; `numbers(place)`, where numbers are wanted, its number.
const write = (expression, names, numbers = null) => {
  const pieces = [];
  const stack = [[expression, 0]];
  while (stack.length) {
    let item = stack.pop();
    if (typeof item === "string") {
      // a + (-b) is written a - b
      if (item.startsWith("-") && pieces.length && pieces.at(-1).endsWith("+ ")) {
        pieces.push(pieces.pop().slice(0, -2) + "- ");
        item = item.slice(1);
      }
      pieces.push(item);
      continue;
    }
    const [part, required] = item;
    let [texts, binding] = isOpened(part) ? opened(part, names, numbers) : atom(part, names, numbers);
    if (binding < required) texts = ["(", ...texts, ")"];
    stack.push(...texts.reverse());
  }
  return pieces.join("");
};

const valueOf = (part, numbers) => (isNumber(part) ? revive(part[1]) : numbers ? numbers(part) : undefined);

const atom = (part, names, numbers) => {
  if (Array.isArray(part) && part[0] === "…") return [["…"], ATOM];
  const number = valueOf(part, numbers);
  if (number === undefined) {
    const name = names(part);
    return [[name], /[\^⁰¹²³⁴⁵⁶⁷⁸⁹]/.test(name) ? POWER : ATOM];
  }
  const text = show(number);
  return [[text], text.startsWith("-") ? NEGATION : ATOM];
};

const opened = (part, names, numbers) => {
  const [name, ...operands] = part;
  const form = FORMS[name];
  if (name === "pow") {
    const exponent = superscript(operands[1], numbers);
    if (exponent) return [[[operands[0], form.operands[0]], exponent], form.binding];
  }
  const pieces = [];
  for (const [text, place] of form.template) {
    if (text) pieces.push(text);
    if (place === null) continue;
    let required = form.operands[place];
    (form.arity ? [operands[place]] : operands).forEach((operand, index) => {
      if (index) pieces.push(", ");
      const before = pieces.at(-1);
      const afterPlus = typeof before === "string" && before.endsWith("+ ");
      if (required && pieces.length && !afterPlus && startsNegative(operand, numbers)) required = ATOM; // a - (-b)
      pieces.push([operand, required]);
    });
  }
  return [pieces, form.binding];
};

// Would it be written with a minus in front, and no parenthesis before it?
const startsNegative = (operand, numbers) => {
  let required = 0;
  while (isOpened(operand)) {
    const form = FORMS[operand[0]];
    if (form.binding < required) return false;
    if (operand[0] === "neg") return true;
    if (form.template[0][0]) return false; // it starts with text: a function's name
    required = form.operands[0];
    operand = operand[1];
  }
  const number = valueOf(operand, numbers);
  return required <= NEGATION && number !== undefined && show(number).startsWith("-");
};

// A whole exponent as ² or ⁻¹, and "" for any other.
const superscript = (exponent, numbers) => {
  if (isOpened(exponent)) return "";
  const number = valueOf(exponent, numbers);
  if (number === undefined || !(Math.abs(number) < 1000)) return "";
  const text = show(number);
  return /^-?\d+$/.test(text) ? text.replace("-", "⁻").replace(/\d/g, (digit) => SUPERSCRIPTS[digit]) : "";
};
