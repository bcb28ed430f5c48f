"""A reader sends a reaction in."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import sha256

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from articles.models import Article, Author
from forum import text
from forum.prepared import A_MOMENT, Prepared
from forum.reactions import naming, pace, pauses, placing, rendering
from forum.reactions.actions.errors import AlreadyPosted, Closed, NotProven, ParentGone, Paused, TooMany
from forum.reactions.actions.locking import lock, lock_number, open_discussion
from forum.reactions.models import Proof, Reaction
from forum.reactions.owning import hashed, reader_key
from forum.spam import actions as spam
from forum.spam import proofwork
from forum.spam.memory import Memory, recall
from forum.spam.screening import Outcome, Submission, is_eased, screen
from forum.subscriptions.actions import subscribe
from forum.subscriptions.models import Subscription

SAME_WORDS = timedelta(minutes=10)  # PROMISES P20
FORM_KEY = re.compile(r"[A-Za-z0-9_-]{22,64}", re.ASCII)
STRICTER = ("after", "first", "before")
Status = Reaction.Status


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
    follower: Subscription | None = None,
    form_key: str = "",
    client_key: str = "",
    former_client_keys: Sequence[str] = (),
    author: Author | None = None,
    by_editors: bool = False,
    is_question: bool = False,
    honeypot: str = "",
    seconds_open: float | None = None,
    same_origin: bool = True,
) -> Reaction:
    """Screen and store one reaction, publish it if its verdict allows, and ask for consent if an address came along.

    Everything is written in one transaction. The strings must come out of forum.cleaning. `article`: as it was just read,
    with its discussion. `email_proven`: this browser confirmed this address recently, so it need not be confirmed
    again. `follower`: it came by mail from this subscription's address, in place of `email`; nothing is asked. `former_client_keys`: those of the same client in the hour before its key changed.
    `author`: who of the byline speaks; under his own name, and he asks himself nothing. `by_editors`: it is one of the
    staff, under `name`. Raises Closed, ParentGone, Paused, AlreadyPosted, TooMany; a second identical post costs nothing.
    """
    now = timezone.now()
    written_from = follower.address.email if follower else email
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
        subscription=follower,
        reader_key=reader_key(written_from),
        proof=Proof.MAIL if follower else Proof.BROWSER if email and email_proven else "",
        client_key=client_key,
        form_key=form_key if FORM_KEY.fullmatch(form_key) else None,
    )
    reaction.fingerprint = fingerprint(reaction)
    by_staff = reaction.by_author or by_editors

    # What only reads and reckons comes before the transaction: on SQLite everybody waits for whoever writes.
    if not article.discussion.is_open or not article.is_public:
        raise Closed
    reaction.parent = _answered(reaction)
    own_keys = [client_key, *former_client_keys] if client_key and not by_staff else []
    lately = pace.of_client(own_keys, now=now)
    if pace.wait_of_client(lately, now=now):
        _refuse_second(reaction)
        _refuse_hasty(own_keys, now=now)
    words = text.reader_html(body)
    proven = email_proven or follower is not None
    standing = None if by_staff else naming.standing(reaction.name, reaction.reader_key, proven=proven)
    reaction.name_confirmed = standing == naming.Standing.OWN
    verdict = screen(
        Submission(
            name=reaction.name,
            website=website,
            body=body,
            mode=strictest(settings.MODERATION, article.discussion.state),
            known_reader=is_known(reaction),
            by_staff=by_staff,
            honeypot=honeypot,
            seconds_open=seconds_open,
            same_origin=same_origin,
            protected_names=naming.protected_names(),
            name_is_claimed=standing == naming.Standing.OTHERS,
            email=written_from,
            language=article.language,
            hurried=pace.is_hurried(lately, now=now),
            busy_site=bool(own_keys) and pace.is_site_busy(now=now),
            memory=Memory()
            if by_staff
            else recall(name=name, website=website, body=body, email=written_from, place=article.pk),
        ),
        without=settings.SPAM_RULES_OFF,
    )
    publish = verdict.outcome == Outcome.PUBLISH
    reaction.held_because = verdict.reasons
    reaction.published_at = now if publish else None
    if verdict.outcome == Outcome.REJECT:
        reaction.status, email = Status.SPAM, ""

    with transaction.atomic():
        _lock_against_second(reaction, own_keys)
        _refuse_second(reaction)
        if reaction.parent and not by_staff:
            _refuse_in_pause(reaction, reaction.parent)
        _refuse_hasty(own_keys, now=now)
        if email:
            reaction.subscription = subscribe(
                email=email, article=article, scope=notify, client_key=client_key, proven=email_proven, now=now
            )
        if publish:
            reaction.pk = placing.next_number()
            html = rendering.part(reaction, words=words)  # before the lock
            placing.place(reaction, open_discussion(article, lock=True), now=now, html=html)
            if reaction.parent and reaction.parent.status != Status.PUBLISHED:
                raise ParentGone
        else:
            placing.keep(reaction)
        spam.note_posted(body, place=article.pk, now=now)
        if settings.AKISMET_KEY and not by_staff:
            spam.note_check(reaction.pk, now=now)
    return reaction


def publish_proven(reaction: Reaction, *, solution: Mapping[str, str]) -> Reaction:
    """Its writer's browser did the sum: what waits for its pace only is let through, once. Teaches the filter nothing.

    Raises NotProven, AlreadyDecided, Closed; then it waits on.
    """
    if not awaits_proof(reaction) or not proofwork.is_solved(solution, subject=reaction.pk):
        raise NotProven
    with transaction.atomic():
        discussion = lock(reaction, Status.HELD)
        if not discussion.is_open or not reaction.article.is_public:
            raise Closed
        if strictest(settings.MODERATION, discussion.state) == "before" or not awaits_proof(reaction):
            raise NotProven
        if reaction.parent and reaction.parent.status != Status.PUBLISHED:
            raise NotProven
        reaction.published_at = now = timezone.now()
        placing.place(reaction, discussion, now=now)
    return reaction


def awaits_proof(reaction: Reaction) -> bool:
    """Would a sum let it through?"""
    return settings.PROOF_OF_WORK and reaction.status == Status.HELD and is_eased(reaction.held_because)


def _lock_against_second(reaction: Reaction, client_keys: Sequence[str]) -> None:
    """Of two identical posts at once, and of two of the same client, one waits here for the other."""
    if connection.vendor == "postgresql":  # SQLite's transactions come one after another by themselves (IMMEDIATE)
        limited = client_keys[:1] if pace.is_limited() else []
        keys = sorted(lock_number(key) for key in (reaction.form_key, reaction.fingerprint, *limited) if key)
        with connection.cursor() as cursor:
            for key in keys:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [key])


def _refuse_second(reaction: Reaction) -> None:
    """Raise AlreadyPosted for a second identical post."""
    first = _OF_FORM(form_key=reaction.form_key) if reaction.form_key else []
    if not first:
        first = _SAME_WORDS(fingerprint=reaction.fingerprint, since=reaction.created_at - SAME_WORDS)
    if first:
        raise AlreadyPosted(first[0])


def _refuse_in_pause(reaction: Reaction, answered: Reaction) -> None:
    seconds = pauses.seconds_to_wait(answered, client_key=reaction.client_key, now=reaction.created_at)
    if seconds:
        raise Paused(seconds)


def _refuse_hasty(client_keys: Sequence[str], *, now: datetime) -> None:
    """Raise TooMany for a client that posted as much as one may."""
    if wait := pace.wait_of_client(pace.of_client(client_keys, now=now), now=now):
        raise TooMany(wait)


def _answered(reaction: Reaction) -> Reaction | None:
    if reaction.parent_id is None:
        return None
    found = pauses.published_with_heat(reaction.article, reaction.parent_id)
    if found is None:
        raise ParentGone
    reaction.depth = min(found.depth + 1, 32_767)
    return found


def strictest(*modes: str) -> str:
    """Of the site's mode and the state of an article; "open" adds nothing."""
    return max((mode for mode in modes if mode in STRICTER), key=STRICTER.index)


def is_known(reaction: Reaction) -> bool:
    """Was this name with this address published before? Without an address nobody is known."""
    return bool(reaction.reader_key) and bool(_OF_READER(reader=reaction.reader_key, name=reaction.name))


def fingerprint(reaction: Reaction) -> str:
    parts = (str(reaction.article_id), str(reaction.parent_id or ""), reaction.name, reaction.body)
    return hashed(sha256("\0".join(parts).encode()).digest())


# What every post asks.
_OF_READER = Prepared(
    lambda reader, name: (
        Reaction.objects.filter(reader_key=reader)
        .exclude(reader_key="")
        .filter(name=name, status=Status.PUBLISHED)
        .order_by()
        .values_list("pk")[:1]
    ),
    reader="a reader",
    name="a name",
)
_OF_FORM = Prepared(lambda form_key: Reaction.objects.filter(form_key=form_key).order_by("pk")[:1], form_key="a form")
_SAME_WORDS = Prepared(
    lambda fingerprint, since: Reaction.objects.filter(fingerprint=fingerprint, created_at__gt=since).order_by("-pk")[
        :1
    ],
    fingerprint="a print",
    since=A_MOMENT,
)
