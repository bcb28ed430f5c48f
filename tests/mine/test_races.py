"""A reader and a moderator, or two readers, at the same moment: two processes, one database (PROMISES P21)."""

from tests.reactions.test_threads_races import at_once, racers  # noqa: F401  (the fixture)

ROUNDS = 6


def ask_both(pair, first, second):
    for racer, (command, fields) in zip(pair, (first, second), strict=True):
        racer.start(command, **fields)
    return [racer.result() for racer in pair]


def test_p21_what_two_do_at_once_never_mixes(racers):  # noqa: F811  (one test: a database for each costs its time)
    pair = racers(2)
    article = pair[0].do("make")

    def say(body: str, **fields) -> int:
        fields = {"name": "Sanne", "website": "", **fields}
        return pair[0].do("post", article=article, body=body, **fields)["posted"]

    for n in range(ROUNDS):  # a change and a decision
        said = say(f"Ronde {n}.")
        verb = ("remove", "withdraw")[n % 2]
        changed, decided = ask_both(
            pair,
            ("edit", {"reaction": said, "body": f"Gewijzigd {n}."}),
            ("decide", {"reaction": said, "verb": verb}),
        )
        assert {*changed, *decided} <= {"edited", "decided", "already"} and {"edited", "decided"} & {*changed, *decided}

    said = say("Begin.")
    for n in range(ROUNDS):  # two changes
        answers = at_once(pair, "edit", *({"reaction": said, "body": f"{who}, ronde {n}."} for who in ("Een", "Twee")))
        assert any("edited" in answer for answer in answers) and not any("error" in answer for answer in answers)

    for n in range(ROUNDS):  # two who claim one name
        name, addresses = f"Naam {'abcdefgh'[n]}", [f"{who}{n}@voorbeeld.example" for who in ("een", "twee")]
        for address in addresses:
            say(f"{address} is {name}.", name=name, email=address, email_proven=True)
        answers = at_once(pair, "claim", *({"email": address, "name": name} for address in addresses))
        assert sorted(key for answer in answers for key in answer) == ["claimed", "taken"], answers

    report = pair[0].do("report", article=article)
    published = [one for one in report["reactions"] if one["status"] == "published"]
    assert len(published) == report["discussion"]["visible"]
