// The whole page of an article that is being written, in a window of its own: follows what is typed in the other.
(() => {
  "use strict";
  if (!("BroadcastChannel" in window)) return;
  const channel = new BroadcastChannel(`article-${document.currentScript.dataset.article}`);
  channel.addEventListener("message", async () => {
    try {
      const answer = await fetch(location.href, { redirect: "manual" });
      if (!answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      document.title = page.title;
      document.documentElement.lang = page.documentElement.lang;
      document.querySelector("main").replaceWith(page.querySelector("main"));
    } catch {
      // the next time
    }
  });
})();
