"""Every write that means something to a reaction."""

import re
from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import blake2b, sha256

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from articles.models import Article, Author, Discussion
from forum import cleaning, text
from forum.reactions import pace, pauses, placing, rendering
from forum.reactions.models import Reaction
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


class Paused(ReactionError):
    """The conversation is heated and this client answered in it a moment ago; `seconds`: when it may again."""

    def __init__(self, seconds: int) -> None:
        super().__init__("paused")
        self.seconds = seconds


class TooMany(ReactionError):
    """This client posted as much as one may (PROMISES P19); `wait` tells for how long."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__(f"wait {wait}")
        self.wait = wait


class NotProven(ReactionError):
    """The sum is wrong, too old or for another reaction, or no sum can let this reaction through."""


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

    Everything is written in one transaction. The strings must come out of forum.cleaning. `email_proven`: this browser confirmed this
    address recently, so it need not be confirmed again. `follower`: it came by mail from this subscription's address, in
    place of `email`; nothing is asked. `former_client_keys`: those of the same client in the hour before its key changed.
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
        client_key=client_key,
        form_key=form_key if FORM_KEY.fullmatch(form_key) else None,
    )
    reaction.fingerprint = _fingerprint(reaction)
    by_staff = reaction.by_author or by_editors

    # What only reads and reckons comes before the transaction: on SQLite everybody waits for whoever writes.
    discussion = _open_discussion(article)
    reaction.parent = _answered(reaction)
    own_keys = [client_key, *former_client_keys] if client_key and not by_staff else []
    lately = pace.of_client(own_keys, now=now)
    if pace.wait_of_client(lately, now=now):
        _refuse_second(reaction)
        _refuse_hasty(own_keys, now=now)
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
        reaction.save(force_insert=True)
        spam.note_posted(body, place=article.pk, now=now)
        if settings.AKISMET_KEY and not by_staff:
            spam.note_check(reaction.pk, now=now)
        if publish:
            html = rendering.part(reaction, words=words)  # needs the id; still before the lock
            placing.place(reaction, _open_discussion(article, lock=True), now=now, html=html)
            if reaction.parent and reaction.parent.status != Status.PUBLISHED:
                raise ParentGone
    return reaction


def publish_proven(reaction: Reaction, *, solution: Mapping[str, str]) -> Reaction:
    """Its writer's browser did the sum: what waits for its pace only is let through, once. Teaches the filter nothing.

    Raises NotProven, AlreadyDecided, Closed; then it waits on.
    """
    if not awaits_proof(reaction) or not proofwork.is_solved(solution, subject=reaction.pk):
        raise NotProven
    with transaction.atomic():
        discussion = _lock(reaction, Status.HELD)
        if not discussion.is_open or not reaction.article.is_public:
            raise Closed
        if _strictest(settings.MODERATION, discussion.state) == "before" or not awaits_proof(reaction):
            raise NotProven
        if reaction.parent and reaction.parent.status != Status.PUBLISHED:
            raise NotProven
        reaction.published_at = now = timezone.now()
        placing.place(reaction, discussion, now=now)
    return reaction


def awaits_proof(reaction: Reaction) -> bool:
    """Would a sum let it through?"""
    return settings.PROOF_OF_WORK and reaction.status == Status.HELD and is_eased(reaction.held_because)


def approve(reaction: Reaction) -> Reaction:
    """Publish a held, refused or spam reaction; numbers are given the first time, later it returns to its place.

    Raises Closed never: moderators may.
    """
    with transaction.atomic():
        discussion = _lock(reaction, Status.HELD, Status.REFUSED, Status.SPAM)
        if reaction.thread_no is not None:
            placing.put_back(reaction, discussion)
        else:
            _forget_decision(reaction)
            reaction.published_at = now = timezone.now()
            placing.place(reaction, discussion, now=now)
        _teach(reaction, as_spam=False)
    return reaction


def hold_again(reaction: Reaction, *, because: list[str]) -> Reaction:
    """Hide a published reaction until a moderator has looked at it; its place is kept. `because`: see spam.reasons."""
    with transaction.atomic():
        discussion = _lock(reaction, Status.PUBLISHED)
        reaction.held_because, reaction.hidden_at = because, timezone.now()
        reaction.save(update_fields=["held_because", "hidden_at"])
        placing.take_away(reaction, discussion, status=Status.HELD, reason="")
    return reaction


def refuse(
    reaction: Reaction, *, reason: str = "", ground: str | None = None, as_spam: bool = False, teach_spam: bool = False
) -> Reaction:
    """Keep a held reaction off the page. One that was published before counts as removed, unless it is spam.

    `teach_spam`: the filter learns it as spam, whatever it is called.
    """
    with transaction.atomic():
        discussion = _lock(reaction, Status.HELD)
        _note_decision(reaction, reason=reason, ground=ground)
        if reaction.thread_no is not None:
            placing.leave_away(reaction, discussion, status=Status.SPAM if as_spam else Status.REMOVED, reason=reason)
        else:
            reaction.status = Status.SPAM if as_spam else Status.REFUSED
            reaction.save(update_fields=["status", *placing.DECIDED])
        if as_spam or teach_spam:
            _teach(reaction, as_spam=True)
    return reaction


def remove(
    reaction: Reaction, *, reason: str = "", ground: str | None = None, as_spam: bool = False, teach_spam: bool = False
) -> Reaction:
    """Take a published reaction away; a tombstone stays while a shown answer hangs below it."""
    with transaction.atomic():
        discussion = _lock(reaction, Status.PUBLISHED)
        _note_decision(reaction, ground=ground)
        placing.take_away(reaction, discussion, status=Status.SPAM if as_spam else Status.REMOVED, reason=reason)
        if as_spam or teach_spam:
            _teach(reaction, as_spam=True)
        else:
            spam.unlearn(reaction.pk)
    return reaction


def wait_again(reaction: Reaction) -> Reaction:
    """A decision is taken back, so it waits for another one; what stands on the page is hidden again."""
    if reaction.status == Status.PUBLISHED:
        with transaction.atomic():
            hold_again(reaction, because=reaction.held_because)
            spam.unlearn(reaction.pk)
        return reaction
    with transaction.atomic():
        discussion = _lock(reaction, Status.REFUSED, Status.SPAM, Status.REMOVED)
        _forget_decision(reaction)
        if reaction.thread_no is not None:
            placing.leave_away(reaction, discussion, status=Status.HELD, reason="")
        else:
            reaction.status = Status.HELD
            reaction.save(update_fields=["status", *placing.DECIDED])
        spam.unlearn(reaction.pk)
    return reaction


def confirm_as_seen(reaction: Reaction) -> Reaction:
    """Inside the caller's transaction: nobody changes it before the end. Raises AlreadyDecided."""
    _lock(reaction, *Status.values)
    return reaction


def withdraw(reaction: Reaction) -> Reaction:
    """Its writer takes it back, also while it waits. Cannot be undone."""
    with transaction.atomic():
        discussion = _lock(reaction, Status.PUBLISHED, Status.HELD)
        if reaction.is_held_again:
            placing.leave_away(reaction, discussion, status=Status.WITHDRAWN, reason="")
        elif reaction.status == Status.HELD:
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


def _lock_against_second(reaction: Reaction, client_keys: Sequence[str]) -> None:
    """Of two identical posts at once, and of two of the same client, one waits here for the other."""
    if connection.vendor == "postgresql":  # SQLite's transactions come one after another by themselves (IMMEDIATE)
        limited = client_keys[:1] if pace.is_limited() else []
        keys = sorted(_lock_number(key) for key in (reaction.form_key, reaction.fingerprint, *limited) if key)
        with connection.cursor() as cursor:
            for key in keys:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [key])


def _refuse_second(reaction: Reaction) -> None:
    """Raise AlreadyPosted for a second identical post."""
    first = Reaction.objects.filter(form_key=reaction.form_key).first() if reaction.form_key else None
    if first is None:
        same = Reaction.objects.filter(
            fingerprint=reaction.fingerprint, created_at__gt=reaction.created_at - SAME_WORDS
        )
        first = same.order_by("-pk").first()
    if first:
        raise AlreadyPosted(first)


def _refuse_in_pause(reaction: Reaction, answered: Reaction) -> None:
    seconds = pauses.seconds_to_wait(answered, client_key=reaction.client_key, now=reaction.created_at)
    if seconds:
        raise Paused(seconds)


def _refuse_hasty(client_keys: Sequence[str], *, now: datetime) -> None:
    """Raise TooMany for a client that posted as much as one may."""
    if wait := pace.wait_of_client(pace.of_client(client_keys, now=now), now=now):
        raise TooMany(wait)


def _open_discussion(article: Article, *, lock: bool = False) -> Discussion:
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


def _lock(reaction: Reaction, *decidable: str) -> Discussion:
    """Take the lock of its article and read the row again. Raises AlreadyDecided when its state or its words are not
    those that the caller saw, or its state is none of `decidable`."""
    seen, edited_at = reaction.status, reaction.edited_at
    discussion = placing.locked_discussion(reaction.article_id)
    reaction.refresh_from_db(from_queryset=Reaction.objects.select_related("article", "parent"))
    if reaction.status != seen or reaction.edited_at != edited_at or seen not in decidable:
        raise AlreadyDecided(reaction)
    return discussion


def _forget_decision(reaction: Reaction) -> None:
    reaction.decision_reason, reaction.decision_ground, reaction.decided_at = "", None, None


def _note_decision(reaction: Reaction, *, reason: str = "", ground: str | None = None) -> None:
    reaction.decision_reason, reaction.decision_ground, reaction.decided_at = reason, ground, timezone.now()


def _strictest(*modes: str) -> str:
    """Of the site's mode and the state of an article; "open" adds nothing."""
    return max((mode for mode in modes if mode in STRICTER), key=STRICTER.index)


def _is_known(reaction: Reaction) -> bool:
    """Was this name with this address published before? Without an address nobody is known."""
    by_reader = Reaction.objects.filter(reader_key=reaction.reader_key).exclude(reader_key="")
    return bool(reaction.reader_key) and by_reader.filter(name=reaction.name, status=Status.PUBLISHED).exists()


def _protected_names() -> list[str]:
    """What nobody else may sign with: the authors' names, and the staff's."""
    names = set(Author.objects.values_list("name", flat=True))
    for user in get_user_model().objects.filter(is_staff=True, is_active=True):
        names |= {user.get_full_name(), user.get_username()}
    return sorted(names - {""})


def reader_key(email: str) -> str:
    """What the reactions of one address have in common; "" for none. No address can be read from it."""
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
