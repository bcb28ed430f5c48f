// Comfort with pictures at the desk: several at once, paste, drop, put in the text, choose the focal point. Everything
// works without it too. A picture that did not arrive stays here until it does, or until the editor lets go of it.
(() => {
  "use strict";

  if (window.deskPictures) return;
  window.deskPictures = true;

  const POLL_MS = 2000;
  const POLLS = 60;
  const room = document.querySelector("[data-pictures]");
  const text = document.querySelector("textarea#id_body");
  const fill = (sentence, name) => sentence.replace("{name}", name);

  function revealScripted(root) {
    for (const part of root.querySelectorAll("[data-with-script]")) part.hidden = false;
    for (const button of root.querySelectorAll("[data-insert]")) button.hidden = !text;
  }

  // The text

  function insert(mark) {
    if (!text) return;
    const { selectionStart: start, selectionEnd: end, value } = text;
    const before = value.slice(0, start).replace(/\n*$/, "");
    const after = value.slice(end).replace(/^\n*/, "");
    const head = before ? `${before}\n\n` : "";
    text.value = `${head}${mark}\n\n${after}`;
    text.selectionStart = text.selectionEnd = head.length + mark.length + 2;
    text.dispatchEvent(new Event("input", { bubbles: true }));
  }

  // Uploading, one after the other

  let line = Promise.resolve();

  function send(files, intoText) {
    for (const file of files) line = line.then(() => upload(file, intoText));
    return line;
  }

  function upload(file, intoText) {
    const form = room.querySelector("[data-upload]");
    const bar = room.querySelector("[data-progress]");
    const words = room.dataset;
    if (file.size > Number(words.maxBytes)) {
      complain(file, words.tooLarge);
      return Promise.resolve();
    }
    const body = new FormData();
    body.append("csrfmiddlewaretoken", form.querySelector("[name=csrfmiddlewaretoken]").value);
    body.append("pictures", file, file.name || "image.png");
    say(fill(words.uploading, file.name));
    bar.value = 0;
    bar.hidden = false;
    return new Promise((done) => {
      const request = new XMLHttpRequest();
      request.open("POST", words.pictures);
      request.setRequestHeader("Accept", "application/json");
      request.upload.addEventListener("progress", (event) => {
        if (event.lengthComputable) bar.value = (100 * event.loaded) / event.total;
      });
      request.addEventListener("loadend", () => {
        bar.hidden = true;
        const answer = read(request);
        if (!answer) {
          say("");
          complain(file, words.trouble, () => send([file], intoText));
        } else {
          say(answer.added.length ? fill(words.done, file.name) : "");
          for (const one of answer.refused) complain(file, one.sentence, one.again && (() => send([file], intoText)));
          if (intoText) answer.added.forEach(insert);
          show(answer.part);
        }
        done();
      });
      request.send(body);
    });
  }

  function read(request) {
    if (![200, 422, 503].includes(request.status)) return null;
    try { return JSON.parse(request.responseText); } catch { return null; }
  }

  function say(sentence) {
    room.querySelector("[data-status]").textContent = sentence;
  }

  function complain(file, sentence, again) {
    const box = document.createElement("div");
    const words = document.createElement("p");
    const name = document.createElement("b");
    box.className = "errors";
    name.textContent = file.name;
    words.append(name, `: ${sentence}`);
    box.append(words);
    const buttons = document.createElement("p");
    buttons.className = "buttons";
    if (again) buttons.append(button(room.dataset.again, "btn second", () => { box.remove(); again(); }));
    buttons.append(button(room.dataset.notNow, "link", () => box.remove()));
    box.append(buttons);
    room.querySelector("[data-complaints]").append(box);
  }

  function button(words, look, action) {
    const made = document.createElement("button");
    made.type = "button";
    made.className = look;
    made.textContent = words;
    made.addEventListener("click", action);
    return made;
  }

  // The list, and what the worker is making

  function show(part) {
    const list = room.querySelector("[data-list]");
    const fresh = new DOMParser().parseFromString(part, "text/html").querySelector("[data-list]");
    if (!fresh) return;
    const held = document.activeElement;
    if (list.contains(held) && held.closest("li")) {
      const place = fresh.querySelector(`#${held.closest("li").id}`);
      const same = place && [...place.querySelectorAll("a, button")].find((one) => one.textContent === held.textContent);
      list.replaceWith(fresh);
      revealScripted(room);
      if (same) same.focus();
    } else {
      list.replaceWith(fresh);
      revealScripted(room);
    }
    watch();
  }

  let polls = 0;
  let timer = 0;

  function watch() {
    clearTimeout(timer);
    if (!room.querySelector("[data-pending]")) polls = 0;
    else if (polls++ < POLLS) timer = setTimeout(look, POLL_MS);
  }

  async function look() {
    try {
      const answer = await fetch(room.dataset.pictures, { headers: { Accept: "application/json" } });
      if (answer.ok) show((await answer.json()).part);
      else watch();
    } catch {
      watch(); // offline for a moment
    }
  }

  // Button, paste, drop

  const images = (data) => [...(data?.files ?? [])].filter((file) => file.type.startsWith("image/"));

  function takeFrom(place, intoText) {
    place.addEventListener("paste", (event) => {
      const files = images(event.clipboardData);
      if (!files.length || event.clipboardData.getData("text/plain")) return; // words from a word processor bring a picture of themselves
      event.preventDefault();
      send(files, intoText);
    });
    place.addEventListener("dragover", (event) => {
      if (!event.dataTransfer.types.includes("Files")) return;
      event.preventDefault();
      place.classList.add("dropping");
    });
    for (const name of ["dragleave", "drop"]) place.addEventListener(name, () => place.classList.remove("dropping"));
    place.addEventListener("drop", (event) => {
      const files = images(event.dataTransfer);
      if (!files.length) return;
      event.preventDefault();
      event.stopPropagation();
      send(files, intoText);
    });
  }

  if (room) {
    revealScripted(room);
    room.addEventListener("click", (event) => {
      const mark = event.target.closest?.("[data-insert]");
      if (!mark) return;
      insert(mark.dataset.insert);
      text.focus();
    });
    room.addEventListener("submit", (event) => {
      if (!event.target.matches("[data-upload]")) return;
      event.preventDefault();
      const field = event.target.querySelector("[type=file]");
      const files = [...field.files];
      field.value = "";
      send(files, false);
    });
    takeFrom(room.closest("section") ?? room, false);
    if (text) takeFrom(text, true);
    watch();
  }

  // The focal point

  const box = document.querySelector("[data-focus]");
  const x = document.getElementById("id_focal_x");
  const y = document.getElementById("id_focal_y");

  if (box && x && y) {
    const picture = box.querySelector("img, svg");
    const ring = document.createElement("button");
    const inside = (value) => Math.round(Math.min(100, Math.max(0, value)));
    const place = () => {
      ring.style.insetInlineStart = `${inside(x.value)}%`;
      ring.style.insetBlockStart = `${inside(y.value)}%`;
      ring.setAttribute("aria-label", `${box.dataset.label} (${inside(x.value)}%, ${inside(y.value)}%)`);
    };
    const move = (left, top) => {
      x.value = inside(left);
      y.value = inside(top);
      place();
    };
    ring.type = "button";
    ring.className = "focus-ring";
    box.classList.add("live");
    box.append(ring);
    revealScripted(box.closest("fieldset"));
    place();
    picture.addEventListener("click", (event) => {
      const edges = picture.getBoundingClientRect();
      move((100 * (event.clientX - edges.left)) / edges.width, (100 * (event.clientY - edges.top)) / edges.height);
    });
    ring.addEventListener("keydown", (event) => {
      const step = event.shiftKey ? 1 : 5;
      const ways = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] };
      const way = ways[event.key];
      if (!way) return;
      event.preventDefault();
      move(Number(x.value) + way[0], Number(y.value) + way[1]);
    });
    for (const field of [x, y]) field.addEventListener("input", place);
  }
})();
