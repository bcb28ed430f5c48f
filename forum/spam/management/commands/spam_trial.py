"""How would the rules and the filter do on a file that is labelled already?"""

from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from forum.spam import trial
from forum.spam.reasons import feature_in_words, in_words

LISTED_CHARS = 140


def share(typed: str) -> float:
    try:
        percent = float(typed.rstrip("%"))
    except ValueError:
        percent = -1
    if not 0 <= percent < 100:
        raise ArgumentTypeError(f"“{typed}” is no percentage from 0 to 100")
    return percent / 100


class Command(BaseCommand):
    help = "Learn from the first part of a labelled CSV file, judge the rest, and print how well that went. Changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "file", type=Path, help="columns text and label (spam, ham, 1, 0); if given name, website, time"
        )
        parser.add_argument(
            "--learn", type=share, default=0.3, metavar="PERCENT", help="learn from the first so many (30)"
        )
        parser.add_argument(
            "--go-on", action="store_true", help="learn from what is judged too, as after each decision"
        )
        parser.add_argument(
            "--language", choices=("nl", "en"), default="", help="the articles' language, for other_language"
        )
        parser.add_argument("--missed", action="store_true", help="list the spam that was not held as well")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            result = trial.try_file(
                options["file"],
                learn_share=options["learn"],
                go_on=options["go_on"],
                language=options["language"],
                without=settings.SPAM_RULES_OFF,
            )
        except trial.BadFile as error:
            raise CommandError(f"{options['file']}: {error}") from None
        self._print(result, with_missed=options["missed"])

    def _print(self, result: trial.Result, *, with_missed: bool) -> None:
        threshold = "the filter stays silent" if result.threshold is None else f"threshold {result.threshold:.2f}"
        self.stdout.write(f"learnt           {result.learnt.spam} spam, {result.learnt.good} good; {threshold}")
        self.stdout.write(f"judged           {result.spam} spam, {result.good} good")
        self.stdout.write(f"precision        {result.precision:.2%}")
        self.stdout.write(f"recall           {result.recall:.2%}  ({result.caught} of {result.spam} spam held)")
        wrong = len(result.wrongly_held)
        self.stdout.write(f"good ones held   {result.wrong_share:.2%}  ({wrong} of {result.good})")
        self.stdout.write("\nrule             spam held  good held")
        for rule in sorted({*result.caught_by, *result.wrong_by}, key=lambda rule: -result.caught_by[rule]):
            self.stdout.write(f"{rule:<16} {result.caught_by[rule]:>9}  {result.wrong_by[rule]:>9}")
        self.stdout.write("\nstrongest words  (times in spam, in good)")
        for word, seen in result.strongest:
            self.stdout.write(f"  {feature_in_words(word)}  ({seen.spam}, {seen.good})")
        self._list("wrongly held", [(row.text, ", ".join(map(in_words, why))) for row, why in result.wrongly_held])
        if with_missed:
            self._list("spam not held", [(row.text, "") for row in result.missed])

    def _list(self, title: str, texts: Iterable[tuple[str, str]]) -> None:
        self.stdout.write(f"\n{title}")
        for text, why in texts:
            line = " ".join(text.split())
            line = line if len(line) <= LISTED_CHARS else line[:LISTED_CHARS] + "…"
            self.stdout.write(f"  {line}" + (f"\n      {why}" if why else ""))
