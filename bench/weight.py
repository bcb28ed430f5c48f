"""What does a browser fetch for the article of 100 reactions, and how soon and how steadily does it show it?

Debian's Chromium, headless and with an empty cache, against the site in granian; as on a middling telephone: a quarter of this
machine's processor, 1.6 Mbit/s down, 0.75 up, 150 ms there and back.
"""

import random
import shutil
from collections import Counter
from statistics import median
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, CDPSession, sync_playwright

from articles.models import Article
from bench import servers, sizes
from bench.generator import NAMES, REPLIES, article_with
from bench.posting import words_of
from bench.sizes import ROUNDS
from forum.reactions.actions import post_reaction

FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
FLAGS += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
SLOWER = 4  # times
TELEPHONE = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 1_600_000 / 8,
    "uploadThroughput": 750_000 / 8,
}
REACTIONS = 100
PAGE_KB, FONTS_KB = 45.0, 100.0  # of 1,000 bytes, as they come over the line
# What is called good at web.dev/articles/vitals. A machine that does other things as well shows later: only CLS is judged.
LCP_MS, CLS, TBT_MS = 2_500, 0.1, 200
OBSERVED = """
window.seen = {lcp: 0, cls: 0, tbt: 0};
const watch = (type, take) => new PerformanceObserver(list => list.getEntries().forEach(take)).observe({type, buffered: true});
watch("largest-contentful-paint", entry => { seen.lcp = entry.startTime; });
watch("layout-shift", entry => { if (!entry.hadRecentInput) seen.cls += entry.value; });
watch("longtask", entry => { seen.tbt += Math.max(0, entry.duration - 50); });
"""


def measure() -> list[dict[str, Any]]:
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        return [{"page": "not measured: needs Chromium (apt-get install chromium)", "kept": True}]
    path = _article_of(REACTIONS).get_absolute_url()
    servers.collect_static()
    with servers.site() as (port, _pid), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        address = f"http://127.0.0.1:{port}{path}"
        visits = [Visit(browser, address) for _ in range(ROUNDS)]
        browser.close()
    return _judged(visits)


def _article_of(reactions: int) -> Article:
    """Posted, each with words of its own: the same words again would weigh nothing once packed."""
    article = article_with(1)
    dice = random.Random(20261126)
    words = words_of(dice)
    for n in range(reactions - 1 - REPLIES):
        answered = article.reactions.order_by("pk").values_list("pk", flat=True)[0] if n % 5 else None
        body = " ".join(dice.choices(words, k=dice.randint(10, 50)))
        post_reaction(article, name=NAMES[n % len(NAMES)], website="", body=body, parent_id=answered)
    return article


class Visit:
    """One look at the page, by a browser that never was here."""

    def __init__(self, browser: Browser, address: str) -> None:
        self.requests: Counter[str] = Counter()
        self.sizes: Counter[str] = Counter()
        self.elsewhere: list[str] = []
        self.place = urlsplit(address).netloc
        self.kinds: dict[str, str] = {}
        context = browser.new_context(viewport={"width": 412, "height": 823}, device_scale_factor=2)
        page = context.new_page()
        page.add_init_script(OBSERVED)
        self._listen(context.new_cdp_session(page))
        page.goto(address, wait_until="networkidle")
        page.wait_for_timeout(500)
        self.seen: dict[str, float] = page.evaluate("seen")
        context.close()

    def _listen(self, devtools: CDPSession) -> None:
        devtools.send("Network.enable")
        devtools.send("Network.emulateNetworkConditions", TELEPHONE)
        devtools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        devtools.on("Network.responseReceived", self._answered)
        devtools.on("Network.loadingFinished", self._finished)

    def _answered(self, event: dict[str, Any]) -> None:
        address = event["response"]["url"]
        if urlsplit(address).netloc != self.place:
            self.elsewhere.append(address)
        self.kinds[event["requestId"]] = event["type"]

    def _finished(self, event: dict[str, Any]) -> None:
        kind = self.kinds.get(event["requestId"], "Other")
        self.requests[kind] += 1
        self.sizes[kind] += int(event["encodedDataLength"])


def as_table(figures: list[dict[str, Any]]) -> list[str]:
    return sizes.table(figures, "requests", "kB", "value", "allowed")


def _judged(visits: list[Visit]) -> list[dict[str, Any]]:
    kinds = sorted({kind for visit in visits for kind in visit.sizes})
    kilobytes = {kind: median(visit.sizes[kind] for visit in visits) / 1000 for kind in kinds}
    rows: list[dict[str, Any]] = [
        {
            "page": f"fetched: {kind.lower()}",
            "requests": median(visit.requests[kind] for visit in visits),
            "kB": round(kilobytes[kind], 1),
            "kept": True,
        }
        for kind in kinds
    ]
    page = sum(kilobytes.get(kind, 0) for kind in ("Document", "Stylesheet", "Script"))
    fonts = kilobytes.get("Font", 0)
    elsewhere = sum(len(visit.elsewhere) for visit in visits)
    rows += [
        {"page": "HTML, CSS and JS together", "kB": round(page, 1), "allowed": PAGE_KB, "kept": page <= PAGE_KB},
        {"page": "fonts together", "kB": round(fonts, 1), "allowed": FONTS_KB, "kept": fonts <= FONTS_KB},
        {"page": "requests to others", "requests": elsewhere, "allowed": 0, "kept": not elsewhere},
    ]
    for name, allowed in (("lcp", LCP_MS), ("cls", CLS), ("tbt", TBT_MS)):
        value = median(visit.seen[name] for visit in visits)
        unit = "" if name == "cls" else ", ms"
        rows.append(
            {
                "page": f"{name.upper()}{unit}",
                "value": round(value, 3),
                "allowed": allowed,
                "kept": name != "cls" or value <= allowed,
            }
        )
    return rows
