"""Every write that means something to a reaction."""

import re
from base64 import urlsafe_b64encode
from datetime import timedelta
from hashlib import blake2b, sha256

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from articles.models import Article, Author, Discussion
from forum import cleaning, text
from forum.prepared import A_MOMENT, A_NUMBER, Prepared
from forum.reactions import placing, rendering
from forum.reactions.models import Reaction
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
        reader_key=_reader_key(email),
        client_key=client_key,
        form_key=form_key if FORM_KEY.fullmatch(form_key) else None,
    )
    reaction.fingerprint = _fingerprint(reaction)
    by_staff = reaction.by_author or by_editors

    # What only reads and reckons comes before the transaction: on SQLite everybody waits for whoever writes.
    discussion = _open_discussion(article)
    reaction.parent = _answered(reaction)
    words = text.reader_html(body)
    verdict = screen(
        Submission(
            name=reaction.name,
            website=website,
            body=body,
            mode=_strictest(settings.MODERATION, discussion.state),
            known_reader=_is_known(reaction),
            by_staff=by_staff,
            honeypot=honeypot,
            seconds_open=seconds_open,
            same_origin=same_origin,
            protected_names=_protected_names(),
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
            placing.place(reaction, _open_discussion(article, lock=True), now=now, html=html)
            if reaction.parent and reaction.parent.status != Status.PUBLISHED:
                raise ParentGone
    return reaction


def approve(reaction: Reaction) -> Reaction:
    """Publish a held, refused or spam reaction; numbers are given the first time. Raises Closed never: moderators may."""
    with transaction.atomic():
        discussion = _lock(reaction, Status.HELD, Status.REFUSED, Status.SPAM)
        reaction.decision_reason = ""
        reaction.published_at = now = timezone.now()
        placing.place(reaction, discussion, now=now)
        _teach(reaction, as_spam=False)
    return reaction


def refuse(reaction: Reaction, *, reason: str = "", as_spam: bool = False) -> Reaction:
    with transaction.atomic():
        _lock(reaction, Status.HELD)
        reaction.status = Status.SPAM if as_spam else Status.REFUSED
        reaction.decision_reason = reason
        reaction.save(update_fields=["status", "decision_reason"])
        if as_spam:
            _teach(reaction, as_spam=True)
    return reaction


def remove(reaction: Reaction, *, reason: str = "") -> Reaction:
    """Take a published reaction away; a tombstone stays while a shown answer hangs below it."""
    with transaction.atomic():
        discussion = _lock(reaction, Status.PUBLISHED)
        placing.take_away(reaction, discussion, status=Status.REMOVED, reason=reason)
        spam.unlearn(reaction.pk)
    return reaction


def withdraw(reaction: Reaction) -> Reaction:
    """Its writer takes it back, also while it waits. Cannot be undone."""
    with transaction.atomic():
        discussion = _lock(reaction, Status.PUBLISHED, Status.HELD)
        if reaction.status == Status.HELD:
            reaction.status = Status.WITHDRAWN
            reaction.save(update_fields=["status"])
        else:
            placing.take_away(reaction, discussion, status=Status.WITHDRAWN, reason="")
        spam.unlearn(reaction.pk)
    return reaction


def restore(reaction: Reaction) -> Reaction:
    """Show a removed reaction again, in the place it had."""
    with transaction.atomic():
        discussion = _lock(reaction, Status.REMOVED)
        placing.put_back(reaction, discussion)
        _teach(reaction, as_spam=False)
    return reaction


def _teach(reaction: Reaction, *, as_spam: bool) -> None:
    spam.learn(reaction.pk, name=reaction.name, website=reaction.website, body=reaction.body, as_spam=as_spam)


def _refuse_second(reaction: Reaction) -> None:
    """Raise AlreadyPosted for a second identical post; of two that come at once, one waits here for the other."""
    if connection.vendor == "postgresql":  # SQLite's transactions come one after another by themselves (IMMEDIATE)
        keys = sorted(_lock_number(key) for key in (reaction.form_key, reaction.fingerprint) if key)
        with connection.cursor() as cursor:
            for key in keys:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [key])
    first = _OF_FORM(form_key=reaction.form_key) if reaction.form_key else []
    if not first:
        first = _SAME_WORDS(fingerprint=reaction.fingerprint, since=reaction.created_at - SAME_WORDS)
    if first:
        raise AlreadyPosted(first[0])


def _open_discussion(article: Article, *, lock: bool = False) -> Discussion:
    """Raises Closed. With `lock` the answer stays true to the end of the transaction."""
    if lock:
        discussion = placing.locked_discussion(article.pk)
    else:
        discussion = placing.discussion_of(article.pk)
    if not discussion.is_open or not _IS_PUBLIC(article=article.pk, now=timezone.now()):
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


def _lock(reaction: Reaction, *decidable: str) -> Discussion:
    """Take the lock of its article and read the row again. Raises AlreadyDecided when its state is not the one the
    caller saw, or none of `decidable`."""
    seen = reaction.status
    discussion = placing.locked_discussion(reaction.article_id)
    reaction.refresh_from_db(from_queryset=Reaction.objects.select_related("article", "parent"))
    if reaction.status != seen or seen not in decidable:
        raise AlreadyDecided(reaction)
    return discussion


def _strictest(*modes: str) -> str:
    """Of the site's mode and the state of an article; "open" adds nothing."""
    return max((mode for mode in modes if mode in STRICTER), key=STRICTER.index)


def _is_known(reaction: Reaction) -> bool:
    """Was this name with this address published before? Without an address nobody is known."""
    by_reader = Reaction.objects.filter(reader_key=reaction.reader_key).exclude(reader_key="")
    return bool(reaction.reader_key) and by_reader.filter(name=reaction.name, status=Status.PUBLISHED).exists()


def _protected_names() -> list[str]:
    """What nobody else may sign with: the authors' names, and the staff's."""
    names = {name for (name,) in _AUTHORS()}
    for first, last, login in _STAFF():
        names |= {f"{first} {last}".strip(), login}
    return sorted(names - {""})


# What every post asks.
_OF_FORM = Prepared(lambda form_key: Reaction.objects.filter(form_key=form_key).order_by("pk")[:1], form_key="a form")
_SAME_WORDS = Prepared(
    lambda fingerprint, since: Reaction.objects.filter(fingerprint=fingerprint, created_at__gt=since).order_by("-pk")[
        :1
    ],
    fingerprint="a print",
    since=A_MOMENT,
)
_IS_PUBLIC = Prepared(
    lambda article, now: Article.objects.published(now).filter(pk=article).values_list("pk"),
    article=A_NUMBER,
    now=A_MOMENT,
)
_AUTHORS = Prepared(lambda: Author.objects.order_by().values_list("name"))
_STAFF = Prepared(
    lambda: (
        get_user_model()
        .objects.filter(is_staff=True, is_active=True)
        .order_by()
        .values_list("first_name", "last_name", "username")
    )
)


def _reader_key(email: str) -> str:
    if not email:
        return ""
    return _short(salted_hmac("forum.reactions.reader", cleaning.email_key(email), algorithm="sha256").digest())


def _fingerprint(reaction: Reaction) -> str:
    parts = (str(reaction.article_id), str(reaction.parent_id or ""), reaction.name, reaction.body)
    return _short(sha256("\0".join(parts).encode()).digest())


def _short(digest: bytes) -> str:
    return urlsafe_b64encode(digest).decode().rstrip("=")


def _lock_number(key: str) -> int:
    return int.from_bytes(blake2b(key.encode(), digest_size=8).digest(), "big", signed=True)
