"""Who is told of a question, and in which words: name and website above it, a way to answer, a way to stop."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from articles.actions import choose_question_mail
from articles.models import Article, Author
from forum.outbox.letters import Letter, NothingToSay
from forum.outbox.models import Address, OutgoingMail
from forum.reactions import notify
from forum.reactions.actions import approve, remove
from forum.reactions.models import Reaction
from forum.reactions.notify import announce_due
from forum.reactions.question_mails import build_questions
from forum.subscriptions.actions import end, erase_unconfirmed, subscribe
from tests.factories import make_article, make_author
from tests.reactions.talk import say
from tests.reactions.test_mails import in_order, words_of
from tests.reactions.test_questions import answer, ask
from tests.subscriptions.processes import run_together, shared_database

pytestmark = pytest.mark.django_db
SITE = "https://luisterkamer.example"
HOSTILE = "<script>alert(1)</script> {{ settings.SECRET_KEY }}\n\nBcc: x@y.example\n.\n" + "\u202e" + "&" * 40


@pytest.fixture(autouse=True)
def the_site(publish_at_once, settings):
    settings.SITE_URL = SITE
    settings.MAIL_DOMAIN = "luisterkamer.example"


def make_writer(who: str, **fields) -> Author:
    user = User.objects.create_user(who, email=f"{who}@redactie.example", is_staff=True)
    return make_author(name=who.title(), user=user, **fields)


def rows() -> list[OutgoingMail]:
    return list(OutgoingMail.objects.filter(kind="question").select_related("address").order_by("pk"))


def told() -> list[tuple[str, int]]:
    announce_due()
    return sorted((row.address.email.split("@")[0], row.event_id) for row in rows())


def letter() -> Letter:
    announce_due()
    return build_questions(rows())


def test_every_author_of_the_article_with_a_login_is_told_once():
    article = make_article(authors=[make_writer("noor"), make_writer("imke"), make_author()])
    make_writer("bas")
    question = ask(article)
    say(article)
    assert told() == [("imke", question.pk), ("noor", question.pk)]
    Reaction.objects.update(announced_at=None)
    assert len(told()) == 2
    assert {row.subscription_id for row in rows()} == {
        author.pk for author in article.authors.filter(user__isnull=False)
    }


def test_nobody_is_told_before_a_question_is_published():
    article = make_article(author=make_writer("noor"))
    question = ask(article, honeypot="gevuld")
    assert told() == []
    approve(question)
    assert told() == [("noor", question.pk)]


def test_nobody_is_told_while_the_article_is_not_public():
    article = make_article(author=make_writer("noor"))
    question = ask(article)
    Article.objects.update(status=Article.Status.WITHDRAWN)
    assert told() == []
    Article.objects.update(status=Article.Status.PUBLISHED)
    assert told() == [("noor", question.pk)]


@pytest.mark.parametrize("why", ["inactive", "no address", "not one", "stopped"])
def test_who_cannot_or_will_not_be_mailed_is_left_alone(why):
    author = make_writer("noor")
    article = make_article(author=author)
    if why == "inactive":
        User.objects.update(is_active=False)
    elif why == "no address":
        User.objects.update(email="")
    elif why == "not one":
        User.objects.update(email="noor bij de redactie")
    else:
        choose_question_mail(author, wanted=False)
    ask(article)
    assert told() == []
    assert not Reaction.objects.unannounced().exists()


def test_p28_who_asks_his_own_address_is_not_told():
    article = make_article(authors=[make_writer("noor"), make_writer("imke")])
    question = ask(article, email="Noor@redactie.example", notify="replies")
    assert told() == [("imke", question.pk)]


def test_a_worker_that_dies_halfway_begins_again_and_nobody_is_told_twice(monkeypatch):
    article = make_article(authors=[make_writer("noor"), make_writer("imke")])
    question = ask(article)
    real, calls = notify.enqueue, []

    def dies(**fields):
        calls.append(real(**fields))
        if len(calls) == 2:
            raise KeyboardInterrupt
        return calls[-1]

    monkeypatch.setattr(notify, "enqueue", dies)
    with pytest.raises(KeyboardInterrupt), transaction.atomic():
        announce_due()
    monkeypatch.setattr(notify, "enqueue", real)
    assert told() == [("imke", question.pk), ("noor", question.pk)]


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_tell_each_author_once(tmp_path):
    article = make_article(authors=[make_writer("noor"), make_writer("imke")])
    for _ in range(5):
        ask(article)
    database = shared_database(tmp_path)
    tell = "from forum.reactions.notify import announce_due\nprint(json.dumps(announce_due()))"
    count = (
        "from forum.outbox.models import OutgoingMail\nfrom forum.reactions.models import Reaction\n"
        "print(json.dumps([OutgoingMail.objects.count(), Reaction.objects.unannounced().count()]))"
    )
    assert sum(run_together([tell, tell], database)) == 5
    assert run_together([count], database) == [[10, 0]]


def test_name_and_website_stand_above_the_question_in_both_halves():
    article = make_article(title="Het stille uur", author=make_writer("noor"))
    question = ask(article, "Hoe ging het verder?", name="Lotte Hagedoorn", website="https://klankkast.example/")
    mail = letter()
    answer_url = f"{SITE}/articles/{article.slug}/react/?parent={question.pk}"
    assert mail.subject == "Nieuwe vraag bij: Het stille uur"
    assert in_order(
        mail.text,
        "Lotte Hagedoorn\nhttps://klankkast.example/\n",
        "Hoe ging het verder?\n",
        f"Beantwoord: {answer_url}\n",
        f"Lees het op zijn plek: {SITE}/reactions/{question.pk}/\n",
        f"Alle open vragen: {SITE}/desk/questions/\n",
        "Je krijgt deze mail omdat je auteur van het artikel bent.",
        f"Stop deze mail (je logt eerst in): {SITE}/desk/questions/#mail\n",
    )
    body = mail.html.split('class="sheet pad"')[1]
    assert in_order(
        body,
        "1 vraag aan jou",
        "<bdi>Lotte Hagedoorn</bdi>",
        'rel="ugc nofollow noopener">klankkast.example</a>',
        "Hoe ging het verder?",
        f'href="{answer_url}"',
        f'href="{SITE}/desk/questions/#mail"',
    )
    assert mail.headers == {} and mail.message_id.startswith(f"<q{question.pk}.")
    assert letter().message_id == mail.message_id


def test_the_same_in_english():
    article = make_article(title="The quiet hour", language="en", author=make_writer("noor"))
    for n in range(2):
        ask(article, f"How is that, {n}?")
    mail = letter()
    assert mail.subject == "2 new questions at: The quiet hour"
    assert in_order(
        " ".join(mail.text.split()), "How is that, 0?", "Answer: ", "How is that, 1?", "At most one an hour."
    )
    assert '<html lang="en"' in mail.html and "2 questions to you" in mail.html


def test_questions_under_several_articles_go_in_one_mail():
    noor = make_writer("noor")
    ask(make_article(title="Het stille uur", author=noor), "Eén?")
    ask(make_article(title="De sloot", author=noor), "Twee?")
    mail = letter()
    assert mail.subject == "2 nieuwe vragen bij 2 artikelen"
    assert in_order(mail.text, "Bij ‘Het stille uur’", "Eén?", "Bij ‘De sloot’", "Twee?")
    assert in_order(words_of(mail.html), "Het stille uur", "Eén?", "De sloot", "Twee?")


def test_of_many_questions_the_first_ten_are_told_and_the_others_counted():
    article = make_article(author=make_writer("noor"))
    for n in range(13):
        ask(article, f"Vraag nummer {n}.")
    mail = letter()
    assert mail.subject.startswith("13 nieuwe vragen bij: ")
    assert "Vraag nummer 9." in mail.text and "Vraag nummer 10." not in mail.text
    assert "En nog 3 vragen." in mail.text and "En nog 3 vragen." in mail.html and mail.left_out == {}


def test_what_is_answered_or_gone_meanwhile_is_left_out_with_its_reason():
    article = make_article(author=make_writer("noor"))
    first, second, _ = (ask(article, words) for words in ("Eén?", "Twee?", "Drie?"))
    announce_due()
    answer(first)
    remove(Reaction.objects.get(pk=second.pk))
    mail = letter()
    assert "Drie?" in mail.text and "Eén?" not in mail.text and "Twee?" not in mail.text
    assert list(mail.left_out.values()) == ["answered already", "the question is not published any more"]


@pytest.mark.parametrize(
    "what", ["answered", "removed", "withdrawn", "byline", "stopped", "inactive", "address", "no login", "deleted"]
)
def test_with_nothing_left_there_is_no_mail(what):
    author = make_writer("noor")
    article = make_article(authors=[make_author(), author])
    question = ask(article)
    announce_due()
    if what == "answered":
        answer(question, author=article.author)
    elif what == "removed":
        remove(Reaction.objects.get(pk=question.pk))
    elif what == "withdrawn":
        Article.objects.update(status=Article.Status.WITHDRAWN)
    elif what == "byline":
        article.bylines.filter(author=author).delete()
    elif what == "stopped":
        choose_question_mail(author, wanted=False)
    elif what == "inactive":
        User.objects.update(is_active=False)
    elif what == "address":
        User.objects.update(email="ander@redactie.example")
    elif what == "no login":
        Author.objects.update(user=None)
    else:
        article.bylines.filter(author=author).delete()
        author.delete()
    with pytest.raises(NothingToSay) as silence:
        build_questions(rows())
    assert str(silence.value)


def test_what_readers_type_cannot_break_out_and_is_in_no_subject(settings):
    settings.SPAM_RULES_OFF = ["personal_data"]  # there is an address in it
    article = make_article(title="Kop\r\n <b>\u202e & zo", author=make_writer("noor"))
    ask(article, HOSTILE, name="<img src=x onerror=alert(1)>", website="https://a.example/?q='x'")
    mail = letter()
    assert mail.subject == "Nieuwe vraag bij: Kop <b> & zo"
    assert "<script>alert" not in mail.html and "<img" not in mail.html
    assert "<script>alert(1)</script> {{ settings.SECRET_KEY }}" in mail.text
    body = mail.html.split("</style>")[1]
    assert not re.search(r"<(?!/?(?:body|html|head|div|table|tr|td|h1|h2|p|a|bdi|br)\b)[a-z]", body)


def test_a_mail_costs_three_queries_however_much_it_tells(django_assert_num_queries):
    noor = make_writer("noor")
    for _ in range(4):
        ask(make_article(author=noor))
    announce_due()
    waiting = rows()
    with django_assert_num_queries(3):  # the author, the questions, the articles that are his
        build_questions(waiting)


def test_who_leaves_a_subscription_with_the_same_number_still_gets_his_questions():
    """The outbox keeps numbers whose meaning depends on the kind of mail."""
    author = make_writer("noor")
    article = make_article(author=author)
    ask(article)
    announce_due()
    follower = subscribe(
        email="sanne@lezers.example", article=article, scope="article", client_key="", proven=True, now=timezone.now()
    )
    OutgoingMail.objects.update(subscription_id=follower.pk)
    end(follower, how="link")
    assert [row.status for row in rows()] == ["queued"]


def test_the_address_of_an_author_goes_when_nothing_hangs_on_it_any_more():
    ask(make_article(author=make_writer("noor")))
    announce_due()
    now = timezone.now()
    erase_unconfirmed(now)
    assert Address.objects.exists()  # the mail waits
    OutgoingMail.objects.update(status="sent", sent_at=now)
    erase_unconfirmed(now)
    assert Address.objects.exists()  # it tells when the next may go
    erase_unconfirmed(now + timedelta(days=8))
    assert not Address.objects.exists()
