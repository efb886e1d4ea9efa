(function () {
  "use strict";
  const data = JSON.parse(document.getElementById("figures").textContent);
  const root = document.documentElement;
  const view = { language: root.dataset.language, prices: data.prices, region: data.region, scenario: data.scenario };

  // A text in two languages is one string, "§English¦中文".
  function inLanguage(value) {
    if (typeof value === "string" && value.startsWith("§")) {
      const parts = value.slice(1).split("¦");
      return view.language === "zh" ? parts[1] : parts[0];
    }
    if (Array.isArray(value)) { return value.map(inLanguage); }
    if (value && typeof value === "object") {
      return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, inLanguage(inner)]));
    }
    return value;
  }

  // On a narrow screen numbers behind horizontal bars would lie on their labels; the table below has them.
  function narrowed(figure) {
    const axis = Object.assign({}, figure.layout.xaxis, { nticks: 3 });
    const traces = figure.data.map((trace) => Object.assign({}, trace, { textposition: "none" }));
    return { data: traces, layout: Object.assign({}, figure.layout, { xaxis: axis }) };
  }

  function draw(place) {
    let figure = data.figures[place.dataset.figure];
    if (place.clientWidth < 480 && figure.data[0].orientation === "h" && figure.layout.yaxis.automargin) {
      figure = narrowed(figure);
    }
    Plotly.react(place, inLanguage(figure.data), inLanguage(figure.layout), { displayModeBar: false, responsive: true });
    place.setAttribute("aria-label", inLanguage(place.dataset.label));
  }

  function matches(element) {
    return ["prices", "region", "scenario"].every(
      (name) => element.dataset[name] === undefined || element.dataset[name] === view[name]);
  }

  function show() {
    root.dataset.language = view.language;
    root.lang = view.language === "zh" ? "zh-CN" : "en";
    document.title = inLanguage(data.title);
    document.querySelectorAll("[data-choice]").forEach((button) => {
      button.setAttribute("aria-pressed", String(view[button.dataset.choice] === button.value));
    });
    document.querySelectorAll("select option").forEach((option) => { option.textContent = inLanguage(option.dataset.text); });
    document.querySelectorAll(".switched").forEach((element) => { element.hidden = !matches(element); });
    document.querySelectorAll(".plot").forEach((place) => {
      if (place.closest("[hidden]") === null) { draw(place); }
    });
  }

  document.querySelectorAll("[data-choice]").forEach((button) => {
    button.addEventListener("click", () => { view[button.dataset.choice] = button.value; show(); });
  });
  document.querySelectorAll("select").forEach((select) => {
    select.addEventListener("change", () => { view[select.name] = select.value; show(); });
  });
  // On paper figures stand in rows of three, or as a page says; their size is set before the page is laid out for it.
  const paper = Object.assign({ width: 306, height: 188, wide: 940 }, data.paper);
  function resize(sizeOf) {
    document.querySelectorAll(".plot").forEach((place) => {
      if (place.closest("[hidden]") === null) { Plotly.relayout(place, sizeOf(place)); }
    });
  }
  window.addEventListener("beforeprint", () => resize((place) => ({
    width: place.closest(".full") === null ? paper.width : paper.wide,
    height: Number(place.dataset.height) || paper.height, autosize: false })));
  window.addEventListener("afterprint", () => resize(() => ({ width: null, height: null, autosize: true })));
  show();
})();
