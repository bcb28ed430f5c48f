"""Puts the demo in place through the actions that people use. A second run adds nothing and repairs what is missing."""

import secrets
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Permission, User
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import F, Max
from django.utils import timezone

from articles.actions import publish_article, save_article, save_author, save_image, save_section
from articles.models import Article, ArticleImage, Author, Discussion, Section
from forum.ops.demo import contents
from forum.ops.demo.contents import Planned
from forum.reactions.actions import ReactionError, approve, post_reaction, remove
from forum.reactions.models import Reaction
from forum.reactions.rendering import remake_parts

PICTURES = contents.FOLDER / "pictures"
LOGINS = "demo-login.txt"  # in the data folder, one "name password" a line
CREDIT = "Illustratie: Luisterkamer"
DAY_BEGINS = 9  # o'clock; before it, the newest words of the demo still belong to yesterday
SECONDS_OF_A_ROBOT = 1.0  # a form filled in that fast waits for the editors in every mode


@dataclass
class Made:
    """What this run added."""

    articles: int = 0
    pictures: int = 0
    reactions: int = 0
    logins: list[str] = field(default_factory=list)


def build(now: datetime) -> Made:
    made = Made()
    with transaction.atomic():
        _make_login("redactie", made, is_superuser=True)
        for section in enumerate(contents.people()["sections"]):
            _make_section(*section)
        for author in contents.people()["authors"]:
            _make_author(author, made)
    anchor = _anchor(now)
    made_articles = [(_make_article(fields, anchor, made), fields) for fields in contents.articles()]
    with transaction.atomic():  # hundreds of posts, one wait for the disk
        _hold_conversations(made_articles, anchor, made)
    return made


def _anchor(now: datetime) -> date:
    """The day that all others are counted back from: today, or what it was when the first article was made."""
    for fields in contents.articles():
        article = Article.objects.filter(slug=fields["slug"], published_at__isnull=False).first()
        if article and article.published_at:
            days = int(fields["published"].split()[0])
            return timezone.localtime(article.published_at).date() + timedelta(days=days)
    local = timezone.localtime(now)
    return local.date() if local.hour >= DAY_BEGINS else local.date() - timedelta(days=1)


def _make_login(name: str, made: Made, *, is_superuser: bool = False) -> User:
    if user := User.objects.filter(username=name).first():
        return user
    password = secrets.token_urlsafe(12)
    user = User(username=name, is_staff=True, is_superuser=is_superuser)
    user.set_password(password)
    user.save()
    if not is_superuser:
        user.user_permissions.set(
            Permission.objects.filter(content_type__app_label__in=["articles", "reactions", "spam"])
        )
    _write_down(name, password)
    made.logins.append(name)
    return user


def _write_down(name: str, password: str) -> None:
    file = settings.DATA_DIR / LOGINS
    file.touch(mode=0o600)
    others = [line for line in file.read_text().splitlines() if line.split()[:1] != [name]]
    file.write_text("\n".join([*others, f"{name} {password}", ""]))


def _make_section(position: int, fields: dict[str, Any]) -> None:
    if not Section.objects.filter(slug=fields["slug"]).exists():
        save_section(Section(position=position, **fields))


def _make_author(fields: dict[str, Any], made: Made) -> None:
    author = Author.objects.filter(slug=fields["slug"]).first()
    if author and author.photo.name and default_storage.exists(author.photo.name):
        return
    if author is None:
        author = Author(slug=fields["slug"], name=fields["name"], bio=fields["bio"], website=fields.get("website", ""))
        author.photo_alt = fields["portrait_alt"]
        if "login" in fields:
            author.user = _make_login(fields["login"], made)
    with (PICTURES / fields["portrait"]).open("rb") as portrait:
        save_author(author, portrait=portrait)


@transaction.atomic
def _make_article(fields: dict[str, Any], anchor: date, made: Made) -> Article:
    article = Article.objects.filter(slug=fields["slug"]).first()
    new = article is None
    if article is None:
        article = save_article(
            Article(
                slug=fields["slug"],
                title=fields["title"],
                lead=fields["lead"],
                body=fields["body"],
                language=fields.get("language", "nl"),
                correction=fields.get("correction", ""),
                corrected_at=contents.moment(fields["corrected"], anchor) if "corrected" in fields else None,
                section=Section.objects.get(slug=fields["section"]),
                author=Author.objects.get(slug=fields["author"]),
            )
        )
        made.articles += 1
    drawn = [_make_picture(article, number, picture) for number, picture in enumerate(fields["pictures"], start=1)]
    if any(drawn):
        article = save_article(article)
        made.pictures += sum(drawn)
    if new:
        publish_article(article, at=contents.moment(fields["published"], anchor))
    return article


def _make_picture(article: Article, number: int, fields: dict[str, Any]) -> bool:
    image = ArticleImage.objects.filter(article=article, number=number).first()
    if image and image.renditions:
        files = [part[kind] for part in image.renditions for kind in ("avif", "jpeg")]
        if all(default_storage.exists(file) for file in files):
            return False
    if image is None:
        credit = fields.get("credit", CREDIT)
        image = ArticleImage(
            article=article, number=number, alt=fields["alt"], caption=fields["caption"], credit=credit
        )
    with (PICTURES / fields["file"]).open("rb") as original:
        image.original = File(original, name=fields["file"])
        save_image(image)
    return True


def _hold_conversations(articles: list[tuple[Article, dict[str, Any]]], anchor: date, made: Made) -> None:
    """Everything is said in the order of its moments, over all articles, as it would have been."""
    planned: list[tuple[Planned, Article]] = []
    for article, fields in articles:
        if "thread" in fields and article.is_public and article.published_at:
            thread = contents.thread(fields["thread"], published=article.published_at, anchor=anchor)
            planned += [(one, article) for one in thread]
    demo = Reaction.objects.filter(form_key__startswith="luisterkamer-demo-").values_list("form_key", "pk")
    known = {key: pk for key, pk in demo if key is not None}
    said: list[tuple[Planned, Reaction]] = []
    for one, article in sorted(planned, key=lambda pair: pair[0].at):
        if one.key not in known and (reaction := _say(one, article, known)):
            known[one.key] = reaction.pk
            said.append((one, reaction))
    _set_back(said)
    for one, reaction in said:
        if one.removed:
            remove(reaction, reason=one.removed)
    made.reactions = len(said)


def _say(one: Planned, article: Article, known: dict[str, int]) -> Reaction | None:
    """None when it cannot be said any more, because what it answers was taken away or the discussion is closed."""
    try:
        reaction = post_reaction(
            article,
            name=one.name,
            website=one.website,
            body=one.body,
            parent_id=known.get(one.parent.key, 0) if one.parent else None,
            form_key=one.key,
            by_author=one.name == article.author.name,
            seconds_open=SECONDS_OF_A_ROBOT if one.waiting else None,
        )
    except ReactionError:
        return None
    if reaction.status == Reaction.Status.HELD and not one.waiting:
        reaction = approve(reaction)
    return reaction


def _set_back(said: list[tuple[Planned, Reaction]]) -> None:
    """To the moments of the plan; nobody is mailed about what was said before the site began."""
    for one, reaction in said:
        published = reaction.status == Reaction.Status.PUBLISHED
        moments = {"created_at": one.at, "published_at": one.at if published else None}
        Reaction.objects.filter(pk=reaction.pk).update(**moments, announced_at=one.at if published else None)
    written = Reaction.objects.filter(pk__in=[reaction.pk for _, reaction in said], thread_no__isnull=False)
    remake_parts(written.select_related("article", "parent"))
    for discussion in Discussion.objects.filter(article__reactions__in=written).distinct():
        last = Reaction.objects.filter(article=discussion.pk, shown=True).aggregate(at=Max("published_at"))["at"]
        Discussion.objects.filter(pk=discussion.pk).update(last_reaction_at=last, version=F("version") + 1)
