"use strict";
// The page says everything without this script, and loads itself anew; with it, only what is new takes another's place.
(() => {
  const EVERY_MS = 2000;
  const SLOWEST_MS = 10_000;
  const stale = document.getElementById("stale");
  const pause = document.getElementById("pause");
  const parts = () => [...document.querySelectorAll("header, main > section")];
  let heard = new Date();
  let isBusy = false;
  let isPaused = false;

  // Who marks a text wants to copy it: their part waits.
  const isMarked = (part) => {
    const marked = getSelection();
    return !marked.isCollapsed && marked.containsNode(part, true);
  };

  // What the reader looks at stays where it is, also where something grows above it.
  const inPlace = (change) => {
    const first = parts().find((part) => part.getBoundingClientRect().bottom > 0);
    const top = first?.getBoundingClientRect().top;
    const focused = document.activeElement?.id;
    change();
    if (first) scrollBy(0, document.getElementById(first.id).getBoundingClientRect().top - top);
    if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  };

  const announce = (before, after) => {
    if (after > before) document.getElementById("said").textContent = `Findings: ${after}, new: ${after - before}`;
  };

  const renew = (next) => {
    announce(...[document, next].map((page) => Number(page.getElementById("findings").dataset.count)));
    document.title = next.title;
    inPlace(() => {
      for (const part of parts()) {
        const fresh = next.getElementById(part.id);
        if (!part.isEqualNode(fresh) && !isMarked(part)) part.replaceWith(document.importNode(fresh, true));
      }
    });
  };

  // Whether there is more to come.
  const look = async () => {
    try {
      const answer = await fetch(location.pathname, { cache: "no-store", signal: AbortSignal.timeout(SLOWEST_MS) });
      if (!answer.ok) throw new Error(answer.statusText);
      const next = new DOMParser().parseFromString(await answer.text(), "text/html");
      renew(next);
      heard = new Date();
      stale.hidden = true;
      return !("ended" in next.body.dataset);
    } catch {
      const since = heard.toLocaleTimeString();
      stale.textContent = `No answer since ${since}: the campaign has ended or was killed. This is how it stood then.`;
      stale.hidden = false;
      return true; // it may be resumed
    }
  };

  const tick = async () => {
    if (isBusy || isPaused) return;
    isBusy = true;
    if (!(await look())) {
      clearInterval(timer);
      pause.hidden = true;
    }
    isBusy = false;
  };

  pause.addEventListener("click", () => {
    isPaused = !isPaused;
    pause.textContent = isPaused ? "Go on" : "Pause";
    tick();
  });

  if ("ended" in document.body.dataset) return;
  pause.hidden = false;
  const timer = setInterval(tick, EVERY_MS);
})();
