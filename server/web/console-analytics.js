// Draws the charts of a page with Vega, by its interpreter: no text of a chart ever becomes code. Colours are the page's own.

const SERIES = ["#2f6fd0", "#c2571a", "#2a7f62", "#8a3ea8", "#a8842c", "#4c7d99", "#b03a56", "#6b6f76"];
const DARK_SERIES = ["#7fb0ff", "#f2a15f", "#6fd39a", "#d09be8", "#e0c46c", "#8fc1de", "#f08aa3", "#aeb4bd"];
const dark = matchMedia("(prefers-color-scheme: dark)");
let drawn = [];

function theme() {
  const style = getComputedStyle(document.documentElement);
  const token = (name) => style.getPropertyValue(`--mm-${name}`).trim();
  const font = style.getPropertyValue("--mm-font").trim();
  const series = dark.matches ? DARK_SERIES : SERIES;
  return {
    background: "transparent", font, view: { stroke: null }, range: { category: series },
    axis: { labelColor: token("n6"), titleColor: token("n6"), gridColor: token("n2"), domainColor: token("n3"), tickColor: token("n3"),
      labelFontSize: 12, titleFontSize: 12, titleFontWeight: "normal", labelOverlap: true },
    legend: { labelColor: token("n7"), labelFontSize: 12, symbolType: "circle", offset: 4 },
    line: { color: token("accent") }, point: { color: token("accent") }, bar: { color: token("accent") },
  };
}

function tip() {
  let node = null;
  return (handler, event, item, value) => {
    node?.remove();
    node = null;
    if (!value || typeof value !== "object") return;
    node = document.createElement("dl");
    node.className = "chart-tip";
    for (const [name, text] of Object.entries(value)) {
      const term = document.createElement("dt"), told = document.createElement("dd");
      term.textContent = name;
      told.textContent = text;
      node.append(term, told);
    }
    document.body.append(node);
    const left = Math.min(event.clientX + 12, innerWidth - node.offsetWidth - 8);
    node.style.left = `${Math.max(left, 8)}px`;
    node.style.top = `${Math.max(event.clientY - node.offsetHeight - 12, 8)}px`;
  };
}

async function draw(place) {
  try {
    const made = await window.vegaEmbed(place, JSON.parse(place.dataset.chart), {
      ast: true, actions: false, renderer: "svg", defaultStyle: false, tooltip: tip(), config: theme(),
    });
    drawn.push(made);
    place.dataset.drawn = "yes";
  } catch {
    place.dataset.drawn = "no";
    const said = document.createElement("p");
    said.className = "quiet";
    said.textContent = "The chart can't be drawn here. The table below holds the same figures.";
    place.replaceChildren(said);
  }
}

async function all() {
  for (const made of drawn) made.finalize();
  drawn = [];
  for (const old of document.querySelectorAll(".chart-tip")) old.remove();
  for (const place of document.querySelectorAll("[data-chart]")) await draw(place);
}

document.addEventListener("console:ready", (event) => {
  if (event.detail.querySelector?.("[data-chart]")) all();
});
dark.addEventListener("change", all);
if (document.readyState === "complete") all();
else addEventListener("load", all);
