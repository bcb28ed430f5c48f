// The moderators' keys. Everything they do can be done without them: each stands on a button or a link of the page.
// They can be switched off at the desk (WCAG 2.1.4), and never act while something is being typed.
(() => {
  "use strict";
  const { dataset: options } = document.currentScript;
  const heading = document.getElementById("item");
  if (heading && location.hash === "#item" && !document.querySelector("[autofocus]")) heading.focus();
  if ("off" in options) return;

  function typing(target) {
    return target.closest("input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]");
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.repeat || event.isComposing) return;
    if (typing(event.target)) return;
    if (event.key === "?") {
      const keys = document.querySelector("[data-keys]");
      if (!keys) return;
      keys.open = !keys.open;
      keys.querySelector("summary").focus();
      event.preventDefault();
      return;
    }
    const key = event.key.toLowerCase();
    if (!/^[a-z]$/.test(key)) return;
    const found = document.querySelector(`[data-key="${key}"]`);
    if (!found) return;
    event.preventDefault();
    if (key === "a") {
      document.getElementById("ground").scrollIntoView({ block: "start" });
      document.querySelector("#ground input").focus();
    } else {
      found.click();
    }
  });
})();
