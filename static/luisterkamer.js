// Comfort for readers: everything here works without it too, and what somebody typed is never in its hands alone.
// Words come from the data attributes of this script's own tag, in the language of the page.
(() => {
  "use strict";

  const words = document.currentScript.dataset;
  const config = document.createElement("meta"); // htmx reads it when it starts, after us
  config.name = "htmx-config";
  config.content = '{"includeIndicatorCSS": false, "history": false}';
  document.head.append(config);

  const DRAFT_FIELDS = ["name", "website", "body"]; // never the e-mail address
  const COUNT_FROM = 0.75; // of the limit
  const OWN_KEPT = 50;

  // A browser may forbid storage, or have none left: then this comfort is missing, and nothing else.
  const shelf = (store) => ({
    get(key) {
      try { return JSON.parse(window[store].getItem(key)); } catch { return null; }
    },
    set(key, value) {
      try { window[store].setItem(key, JSON.stringify(value)); } catch { /* see above */ }
    },
    remove(key) {
      try { window[store].removeItem(key); } catch { /* see above */ }
    },
  });
  const visit = shelf("sessionStorage");
  const always = shelf("localStorage");

  const form = () => document.querySelector("form#react");
  const field = (name) => form()?.elements[name];
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, key) => values[key]);
  const plural = (one, many, n) => (n === 1 ? one : fill(many, { n: n.toLocaleString(document.documentElement.lang) }));

  function say(sentence) {
    const line = form()?.querySelector("[data-status]");
    if (line) line.textContent = sentence;
  }

  // The form of a shared page has no key, no stamp and no remembered name: fetch them when somebody is about to write;
  // and htmx, which most readers never need.

  let asked = false;

  function fetchHtmx() {
    if (!words.htmx) return;
    const script = document.createElement("script");
    script.src = words.htmx;
    delete words.htmx;
    document.head.append(script);
  }

  async function prefill() {
    const ours = form();
    if (asked || !ours || !ours.dataset.hxPost) return;
    asked = true;
    fetchHtmx();
    try {
      const answer = await fetch(ours.action.replace(/reactions\/$/, "reader/"), { headers: { Accept: "application/json" } });
      if (!answer.ok) return;
      const reader = await answer.json();
      for (const name of ["form_key", "opened"]) field(name).value ||= reader[name];
      if (reader.remember && !field("name").readOnly) {
        for (const name of ["name", "website"]) field(name).value ||= reader[name];
        field("remember").checked = true;
      }
    } catch {
      asked = false; // offline for a moment
    }
  }

  // What is being written stays in this tab until it is posted.

  const draftKey = () => `draft:${form().dataset.draft}`;

  function keepDraft() {
    const draft = Object.fromEntries(DRAFT_FIELDS.map((name) => [name, field(name).value]));
    draft.question = Boolean(field("question")?.checked); // authors have no such box
    if (draft.body.trim()) visit.set(draftKey(), draft);
    else visit.remove(draftKey());
  }

  function restoreDraft() {
    const draft = form() && visit.get(draftKey());
    if (!draft || field("body").value) return;
    for (const name of DRAFT_FIELDS) field(name).value ||= draft[name];
    if (draft.question && field("question")) field("question").checked = true;
    count();
    say(`${words.unfinished} `);
    const discard = document.createElement("button");
    discard.type = "button";
    discard.className = "btn second";
    discard.textContent = words.discard;
    discard.addEventListener("click", () => {
      visit.remove(draftKey());
      field("body").value = "";
      count();
      say("");
      field("body").focus();
    });
    form().querySelector("[data-status]").append(discard);
  }

  function count() {
    const text = field("body");
    const line = document.getElementById("id_body_helptext");
    if (!line) return;
    line.dataset.limit ||= line.textContent;
    const limit = Number(text.dataset.max);
    const left = limit - [...text.value].length;
    if (left < 0) line.textContent = plural(words.overOne, words.overMany, -left);
    else if (left < limit * (1 - COUNT_FROM)) line.textContent = plural(words.leftOne, words.leftMany, left);
    else line.textContent = line.dataset.limit;
  }

  document.addEventListener("input", (event) => {
    if (event.target.form !== form() || !form()) return;
    if (event.target.name === "body") count();
    keepDraft();
  });
  document.addEventListener("focusin", (event) => {
    if (event.target.form && event.target.form === form()) prefill();
  });

  // Sending. The preview is a page of its own, so it goes the ordinary way, past htmx.

  document.addEventListener("submit", (event) => {
    if (event.target !== form()) return;
    keepDraft();
    say("");
    if (event.submitter?.name === "preview") event.stopPropagation();
    else visit.set("sent", draftKey());
  }, true);
  document.addEventListener("htmx:before:swap", (event) => {
    const { response, hx } = event.detail.ctx;
    if (response.status === 422 || (response.status < 500 && hx.retarget)) return;
    event.preventDefault(); // no answer to build on: leave the text where it is
    say(words.trouble);
  });
  document.addEventListener("htmx:after:swap", count);
  document.addEventListener("htmx:error", () => say(words.trouble));

  function postedJustNow() {
    const key = visit.get("sent");
    const arrived = document.querySelector("[data-posted]") || shownByHash();
    if (!key || !arrived) return null;
    visit.remove("sent");
    visit.remove(key);
    return arrived;
  }

  // A link to a reaction takes the focus along, so that reading goes on from there.

  function shownByHash() {
    return /^#reaction-\d+$/.test(location.hash) ? document.getElementById(location.hash.slice(1)) : null;
  }

  function focusOn(reaction, behavior) {
    for (let part = reaction.closest("details"); part; part = part.parentElement.closest("details")) part.open = true;
    reaction.tabIndex = -1;
    reaction.focus({ preventScroll: true });
    reaction.scrollIntoView({ behavior });
  }

  document.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = event.target.closest?.("a[href]");
    const number = link && link.origin === location.origin && link.pathname.match(/^\/reactions\/(\d+)\/$/);
    const reaction = number && document.getElementById(`reaction-${number[1]}`);
    if (!reaction) return;
    event.preventDefault();
    location.hash = reaction.id;
    focusOn(reaction, "auto");
  });

  function announce(reaction) {
    const line = document.createElement("p");
    line.className = "since";
    line.setAttribute("role", "status");
    reaction.before(line);
    const change = form()?.querySelector("a[href$='/recent/']");
    requestAnimationFrame(() => { line.append(words.up, " ", change?.cloneNode(true) ?? ""); });
  }

  // New since the last visit: known to this browser only, so that the page is the same for everybody.

  function markNew(own) {
    const room = document.getElementById("reactions");
    if (!room) return;
    const key = `seen:${location.pathname}`;
    const seen = always.get(key);
    const opened = Date.now();
    addEventListener("pagehide", () => always.set(key, opened));
    if (!seen) return;
    const fresh = [...room.querySelectorAll(".reaction .when time")].filter(
      (time) => Date.parse(time.dateTime) > seen && !own.includes(time.closest(".reaction").id),
    );
    if (!fresh.length) return;
    for (const time of fresh) {
      const badge = document.createElement("span");
      badge.className = "badge new";
      badge.textContent = words.new;
      time.closest(".reaction").querySelector(".name").append(" ", badge);
    }
    const moment = new Intl.DateTimeFormat(document.documentElement.lang, {
      day: "numeric", month: "long", hour: "2-digit", minute: "2-digit",
    }).format(seen);
    const bar = document.createElement("p");
    const first = document.createElement("a");
    bar.className = "since";
    first.href = fresh[0].closest("a").href;
    first.textContent = plural(words.newsOne, words.newsMany, fresh.length);
    bar.append(first, ` ${fill(words.since, { moment })}`);
    room.querySelector(".room-head")?.append(bar);
  }

  function start() {
    const posted = postedJustNow();
    const own = always.get("own") ?? [];
    if (posted?.id) {
      own.push(posted.id);
      always.set("own", own.slice(-OWN_KEPT));
      announce(posted);
    }
    if (shownByHash()) focusOn(shownByHash(), "instant");
    markNew(own);
    if (!form()) return;
    restoreDraft();
    count();
    new IntersectionObserver((seen, observer) => {
      if (!seen.some((entry) => entry.isIntersecting)) return;
      observer.disconnect();
      prefill();
    }, { rootMargin: "400px" }).observe(form());
  }

  // Back from the cache of the browser: a key that was used belongs to what was posted.
  addEventListener("pageshow", (event) => {
    if (event.persisted && form()?.dataset.hxPost) {
      field("form_key").value = field("opened").value = "";
      asked = false;
      prefill();
    }
  });

  start();
})();
