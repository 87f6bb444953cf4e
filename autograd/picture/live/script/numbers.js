// Numbers as text, as autograd.notation.show and Python's repr write them; and text as numbers.

// The decimal digits of a finite x > 0, rounded to so many significant ones, half to even as Python does it.
const rounded = (x, significant) => {
  if (significant < 1) {
    const [mantissa, exponent] = x.toExponential(100).split("e");
    const up = significant === 0 && mantissa.replace(".", "") > "5" + "0".repeat(100); // 0.5 itself is half way to 0
    return { digits: up ? "1" : "0", power: Number(exponent) + 1 };
  }
  const nearest = inDigits(x, significant);
  const beyond = inDigits(x, Math.min(significant + 20, 101)).digits.slice(significant);
  if (!/^50*$/.test(beyond)) return nearest;
  // Half way between two, which JavaScript rounds up always; or a little above it.
  const { digits, power } = inDigits(x, 101);
  const down = digits.slice(0, significant);
  return /^50*$/.test(digits.slice(significant)) && Number(down.at(-1)) % 2 === 0 ? { digits: down, power } : nearest;
};

const inDigits = (x, significant) => {
  const [mantissa, exponent] = x.toExponential(significant - 1).split("e");
  return { digits: mantissa.replace(".", ""), power: Number(exponent) };
};

const scientific = (x, decimals) => {
  const { digits, power } = rounded(Math.abs(x), decimals + 1);
  return exponential(x, digits, power);
};

const exponential = (x, digits, power) => {
  const exponent = `${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`;
  return `${x < 0 ? "-" : ""}${digits[0]}${digits.length > 1 ? "." + digits.slice(1) : ""}e${exponent}`;
};

const fixed = (x, decimals) => {
  const first = inDigits(Math.abs(x), 21).power;
  const { digits, power } = rounded(Math.abs(x), first + 1 + decimals);
  const all =
    power >= 0 ? digits.padEnd(power + 1 + decimals, "0") : "0".repeat(-power) + digits.padEnd(decimals + 1, "0");
  const whole = Math.max(power, 0) + 1;
  return `${x < 0 ? "-" : ""}${all.slice(0, whole)}${decimals ? "." + all.slice(whole, whole + decimals) : ""}`;
};

const CERTAIN = 14; // significant digits of a float that a few roundings leave as they are

// The shortest digits that tell the float, or that are it but for its last bits; and the power of ten of the first.
const shortest = (x, digits) => {
  if (digits < CERTAIN) {
    const near = rounded(x, CERTAIN);
    const short = near.digits.replace(/0+$/, "");
    if (short.length < CERTAIN - 2) return [short, near.power];
  }
  const [mantissa, exponent] = x.toExponential().split("e");
  return [mantissa.replace(".", "").replace(/0+$/, ""), Number(exponent)];
};

// To `digits` decimals, and never fewer significant digits than that; as it is where it needs no more.
const show = (x, digits = DIGITS) => {
  if (Number.isNaN(x)) return "nan";
  if (Math.abs(x) === Infinity) return x > 0 ? "inf" : "-inf";
  if (x === 0) return "0";
  const [short, power] = shortest(Math.abs(x), digits);
  const decimals = short.length - 1 - power;
  const size = rounded(Math.abs(x), Math.max(digits, 1)).power;
  const plain = -5 < size && size < 16;
  if (plain && (short.length <= digits || decimals <= digits)) return plainly(x, short, power);
  if (short.length <= digits) return exponential(x, short, power);
  return plain ? fixed(x, Math.max(digits, digits - 1 - size)) : scientific(x, digits - 1);
};

const plainly = (x, short, power) => {
  const sign = x < 0 ? "-" : "";
  if (power < 0) return `${sign}0.${"0".repeat(-1 - power)}${short}`;
  if (short.length <= power + 1) return sign + short.padEnd(power + 1, "0");
  return `${sign}${short.slice(0, power + 1)}.${short.slice(power + 1)}`;
};

// Is the number what is shown, without rounding?
const isExact = (x) => !Number.isFinite(x) || Number(show(x)) === x;
const gives = (x) => ` ${isExact(x) ? "=" : "≈"} ${show(x)}`;

// As Python prints a float: for a message in the engine's own words.
const repr = (x) => {
  if (Number.isNaN(x)) return "nan";
  if (Math.abs(x) === Infinity) return x > 0 ? "inf" : "-inf";
  if (x === 0) return Object.is(x, -0) ? "-0.0" : "0.0";
  const [mantissa, exponent] = x.toExponential().split("e");
  const power = Number(exponent);
  if (power < -4 || power >= 16)
    return `${mantissa}e${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`;
  const text = plainly(x, mantissa.replace("-", "").replace(".", ""), power);
  return text.includes(".") ? text : `${text}.0`;
};

// What is typed: 0.5, -2, 1e-3, 1/3, 50 %; also with a comma or a minus of print. null where it is none.
const parse = (text) => {
  const plain = text
    .trim()
    .replace(/[−–]/g, "-")
    .replace(/^(-?\d*),(\d+)$/, "$1.$2");
  const number = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i;
  const part = (word) => (number.test(word.trim()) ? Number(word) : NaN);
  const [top, bottom, ...more] = plain.replace(/\s*%$/, "").split("/");
  if (more.length) return null;
  const found = (bottom === undefined ? part(top) : part(top) / part(bottom)) / (plain.endsWith("%") ? 100 : 1);
  return Number.isFinite(found) ? found : null;
};

// JSON has no name for these.
const revive = (number) =>
  typeof number === "string" ? { nan: NaN, inf: Infinity, "-inf": -Infinity }[number] : number;
