// The training program of one sample, written out: each node by its row's rule, then each contribution.
//
// It is JavaScript that runs, in the words of `math` and `ROWS`; what trains is the same rows, gone through in the
// same order by tape.js.

const LONGEST_PROGRAM = 1500; // lines

const programOf = ({ tape, lines }) => {
  const names = plainNames(lines.names);
  const numberOf = (index) => (index < tape.size ? names[index] : String(tape.data[index]));
  const leaves = tape.nodes.map((_, index) => index).filter((index) => !tape.rows[index]);
  const all = [
    `const ${leaves.map((leaf) => `${names[leaf]} = ${tape.data[leaf]}`).join(", ")};`,
    "// forward",
    ...tape.order.map((index) => `const ${names[index]} = ${forwardCode(tape, index, numberOf)};`),
    `// backward: d_x is the derivative of ${names[tape.root]} with respect to x`,
    `let ${tape.nodes.map((_, index) => `d_${names[index]} = ${index === tape.root ? 1 : 0}`).join(", ")};`,
    ...[...tape.order].reverse().flatMap((index) => backwardCode(tape, index, names, numberOf)),
  ];
  return all.length > LONGEST_PROGRAM
    ? [...all.slice(0, LONGEST_PROGRAM), `// … and ${all.length - LONGEST_PROGRAM} lines more`].join("\n")
    : all.join("\n");
};

// z²₁ as z2_1; each name once.
const plainNames = (names) => {
  const taken = new Set();
  return names.map((name) => {
    let plain = name
      .replace(/[⁰¹²³⁴⁵⁶⁷⁸⁹]/g, (digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹".indexOf(digit))
      .replace(/[₀-₉]+/g, (digits) => `_${digits.replace(/./g, (digit) => "₀₁₂₃₄₅₆₇₈₉".indexOf(digit))}`);
    plain = plain.replace(/[^\w$]+/g, "_").replace(/^(?=\d)|^$/, "v");
    while (taken.has(plain)) plain += "_";
    taken.add(plain);
    return plain;
  });
};

const bodyOf = (rule) => String(rule).replace(/^\([^)]*\) => /, "");

// A rule's code with the operands in the places of its own names.
const withNames = (code, row, out, operands) => {
  if (!row.arity) return code.replace(/\bx\[(\d+)\]/g, (_, place) => operands[place]);
  const places = "xyzuvw";
  return code.replace(/(?<![\w.])(out|[xyzuvw])(?!\w)/g, (word) =>
    word === "out" ? out : operands[places.indexOf(word)],
  );
};

const forwardCode = (tape, index, numberOf) => {
  const row = tape.rows[index];
  return withNames(bodyOf(row.rule), row, "", tape.nodes[index].operands.map(numberOf));
};

const backwardCode = (tape, index, names, numberOf) => {
  const row = tape.rows[index];
  const { operands, row: key } = tape.nodes[index];
  const terms = operands.map((operand, place) => [operand, place]).filter(([operand]) => operand < tape.size);
  const add = ([operand, place], partial) => `d_${names[operand]} += d_${names[index]} * ${partial};`;
  const given = operands.map(numberOf);
  if (row.arity)
    return terms.map((term) => add(term, `(${withNames(bodyOf(row.partials[term[1]]), row, names[index], given)})`));
  const list = String(row.partials).match(/^\(out, x\) => \{ return \[([^(]*)\]; \}$/);
  if (list) return terms.map((term) => add(term, withNames(list[1].split(", ")[term[1]], row, names[index], given)));
  const partials = `p_${names[index]}`; // of a softmax: each is made of all of them
  return [
    `const ${partials} = ROWS["${key}"].partials(${names[index]}, [${given.join(", ")}]);`,
    ...terms.map((term) => add(term, `${partials}[${term[1]}]`)),
  ];
};
