// The editor page: keeps what is typed, shows it as readers will see it. Without this script everything still works;
// what is typed is then kept by the buttons. Nothing here changes what readers see.
(() => {
  "use strict";
  const { dataset: options } = document.currentScript;
  const form = document.getElementById(options.form);
  const QUIET_MS = 2000; // after the last key
  const RETRY_MS = 5000; // without a connection
  const line = form.querySelector("[data-kept]");
  const live = form.querySelector("[data-live]");
  const channel = "BroadcastChannel" in window ? new BroadcastChannel(`article-${options.article}`) : null;
  let kept = snapshot();
  let leaving = false;
  let timer = 0;
  let asking = null; // the request that is under way

  function snapshot() {
    return new URLSearchParams(new FormData(form)).toString();
  }

  function say(words, wrong = false) {
    line.textContent = words;
    line.classList.toggle("refused", wrong);
  }

  async function keep() {
    clearTimeout(timer);
    if (asking || leaving) return;
    const sent = snapshot();
    if (sent === kept) return;
    asking = new AbortController();
    try {
      const body = new URLSearchParams(sent);
      const answer = await fetch(options.keep, { method: "POST", body, redirect: "manual", signal: asking.signal });
      await understand(answer, sent);
    } catch {
      if (!leaving) later(options.offline, RETRY_MS);
    } finally {
      asking = null;
    }
    if (!leaving && snapshot() !== sent) soon();
  }

  async function understand(answer, sent) {
    if (leaving) return;
    if (answer.type === "opaqueredirect" || answer.status === 401) return later(options.login, RETRY_MS);
    if (!answer.headers.get("content-type")?.startsWith("application/json")) return later(options.trouble, RETRY_MS);
    const { said, others, todo } = await answer.json();
    say(said, !answer.ok);
    if (!answer.ok) return;
    kept = sent;
    list(document.querySelector("[data-others]"), others, (words) => element("p", words));
    list(form.querySelector("[data-todo] ul"), todo, ({ sentence, field }) => {
      const link = element("a", sentence);
      link.href = field === "pictures" ? "#pictures" : `#id_${field}`;
      const item = document.createElement("li");
      item.append(link);
      return item;
    });
    form.querySelector("[data-todo]").hidden = !todo.length;
    channel?.postMessage("kept");
    show();
  }

  function element(name, words) {
    const made = document.createElement(name);
    made.textContent = words;
    return made;
  }

  function list(place, rows, make) {
    if (!place) return;
    place.replaceChildren(...rows.map(make));
    place.hidden = !rows.length;
  }

  function later(words, pause) {
    say(words, true);
    clearTimeout(timer);
    timer = setTimeout(keep, pause);
  }

  function soon() {
    clearTimeout(timer);
    timer = setTimeout(keep, QUIET_MS);
  }

  // The text of the real page, made by the server, under the text that is typed.

  async function show() {
    if (!live.open) return;
    try {
      const answer = await fetch(options.preview, { redirect: "manual" });
      if (!answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const title = element("p", page.getElementById("headline")?.textContent ?? "");
      title.className = "live-title";
      const parts = page.querySelectorAll(".story-head > .lead, .story > figure, .story > .prose");
      const place = live.querySelector("[data-live-page]");
      place.lang = page.documentElement.lang;
      place.replaceChildren(title, ...parts);
    } catch {
      // the next time
    }
  }

  form.addEventListener("input", () => {
    say(options.typing);
    soon();
  });
  form.addEventListener("change", soon);
  form.addEventListener("submit", (event) => {
    if (event.submitter?.formTarget === "_blank") return;
    leaving = true; // what is on its way might arrive after what is saved now
    clearTimeout(timer);
    asking?.abort();
  });
  addEventListener("pageshow", () => { leaving = false; });
  addEventListener("online", keep);
  addEventListener("visibilitychange", () => { if (document.hidden) keep(); });
  addEventListener("beforeunload", (event) => { if (!leaving && snapshot() !== kept) event.preventDefault(); });
  addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "s" || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey) return;
    event.preventDefault();
    form.requestSubmit(form.querySelector("[data-save]"));
  });
  live.hidden = false;
  live.addEventListener("toggle", show);
  live.open = true;
})();
