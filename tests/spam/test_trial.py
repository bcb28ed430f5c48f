"""python manage.py spam_trial"""

import re
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from forum.spam.models import BlockedTerm, Filter, Lesson, SeenText, Token

pytestmark = pytest.mark.django_db
LABELLED = Path(__file__).parent / "labelled.csv"


def trial(path: Path, *options: str) -> str:
    out = StringIO()
    call_command("spam_trial", str(path), *options, stdout=out)
    return out.getvalue()


def number(output: str, line: str) -> float:
    found = re.search(rf"^{line}\s+([\d.]+)%", output, re.MULTILINE)
    assert found, output
    return float(found[1])


def written(tmp_path: Path, text: str, encoding: str = "utf-8") -> Path:
    path = tmp_path / "file.csv"
    path.write_bytes(text.encode(encoding))
    return path


def test_our_own_file_is_judged_well():
    output = trial(LABELLED)
    assert number(output, "recall") >= 90
    assert number(output, "good ones held") <= 1.5  # one of seventy
    assert number(output, "precision") >= 97
    assert "30 spam, 30 good" in output and "70 spam, 70 good" in output


def test_the_filter_alone_catches_most_of_it(settings):
    settings.SPAM_RULES_OFF = ["advertising", "personal_data", "links", "repeated"]
    output = trial(LABELLED, "--learn", "50")
    assert number(output, "recall") >= 70
    assert number(output, "good ones held") <= 2
    assert "like_spam" in output and "advertising" not in output


def test_nothing_is_learnt_from_what_is_too_little_and_the_rules_hold_all_the_same():
    output = trial(LABELLED, "--learn", "10")
    assert "the filter stays silent" in output and number(output, "recall") > 50


def test_it_leaves_the_database_as_it_was(django_assert_max_num_queries):
    with django_assert_max_num_queries(1):
        trial(LABELLED, "--go-on")
    assert not any(model.objects.exists() for model in (Token, Lesson, Filter, SeenText))


def test_the_moderators_list_counts(tmp_path):
    term = BlockedTerm(term="knikker")
    term.full_clean()
    term.save()
    output = trial(written(tmp_path, "text,label\nrode knikker,spam\nblauwe stuiter,ham\n"), "--learn", "0")
    assert re.search(r"^blocked +1 +0$", output, re.MULTILINE)


def test_rows_are_taken_in_order_of_time(tmp_path):
    rows = "time,label,text\n2026-01-02,ham,tweede\n2026-01-01,spam,eerste\n,ham,tussen\n2026-01-03,ham,derde\n"
    output = trial(written(tmp_path, rows), "--learn", "25")
    assert "learnt           1 spam, 0 good" in output


def test_wrongly_held_and_missed_ones_are_listed(tmp_path):
    rows = "text;label\nmail naar jan@voorbeeld.example;0\nniets bijzonders;1\n"
    output = trial(written(tmp_path, rows), "--learn", "0", "--missed")
    held, missed = output.split("wrongly held")[1].split("spam not held")
    assert "jan@voorbeeld.example" in held and "mailadres" in held
    assert "niets bijzonders" in missed


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "text and label"),
        ("a,b\n1,2\n", "text and label is missing"),
        ("text\nhallo\n", "label is missing"),
        ("text,label\n", "no rows"),
        ("text,label\nhallo,misschien\n", "Line 2: the label is “misschien”"),
        ("text,label,time\nhallo,spam,gisteren\n", "Line 2: the time is “gisteren”"),
        ("text,label\nhallo\n", "Line 2: the label is “”"),
        ("text,label\n" + "x" * 1_000_001 + ",spam\n", "field larger"),
    ],
)
def test_a_bad_file_gets_a_clear_sentence(tmp_path, text, sentence):
    with pytest.raises(CommandError, match=re.escape(sentence)):
        trial(written(tmp_path, text))


def test_a_file_that_is_not_there_or_not_utf8_gets_one_too(tmp_path):
    with pytest.raises(CommandError, match="cannot be read"):
        trial(tmp_path / "absent.csv")
    with pytest.raises(CommandError, match="cannot be read"):
        trial(tmp_path)
    with pytest.raises(CommandError, match="UTF-8"):
        trial(written(tmp_path, "text,label\ncafé,ham\n", "latin-1"))
    with pytest.raises(CommandError, match="percentage"):
        trial(LABELLED, "--learn", "alles")


def test_hostile_cells_are_judged_like_any_other(tmp_path):
    cells = ["\x00", "￿", "é" * 30_000, "http://" * 500, "<script>", "‮", "a" + "̀" * 500]
    rows = "text,label\n" + "".join(f'"{cell}",spam\n' for cell in cells)
    assert "judged           7 spam" in trial(written(tmp_path, rows), "--learn", "0")
