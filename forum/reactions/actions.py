"""Every write that means something to a reaction."""

import re
from datetime import timedelta
from hashlib import blake2b, sha256

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from articles.models import Article, Author, Discussion
from forum import text
from forum.reactions import naming, placing, rendering
from forum.reactions.models import Proof, Reaction
from forum.reactions.owning import hashed, reader_key
from forum.spam import actions as spam
from forum.spam.memory import Memory, recall
from forum.spam.screening import Outcome, Submission, screen
from forum.subscriptions.actions import subscribe

SAME_WORDS = timedelta(minutes=10)  # PROMISES P20
FORM_KEY = re.compile(r"[A-Za-z0-9_-]{22,64}", re.ASCII)
STRICTER = ("after", "first", "before")
Status = Reaction.Status


class ReactionError(Exception):
    """A reaction that cannot be taken; the subclasses say why."""


class Closed(ReactionError):
    """The discussion is closed or the article is not public."""


class ParentGone(ReactionError):
    """The reaction that was answered is not shown any more, or stands under another article."""


class AlreadyPosted(ReactionError):
    """The same was posted before (PROMISES P20); `reaction` is the first one."""

    def __init__(self, reaction: Reaction) -> None:
        super().__init__("already posted")
        self.reaction = reaction


class AlreadyDecided(ReactionError):
    """Somebody else decided first (PROMISES P21); `reaction` is as it stands now."""

    def __init__(self, reaction: Reaction) -> None:
        super().__init__(f"already {reaction.status}")
        self.reaction = reaction


def post_reaction(
    article: Article,
    *,
    name: str,
    website: str,
    body: str,
    parent_id: int | None = None,
    email: str = "",
    notify: str = "article",
    email_proven: bool = False,
    form_key: str = "",
    client_key: str = "",
    author: Author | None = None,
    by_editors: bool = False,
    is_question: bool = False,
    honeypot: str = "",
    seconds_open: float | None = None,
    same_origin: bool = True,
) -> Reaction:
    """Screen and store one reaction, publish it if its verdict allows, and ask for consent if an address came along.

    Everything is written in one transaction. The strings must come out of forum.cleaning. `email_proven`: this browser confirmed this
    address recently, so it need not be confirmed again. `author`: who of the byline speaks; under his own name, and he
    asks himself nothing. `by_editors`: it is one of the staff, under `name`. Raises Closed, ParentGone, AlreadyPosted.
    """
    now = timezone.now()
    reaction = Reaction(
        article=article,
        parent_id=parent_id,
        name=author.name if author else name,
        website=website,
        body=body,
        language=article.language,
        by_author=author is not None,
        by_editors=by_editors,
        is_question=is_question and not author and not by_editors,
        created_at=now,
        reader_key=reader_key(email),
        proof=Proof.BROWSER if email and email_proven else "",
        client_key=client_key,
        form_key=form_key if FORM_KEY.fullmatch(form_key) else None,
    )
    reaction.fingerprint = fingerprint(reaction)
    by_staff = reaction.by_author or by_editors

    # What only reads and reckons comes before the transaction: on SQLite everybody waits for whoever writes.
    discussion = open_discussion(article)
    reaction.parent = _answered(reaction)
    words = text.reader_html(body)
    standing = None if by_staff else naming.standing(reaction.name, reaction.reader_key, proven=email_proven)
    reaction.name_confirmed = standing == naming.Standing.OWN
    verdict = screen(
        Submission(
            name=reaction.name,
            website=website,
            body=body,
            mode=strictest(settings.MODERATION, discussion.state),
            known_reader=is_known(reaction),
            by_staff=by_staff,
            honeypot=honeypot,
            seconds_open=seconds_open,
            same_origin=same_origin,
            protected_names=naming.protected_names(),
            name_is_claimed=standing == naming.Standing.OTHERS,
            email=email,
            language=article.language,
            memory=Memory()
            if by_staff
            else recall(name=name, website=website, body=body, email=email, place=article.pk),
        ),
        without=settings.SPAM_RULES_OFF,
    )
    publish = verdict.outcome == Outcome.PUBLISH
    reaction.held_because = verdict.reasons
    reaction.published_at = now if publish else None

    with transaction.atomic():
        _refuse_second(reaction)
        if email:
            reaction.subscription = subscribe(
                email=email, article=article, scope=notify, client_key=client_key, proven=email_proven, now=now
            )
        reaction.save(force_insert=True)
        spam.note_posted(body, place=article.pk, now=now)
        if publish:
            html = rendering.part(reaction, words=words)  # needs the id; still before the lock
            placing.place(reaction, open_discussion(article, lock=True), now=now, html=html)
            if reaction.parent and reaction.parent.status != Status.PUBLISHED:
                raise ParentGone
    return reaction


def approve(reaction: Reaction) -> Reaction:
    """Publish a held, refused or spam reaction; numbers are given the first time. Raises Closed never: moderators may."""
    with transaction.atomic():
        discussion = lock(reaction, Status.HELD, Status.REFUSED, Status.SPAM)
        if reaction.thread_no is not None:  # it was hidden, and returns to the place it had
            placing.put_back(reaction, discussion)
        else:
            reaction.decision_reason = ""
            reaction.published_at = now = timezone.now()
            placing.place(reaction, discussion, now=now)
        _teach(reaction, as_spam=False)
    return reaction


def refuse(reaction: Reaction, *, reason: str = "", as_spam: bool = False) -> Reaction:
    """What was published before and is hidden now, is removed by this."""
    with transaction.atomic():
        discussion = lock(reaction, Status.HELD)
        gone = Status.REFUSED if reaction.thread_no is None else Status.REMOVED
        reaction.status = Status.SPAM if as_spam else gone
        reaction.decision_reason = reason
        if reaction.thread_no is not None:
            placing.stay_away(reaction, discussion)
        else:
            reaction.save(update_fields=["status", "decision_reason"])
        if as_spam:
            _teach(reaction, as_spam=True)
    return reaction


def remove(reaction: Reaction, *, reason: str = "") -> Reaction:
    """Take a published reaction away; a tombstone stays while a shown answer hangs below it."""
    with transaction.atomic():
        discussion = lock(reaction, Status.PUBLISHED)
        placing.take_away(reaction, discussion, status=Status.REMOVED, reason=reason)
        spam.unlearn(reaction.pk)
    return reaction


def withdraw(reaction: Reaction) -> Reaction:
    """Its writer takes it back, also while it waits. Cannot be undone."""
    with transaction.atomic():
        discussion = lock(reaction, Status.PUBLISHED, Status.HELD)
        if reaction.status == Status.HELD and reaction.thread_no is None:
            reaction.status = Status.WITHDRAWN
            reaction.save(update_fields=["status"])
        elif reaction.status == Status.HELD:
            reaction.status = Status.WITHDRAWN
            placing.stay_away(reaction, discussion)
        else:
            placing.take_away(reaction, discussion, status=Status.WITHDRAWN, reason="")
        spam.unlearn(reaction.pk)
    return reaction


def restore(reaction: Reaction) -> Reaction:
    """Show a removed reaction again, in the place it had."""
    with transaction.atomic():
        discussion = lock(reaction, Status.REMOVED)
        placing.put_back(reaction, discussion)
        _teach(reaction, as_spam=False)
    return reaction


def _teach(reaction: Reaction, *, as_spam: bool) -> None:
    spam.learn(reaction.pk, name=reaction.name, website=reaction.website, body=reaction.body, as_spam=as_spam)


def _refuse_second(reaction: Reaction) -> None:
    """Raise AlreadyPosted for a second identical post; of two that come at once, one waits here for the other."""
    if connection.vendor == "postgresql":  # SQLite's transactions come one after another by themselves (IMMEDIATE)
        keys = sorted(lock_number(key) for key in (reaction.form_key, reaction.fingerprint) if key)
        with connection.cursor() as cursor:
            for key in keys:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [key])
    first = Reaction.objects.filter(form_key=reaction.form_key).first() if reaction.form_key else None
    if first is None:
        same = Reaction.objects.filter(
            fingerprint=reaction.fingerprint, created_at__gt=reaction.created_at - SAME_WORDS
        )
        first = same.order_by("-pk").first()
    if first:
        raise AlreadyPosted(first)


def open_discussion(article: Article, *, lock: bool = False) -> Discussion:
    """Raises Closed. With `lock` the answer stays true to the end of the transaction."""
    if lock:
        discussion = placing.locked_discussion(article.pk)
    else:
        discussion = Discussion.objects.get(pk=article.pk)
    if not discussion.is_open or not Article.objects.published().filter(pk=article.pk).exists():
        raise Closed
    return discussion


def _answered(reaction: Reaction) -> Reaction | None:
    if reaction.parent_id is None:
        return None
    published = Reaction.objects.filter(article=reaction.article, status=Status.PUBLISHED)
    parent = published.filter(pk=reaction.parent_id).first()
    if parent is None:
        raise ParentGone
    reaction.depth = min(parent.depth + 1, 32_767)
    return parent


def lock(reaction: Reaction, *decidable: str) -> Discussion:
    """Take the lock of its article and read the row again. Raises AlreadyDecided when its state or its words are not
    those that the caller saw, or its state is none of `decidable`."""
    seen, edited_at = reaction.status, reaction.edited_at
    discussion = placing.locked_discussion(reaction.article_id)
    reaction.refresh_from_db(from_queryset=Reaction.objects.select_related("article", "parent"))
    if reaction.status != seen or reaction.edited_at != edited_at or seen not in decidable:
        raise AlreadyDecided(reaction)
    return discussion


def strictest(*modes: str) -> str:
    """Of the site's mode and the state of an article; "open" adds nothing."""
    return max((mode for mode in modes if mode in STRICTER), key=STRICTER.index)


def is_known(reaction: Reaction) -> bool:
    """Was this name with this address published before? Without an address nobody is known."""
    by_reader = Reaction.objects.filter(reader_key=reaction.reader_key).exclude(reader_key="")
    return bool(reaction.reader_key) and by_reader.filter(name=reaction.name, status=Status.PUBLISHED).exists()


def fingerprint(reaction: Reaction) -> str:
    parts = (str(reaction.article_id), str(reaction.parent_id or ""), reaction.name, reaction.body)
    return hashed(sha256("\0".join(parts).encode()).digest())


def lock_number(key: str) -> int:
    return int.from_bytes(blake2b(key.encode(), digest_size=8).digest(), "big", signed=True)
