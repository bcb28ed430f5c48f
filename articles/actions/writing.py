"""Writing: a save never overwrites what somebody else saved meanwhile, and every save is kept as a revision."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils import timezone

from articles import websub
from articles.actions.publishing import change_discussion, need_essentials, set_published, set_scheduled
from articles.actions.versions import Note, raise_version, raise_versions, record_revision
from articles.illustrating import lock_article, want_social_images
from articles.manuscript import Manuscript, authors_of, byline_of, finish, number, typed_fields
from articles.models import Article, Author, Byline, Discussion, FormerSlug, Revision, Section, WorkingCopy
from articles.slugs import free_slug, is_free, is_made_from

Status = Article.Status
# The version is raised in the database only: who holds an old row does not turn it back.
WRITTEN_BY_WORKER = ("social_image", "social_made_of", "social_made_at", "social_attempts", "social_try_at")
STORED = [
    field.name
    for field in Article._meta.concrete_fields
    if field.name not in ("id", "version", "translation", *WRITTEN_BY_WORKER)
]


class Step(StrEnum):
    """What a save may do at the same time."""

    PUBLISH = "publish"
    SCHEDULE = "schedule"


class Outdated(Exception):
    """Somebody saved since: `article` is how it stands now, with its version."""

    def __init__(self, article: Article) -> None:
        super().__init__(f"version {article.version} of article {article.pk}")
        self.article = article


class SavedMeanwhile(Exception):
    """The same editor saved in another window; what this one keeps would look newer than it is."""


class SlugTaken(Exception):
    """Another article has or had that address."""


class LanguageStays(Exception):
    """Readers reacted; what they see is in the article's language."""


class NoOwnLanguage(ValueError):
    """A translation is in another language."""


@transaction.atomic
def save_article(article: Article, *, authors: Sequence[Author] | None = None) -> Article:
    """Store the article with its finished HTML and minutes, and see that it has a discussion. May run twice.

    For who is alone with it: it asks nothing about versions and keeps no revision. Editors go through `edit_article`.
    `authors`: the byline in order; None: as it was, behind `article.author`. Pictures are found in the database: after
    adding one, save its article again.
    """
    if authors:
        article.author = authors[0]
    if article.pk is None:
        article.save()
    else:
        lock_article(article)  # no worker shows a finished picture between our look at the pictures and our writing
    _write_byline(article, authors)
    finish(article)
    article.save(update_fields=STORED)
    want_social_images(Article.objects.filter(pk=article.pk))
    Discussion.objects.get_or_create(article=article)
    raise_versions(article=article)
    if article.status == Status.PUBLISHED:
        websub.note_change(article)
    return article


@transaction.atomic
def create_article(*, title: str, section: Section, authors: Sequence[Author], language: str, by: User) -> Article:
    """A draft to write in."""
    draft = Article(title=title, slug=free_slug(title), section=section, language=language, author=authors[0])
    article = save_article(draft, authors=authors)
    record_revision(article, by=by, note=Note.CREATED)
    return article


@transaction.atomic
def save_in_admin(article: Article, *, by: User) -> Article:
    """Store it whatever others did meanwhile, as a revision: who has it open at the desk finds out when he saves."""
    raise_version(article)
    save_article(article)
    record_revision(article, by=by, note=Note.ADMIN)
    return article


def edit_article(
    article: Article,
    written: Manuscript,
    *,
    based_on: int,
    by: User,
    step: Step | None = None,
    at: datetime | None = None,
) -> Article:
    """Save what the editor page holds, on top of the version that the editor began from; and, at once, publish it or
    schedule it for `at`. His working copy goes: it is in the article now.

    Raises Outdated, SlugTaken, LanguageStays, NoOwnLanguage; and NotReady, MomentPassed, AlreadyPublic of the steps
    (NotReady also without one, for what readers see or are going to see). Nothing is stored then.
    """
    try:
        with transaction.atomic():
            return _edit(article, written, based_on=based_on, by=by, step=step, at=at)
    except IntegrityError as error:
        if not is_free(written.slug, article):
            raise SlugTaken from error  # two editors gave it away at the same moment
        raise


def _edit(
    article: Article, written: Manuscript, *, based_on: int, by: User, step: Step | None, at: datetime | None
) -> Article:
    article = _claim(article, based_on, written.translation)
    if written.language != article.language and article.reactions.exists():  # the rows of forum.reactions
        raise LanguageStays
    _move(article, written)
    if written.correction != article.correction:
        article.corrected_at = timezone.now() if written.correction else None
    for name in ("title", "lead", "body", "correction", "language", "section"):
        setattr(article, name, getattr(written, name))
    if article.status in (Status.PUBLISHED, Status.SCHEDULED):
        need_essentials(article)
    save_article(article, authors=written.authors)
    link_translation(article, written.translation, by=by)
    note = _take(step, article, at)
    change_discussion(
        article,
        state=written.reactions,
        closes_at=written.closes_at,
        close_after_days=written.close_after_days,
    )
    article.discussion.refresh_from_db()
    record_revision(article, by=by, note=note)
    drop_copy(article, by=by)
    return article


@transaction.atomic
def link_translation(article: Article, other: Article | None, *, by: User | None = None) -> None:
    """Both ways, and away from whom they pointed at before; None: they part. Raises NoOwnLanguage."""
    if other and other.language == article.language:
        raise NoOwnLanguage
    if other == article.translation:
        return
    left = {former.pk for former in (article.translation, other, other.translation if other else None) if former}
    others = list(Article.objects.select_related("discussion").filter(pk__in=left - {article.pk}))
    Article.objects.filter(pk__in=[article.pk, *left]).update(translation=None)
    article.translation = other
    if other:
        Article.objects.filter(pk=article.pk).update(translation=other)
        Article.objects.filter(pk=other.pk).update(translation=article)
    for changed in others:
        raise_version(changed)
        changed.refresh_from_db(fields=["translation"])
        record_revision(changed, by=by, note=Note.TRANSLATION)
        raise_versions(article=changed)
    raise_versions(article=article)


@transaction.atomic
def restore_revision(article: Article, revision_number: int, *, based_on: int, by: User) -> Article:
    """Headline, lead, text, correction, section and byline as they were then; a new revision.

    The address, the language, the translation and the reactions stay as they are. A section or an author that is gone
    since does too. Raises Outdated and NotReady.
    """
    fields = Revision.objects.get(article=article, number=revision_number).fields
    restored = replace(manuscript_of(article), **_restorable(fields))
    article = edit_article(article, restored, based_on=based_on, by=by)
    Revision.objects.filter(article=article, number=article.version).update(note=f"{Note.RESTORED} {revision_number}")
    return article


@transaction.atomic
def keep_copy(article: Article, typed: Mapping[str, Any], *, based_on: int, by: User) -> datetime | None:
    """Keep what an editor typed and did not save; since when it is kept. None: it is what was saved already.

    Never touches what readers see. Raises SavedMeanwhile.
    """
    since = Revision.objects.filter(article=article, number__gt=based_on, saved_by=by)
    if since.exists():
        raise SavedMeanwhile
    now = timezone.now()
    if based_on == article.version and _same(typed, typed_fields(article)):
        drop_copy(article, by=by)
        return None
    kept = {"fields": dict(typed), "based_on": based_on, "kept_at": now}
    WorkingCopy.objects.update_or_create(
        article=article, editor=by, defaults=kept, create_defaults=kept | {"began_at": now}
    )
    return now


@transaction.atomic
def drop_copy(article: Article, *, by: User) -> None:
    WorkingCopy.objects.filter(article=article, editor=by).delete()


def manuscript_of(article: Article) -> Manuscript:
    """As it is saved."""
    discussion = article.discussion
    return Manuscript(
        **{name: getattr(article, name) for name in ("title", "slug", "lead", "body", "correction", "language")},
        section=article.section,
        authors=[line.author for line in article.bylines.select_related("author")],
        translation=article.translation,
        reactions=discussion.state,
        closes_at=discussion.closes_at,
        close_after_days=discussion.close_after_days,
    )


def _claim(article: Article, based_on: int, translation: Article | None) -> Article:
    """Raise the version if it is still that one; the row, locked, with all that a save asks. Raises Outdated."""
    pks = [article.pk, *([translation.pk] if translation else [])]
    together = Article.objects.filter(Q(pk__in=pks) | Q(translation__in=pks)).order_by("pk")
    list(together.select_for_update().values_list("pk", flat=True))  # in one order: nobody waits in a circle
    mine = Article.objects.filter(pk=article.pk, version=based_on).update(version=F("version") + 1)
    rows = Article.objects.select_related("section", "author", "discussion", "translation")
    article = rows.get(pk=article.pk)
    if not mine:
        raise Outdated(article)
    if not article.revisions.exists():  # made before there were revisions: keep what is about to be overwritten
        Revision.objects.create(article=article, number=based_on, fields=typed_fields(article))
    return article


def _move(article: Article, written: Manuscript) -> None:
    """Give the article its address. What readers knew it by becomes a former one. Raises SlugTaken."""
    was_public = article.status in (Status.PUBLISHED, Status.WITHDRAWN)
    slug = written.slug
    follows = not was_public and slug == article.slug and is_made_from(article.title, slug)
    if not slug or (follows and written.title != article.title):
        slug = free_slug(written.title, article)
    if slug == article.slug:
        return
    if not is_free(slug, article):
        raise SlugTaken
    Article.objects.filter(pk=article.pk).update(slug=slug)  # waits for who else is giving it away
    if not is_free(slug, article):
        raise SlugTaken
    FormerSlug.objects.filter(article=article, slug=slug).delete()
    if was_public:
        FormerSlug.objects.create(article=article, slug=article.slug)
    article.slug = slug


def _take(step: Step | None, article: Article, at: datetime | None) -> str:
    match step:
        case Step.PUBLISH if article.status != Status.PUBLISHED:
            need_essentials(article)
            set_published(article)
            return Note.PUBLISHED
        case Step.SCHEDULE if at is not None:
            moved = article.published_at != at or article.status != Status.SCHEDULED
            set_scheduled(article, at=at)
            return Note.SCHEDULED if moved else ""
    return ""


def _restorable(fields: Mapping[str, Any]) -> dict[str, Any]:
    restored: dict[str, Any] = {name: fields[name] for name in ("title", "lead", "body", "correction")}
    if section := Section.objects.filter(pk=number(fields.get("section"))).first():
        restored["section"] = section
    if authors := authors_of(fields.get("authors", [])):
        restored["authors"] = authors
    return restored


def _same(typed: Mapping[str, Any], saved: Mapping[str, Any]) -> bool:
    return all(typed.get(name, value) == value for name, value in saved.items())


def _write_byline(article: Article, authors: Sequence[Author] | None) -> None:
    if authors is None:
        behind = (
            line.author for line in article.bylines.select_related("author") if line.author_id != article.author_id
        )
        authors = [article.author, *behind]
    article.byline = byline_of(authors)
    wanted = [(author.pk, position) for position, author in enumerate(authors)]
    if list(article.bylines.values_list("author_id", "position")) != wanted:
        article.bylines.all().delete()
        Byline.objects.bulk_create(Byline(article=article, author_id=pk, position=at) for pk, at in wanted)
