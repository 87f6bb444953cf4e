// Small things that every part of the page needs.

const $ = (id) => document.getElementById(id);
const element = (tag, properties = {}) => Object.assign(document.createElement(tag), properties);
// Only what has changed, so that a screen reader says it once.
const put = (id, text) => {
  if ($(id).textContent !== text) $(id).textContent = text;
};
const count = (number, thing) => `${number} ${thing}${number === 1 ? "" : "s"}`;
const drawn = (tag, attributes, text) => {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  if (text !== undefined) made.textContent = text;
  return made;
};

// A curve of numbers over their places, with its first, lowest and last number beside it.
const plot = (svg, numbers, name, steps = numbers.length - 1, unit = "step") => {
  const [width, height, left, top, bottom] = [340, 150, 8, 12, 22];
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  const finite = numbers.filter(Number.isFinite);
  const low = Math.min(...finite),
    high = Math.max(...finite);
  const x = (place) => left + (place / Math.max(numbers.length - 1, 1)) * (width - 2 * left);
  const y = (number) => top + (high === low ? 0.5 : (high - number) / (high - low)) * (height - top - bottom);
  const points = numbers
    .map((number, place) => (Number.isFinite(number) ? `${x(place).toFixed(1)},${y(number).toFixed(1)}` : ""))
    .join(" ");
  svg.replaceChildren(
    drawn("line", { x1: left, x2: width - left, y1: height - bottom, y2: height - bottom, class: "axis" }),
    drawn("polyline", { points, class: "curve" }),
    drawn("circle", { cx: x(numbers.length - 1), cy: y(numbers.at(-1)) || 0, r: 3.5, class: "end" }),
    drawn("text", { x: left, y: height - 6 }, count(steps, unit)),
    drawn(
      "text",
      { x: width - left, y: height - 6, "text-anchor": "end" },
      `${name} from ${show(numbers[0])} to ${show(numbers.at(-1))}`,
    ),
  );
  svg.setAttribute(
    "aria-label",
    `${name} over ${count(steps, unit)}, from ${show(numbers[0])} to ${show(numbers.at(-1))}`,
  );
};
