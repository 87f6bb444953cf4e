// Dark and light.

const paint = (theme) => {
  document.documentElement.dataset.theme = theme;
  put("theme", theme === "dark" ? "Light" : "Dark");
};
paint(matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
$("theme").addEventListener("click", () => paint(document.documentElement.dataset.theme === "dark" ? "light" : "dark"));
