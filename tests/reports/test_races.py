"""Two and more processes report at once: nothing is counted twice and nothing is missed."""

import pytest
from django.db import connection, transaction

from forum.outbox.actions import locked_address
from forum.reactions.models import Reaction
from forum.reports.actions import settle_reports
from tests.factories import make_article
from tests.reactions.talk import say
from tests.reports.reporters import report
from tests.subscriptions.processes import run_together, shared_database

ROUNDS = 12
SCRIPT = """
from forum.outbox.actions import locked_address
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
from forum.outbox.actions import locked_address
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


@pytest.mark.django_db(transaction=True)
def test_a_moderator_s_mail_need_not_wait_for_who_holds_the_address(engine):
    """Else each could wait for the other: who posts or reports takes the address first and the discussion next, who
    decides holds the discussion and queues mail to the address."""
    said = say(make_article())
    report(said, email="lotte@lezers.example")
    if engine == "sqlite":  # one writer at a time, so nobody holds what another waits for
        assert settle_reports(said, upheld=True) == 1
        return
    decider = connection.copy()
    try:
        with transaction.atomic():
            locked_address("lotte@lezers.example")
            with decider.cursor() as cursor:
                cursor.execute("SET lock_timeout = '5s'")
                cursor.execute(
                    """
                    INSERT INTO outbox_outgoingmail
                        (kind, address_id, subscription_id, event_id, status, reason, attempts, due_at, message_id, created_at)
                    SELECT 'report decided', address_id, 1, 1, 'queued', '', 0, now(), '', now() FROM reports_report
                    """
                )
    finally:
        decider.close()
