// A button that copies the address of the article. Words come from the data attributes of this script's own tag.
(() => {
  "use strict";

  const words = document.currentScript.dataset;
  const place = document.querySelector("[data-share]");
  const address = place?.querySelector("input");
  if (!address) return;

  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn second";
  button.textContent = words.copy;
  const told = document.createElement("span");
  told.setAttribute("role", "status");

  async function copy() {
    try {
      await navigator.clipboard.writeText(address.value);
    } catch { // no clipboard without https: the old way
      address.select();
      if (!document.execCommand("copy")) return;
    }
    told.textContent = words.copied;
    setTimeout(() => { told.textContent = ""; }, 4000);
  }

  button.addEventListener("click", copy);
  address.addEventListener("focus", () => address.select());
  place.append(button, " ", told);
})();
