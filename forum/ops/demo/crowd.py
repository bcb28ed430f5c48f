"""Deals the sentences of a pool out to many people: a long thread that reads as one, the same at every run."""

import re
from itertools import cycle, islice
from random import Random
from typing import Any

MAX_DEPTH = 6
BELONGS = re.compile(r"(\d+): (.*)", re.DOTALL)
Node = dict[str, Any]


def conversation(pool: dict[str, Any]) -> dict[str, Any]:
    """What the pool's file describes -> `size` reactions, nested like the files of threads that were written by hand."""
    dealer = _Dealer(pool)
    for topic in pool["topics"]:
        openings = [dealer.say(text, None) for text in topic["openings"]]
        answers = [dealer.say_under(openings, text) for text in topic["answers"]]
        for text in topic["follow_ups"]:
            dealer.say_under(answers, text)
        for text in topic["by_author"]:
            dealer.say_under(openings, text, name=pool["author"])
    dealer.fill(pool["general"]["answers"], pool["general"]["tails"], pool["size"] - len(pool["fixed"]))
    dealer.chance.shuffle(dealer.openings)
    return {"websites": pool["websites"], "reactions": dealer.openings + pool["fixed"]}


class _Dealer:
    def __init__(self, pool: dict[str, Any]) -> None:
        self.chance = Random(pool["size"])
        self.names = pool["names"]
        self.author = pool["author"]
        self.openings: list[Node] = []
        self.said: list[Node] = []

    def say(self, text: str, parent: Node | None, *, name: str = "") -> Node:
        node: Node = {"name": name or self._somebody(parent), "body": text, "answers": []}
        node["above"] = [*parent["above"], parent["name"]] if parent else []
        (parent["answers"] if parent else self.openings).append(node)
        self.said.append(node)
        return node

    def say_under(self, nodes: list[Node], text: str, *, name: str = "") -> Node:
        """ "3: …" goes under the third of the nodes, anything else under any of them."""
        if found := BELONGS.fullmatch(text):
            return self.say(found[2], nodes[int(found[1]) - 1], name=name)
        return self.say(text, self.chance.choice(nodes), name=name)

    def fill(self, texts: list[str], tails: list[str], size: int) -> None:
        """General answers up to `size`: each once as it is, then the short ones again with a second sentence."""
        first = self.chance.sample(texts, len(texts))
        again = [f"{text} {tail}" for text, tail in zip(self._short(texts), cycle(tails), strict=False)]
        third = [
            f"{text} {tail}" for text, tail in zip(self._short(texts), islice(cycle(tails), 5, None), strict=False)
        ]
        for text in first + again + third:
            node = self._answerable()
            for part in text.split(" / "):
                if len(self.said) == size:
                    return
                echo = part.startswith("^")
                node = self.say(part.removeprefix("^"), node, name=node["above"][-1] if echo else "")
        raise ValueError(f"the pool has sentences for {len(self.said)} reactions, not for {size}")

    def _short(self, texts: list[str]) -> list[str]:
        short = [text for text in texts if " / " not in text and not text.endswith("?")]
        return self.chance.sample(short, len(short))

    def _answerable(self) -> Node:
        """Mostly something recent, so that talks grow deep; with room below for three that answer each other."""
        nodes = [node for node in self.said if len(node["above"]) <= MAX_DEPTH - 3]
        return self.chance.choice(nodes[-40:] if self.chance.random() < 0.4 else nodes)

    def _somebody(self, parent: Node | None) -> str:
        """Who answers is often who was answered."""
        if parent and parent["above"] and parent["above"][-1] != self.author and self.chance.random() < 0.4:
            return parent["above"][-1]
        return self.chance.choice([name for name in self.names if not parent or name != parent["name"]])
