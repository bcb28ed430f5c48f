"""Two moderators at once, each in a process of his own (PROMISES P21)."""

import os
import random

import pytest

from tests.reactions.test_threads_races import Racer, racers  # noqa: F401  (racers is a fixture)

ROUNDS = int(os.environ.get("P21_ROUNDS", "40"))  # the promise was measured with 200
SEED = 20_261_126
VERBS = {"held": ("publish", "refuse", "spam"), "published": ("keep", "refuse", "spam")}


@pytest.fixture
def moderators(racers):  # noqa: F811
    return racers(2, "tests.moderation.racer")


def test_p21_of_two_moderators_at_once_one_wins_every_time(moderators):
    noor, ruud = moderators
    article = noor.do("make", names=["noor", "ruud"])
    draw = random.Random(SEED)
    won = []
    for round_ in range(ROUNDS):
        reaction, seen = noor.do("wait", article=article, reported=round_ % 2 == 1)
        verbs = [draw.choice(VERBS[seen.split()[0]]) for _ in range(2)]
        before = noor.do("report", reaction=reaction)["log"]
        for racer, name, verb in ((noor, "noor", verbs[0]), (ruud, "ruud", verbs[1])):
            racer.start("decide", reaction=reaction, verb=verb, seen=seen, by=name)
        answers = [noor.result(), ruud.result()]
        winners = [answer["won"] for answer in answers if "won" in answer]
        report = noor.do("report", reaction=reaction)
        assert len(winners) == 1, (round_, verbs, answers)
        assert len(report["log"]) == len(before) + 1, (round_, report)
        [beaten] = [answer for answer in answers if "won" not in answer]
        assert beaten["beaten_by"] == winners[0], (round_, answers)
        won += winners
    assert set(won) == {"noor", "ruud"} or ROUNDS < 20
