"""Two and more processes report at once: nothing is counted twice and nothing is missed."""

import pytest
from django.db import connection

from forum.reactions.models import Reaction
from tests.factories import make_article
from tests.reactions.talk import say
from tests.reports.reporters import report
from tests.subscriptions.processes import run_together, shared_database

ROUNDS = 12
SCRIPT = """
from forum.reactions.models import Reaction
from forum.reports.actions import AlreadyReported, TooManyReports, NotReportable, file_report
answers = []
for n, pk in enumerate({reactions}):
    try:
        file_report(Reaction.objects.get(pk=pk), reason="attack", explanation="x", client_key="{client}" + str(n // 4 if {several} else ""))
        answers.append("filed")
    except (AlreadyReported, TooManyReports, NotReportable) as error:
        answers.append(type(error).__name__)
print(json.dumps(answers))
"""
LOOK = """
from forum.reactions.models import Reaction
from forum.reports.models import Report
rows = Reaction.objects.filter(pk__in={reactions}).order_by("pk")
print(json.dumps([list(rows.values_list("status", "held_because")), Report.objects.count()]))
"""


@pytest.mark.django_db(transaction=True)
def test_of_two_that_file_the_third_report_at_once_one_hides_the_reaction(tmp_path):
    article = make_article()
    said = [say(article).pk for _ in range(ROUNDS)]
    for pk in said:
        report(Reaction.objects.get(pk=pk))
    database = shared_database(tmp_path)
    connection.close()
    scripts = [SCRIPT.format(reactions=said, client=who, several=True) for who in ("a", "b")]
    answers = run_together(scripts, database)
    states, _count = run_together([LOOK.format(reactions=said)], database)[0]
    assert [state for state, _ in states] == ["held"] * ROUNDS
    assert {tuple(because) for _, because in states} == {("reported:3",)}
    assert {word for answer in answers for word in answer} == {"filed"}


@pytest.mark.django_db(transaction=True)
def test_p19_one_client_in_two_processes_files_five_and_no_reaction_twice(tmp_path):
    article = make_article()
    said = [say(article).pk for _ in range(8)]
    database = shared_database(tmp_path)
    connection.close()
    answers = run_together([SCRIPT.format(reactions=said, client="one", several=False)] * 2, database)
    _states, count = run_together([LOOK.format(reactions=said)], database)[0]
    assert count == sum(answer.count("filed") for answer in answers) == 5
    assert all(set(answer) <= {"filed", "AlreadyReported", "TooManyReports"} for answer in answers)
