// A tape written out: each node's rule, then each contribution, as straight-line JavaScript.

const LONGEST_PROGRAM = 400; // lines

const programOf = ({ tape, lines }) => {
  const plain = new Map("⁰¹²³⁴⁵⁶⁷⁸⁹".split("").map((digit, at) => [digit, `_${at}`]).concat("₀₁₂₃₄₅₆₇₈₉".split("").map((digit, at) => [digit, `_${at}`])));
  const name = (node) => lines.names[node].replace(/./gu, (letter) => plain.get(letter) ?? letter).replace(/[^\w$]/g, "_").replace(/_+/g, "_");
  const operand = (at) => (at < tape.size ? name(at) : String(tape.data[at]));
  const forward = tape.order.map((node) => `${name(node)} = ${write(lines.formulas[node], (part) => (part === -1 ? name(node) : Array.isArray(part) ? name(part[1]) : operand(tape.nodes[node].operands[part]))).replaceAll("·", "*")};`);
  const backward = [...tape.order].reverse().flatMap((node) => tape.nodes[node].operands.map((target, place) => {
    if (target >= tape.size) return null;
    const names = (part) => (part === "$" ? `d_${name(node)}` : part === -1 ? name(node) : Array.isArray(part) ? name(part[1]) : operand(tape.nodes[node].operands[part]));
    return `d_${name(target)} += ${write(lines.product(node, place), names).replaceAll("·", "*")};`;
  }).filter(Boolean));
  const all = ["// forward", ...forward, "// backward: d_x is the derivative of the loss with respect to x", `d_${name(tape.root)} = 1;`, ...backward];
  return all.length > LONGEST_PROGRAM ? [...all.slice(0, LONGEST_PROGRAM), `// … and ${all.length - LONGEST_PROGRAM} lines more`].join("\n") : all.join("\n");
};
