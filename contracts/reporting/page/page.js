"use strict";
// The page says everything without this script, which adds a filter, copy buttons, and links that open.
(() => {
  const form = document.getElementById("filter");
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const findings = all(".finding");
  const clauses = all("tr[data-f]");
  const texts = new Map(); // read when first searched: 500 findings are a megabyte

  const text = (element) => {
    if (!texts.has(element)) texts.set(element, element.textContent.toLowerCase());
    return texts.get(element);
  };

  const chosen = () => Object.fromEntries([...new FormData(form)].filter(([, value]) => value));

  const fits = (element, wanted) => {
    const marks = element.dataset.f.split(" ");
    const { q, family, verdict, state } = wanted;
    if ((family && !marks.includes(family)) || (verdict && !marks.includes(verdict))) return false;
    if (state && element.matches(".finding")) {
      if (state === "open" ? marks.includes("accepted") : !marks.includes(state)) return false;
    }
    return !q || q.toLowerCase().split(/\s+/).every((word) => text(element).includes(word));
  };

  const select = (elements, wanted) =>
    elements.filter((element) => {
      element.hidden = !fits(element, wanted);
      return !element.hidden;
    });

  const filter = () => {
    const wanted = chosen();
    const seen = select(findings, wanted);
    const rows = select(clauses, wanted);
    for (const table of all("table.clauses")) {
      table.hidden = !table.querySelector("tbody tr:not([hidden])");
    }
    document.querySelector("#findings .nothing")?.toggleAttribute("hidden", seen.length > 0);
    document.querySelector("#clauses .nothing").hidden = rows.length > 0;
    document.getElementById("counted").textContent =
      `${seen.length} of ${findings.length} findings, ${rows.length} of ${clauses.length} clauses`;
  };

  // The choice stands in the address, so that a link shares it; the name of an element there opens it.
  const remember = () => {
    const wanted = new URLSearchParams(chosen()).toString();
    history.replaceState(null, "", wanted ? `#${wanted}` : location.pathname + location.search);
  };

  const recall = () => {
    const fragment = location.hash.slice(1);
    if (fragment.includes("=")) {
      const wanted = new URLSearchParams(fragment);
      for (const field of form.elements) if (field.name) field.value = wanted.get(field.name) ?? "";
      filter();
      if (!wanted.has("q")) document.getElementById("findings").scrollIntoView();
      return;
    }
    const named = fragment && document.getElementById(decodeURIComponent(fragment));
    if (!named) return;
    if (named.closest("[hidden]")) {
      form.reset();
      filter();
    }
    const details = named.querySelector(":scope > details");
    if (details) details.open = true;
    named.scrollIntoView();
  };

  const say = (words) => (document.getElementById("said").textContent = words);

  const copy = async (box) => {
    const shown = box.querySelector("pre, code");
    const exact = box.dataset.exact ? JSON.parse(box.dataset.exact) : shown.textContent;
    try {
      await navigator.clipboard.writeText(exact);
    } catch {
      const area = Object.assign(document.createElement("textarea"), { value: exact });
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
    }
  };

  const addButton = (box) => {
    if (box.querySelector(".copy")) return;
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: "copy" });
    const what = Object.assign(document.createElement("span"), { className: "sr" });
    what.textContent = ` ${box.dataset.name}`;
    button.append("Copy", what);
    button.addEventListener("click", async () => {
      await copy(box);
      button.firstChild.data = "Copied";
      say(`${box.dataset.name} copied`);
      setTimeout(() => (button.firstChild.data = "Copy"), 2000);
    });
    box.append(button);
  };

  // Buttons are made when a finding is opened: thousands of them would be half of the page.
  const addButtons = (within) => all(".box", within).forEach(addButton);
  for (const finding of findings) {
    const details = finding.firstElementChild;
    if (details.open) addButtons(details);
    details.addEventListener("toggle", () => details.open && addButtons(details));
  }
  addButtons(document.getElementById("run"));

  for (const button of all("[data-open]")) {
    button.addEventListener("click", () => {
      for (const finding of findings) {
        if (!finding.hidden) finding.firstElementChild.open = button.dataset.open === "true";
      }
    });
  }

  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input:not([type=checkbox]), select, textarea");
    const pressed = event.key === "/" && !event.ctrlKey && !event.metaKey;
    if (!pressed || typing || !document.getElementById("slash").checked) return;
    event.preventDefault();
    form.elements.q.focus();
    form.elements.q.select();
  });

  // On paper nothing can be opened: findings are, their long parts stay folded. Where the browser knows
  // ::details-content the style does it, without this script too.
  let closed = [];
  addEventListener("beforeprint", () => {
    closed = all(".finding > details:not([open])");
    for (const details of closed) details.open = true;
  });
  addEventListener("afterprint", () => closed.forEach((details) => (details.open = false)));

  form.addEventListener("input", () => { filter(); remember(); });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(() => { filter(); remember(); }));
  addEventListener("hashchange", recall);
  form.hidden = false;
  for (const tools of all(".tools")) tools.hidden = false;
  filter();
  recall();
})();
