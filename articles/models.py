"""What the editors make: sections, authors, articles, pictures; and the row that readers move, Discussion."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from articles.picture_rows import ArticleImage as ArticleImage


class Section(models.Model):
    name = models.CharField(_("name"), max_length=60)
    slug = models.SlugField(_("slug"), max_length=60, unique=True)
    description = models.CharField(_("one sentence"), max_length=240, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0, help_text=_("Order in the masthead."))

    class Meta:
        verbose_name = _("section")
        verbose_name_plural = _("sections")
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("section", args=[self.slug])


class Author(models.Model):
    """Somebody who writes articles. `user` ties the author to a login: who is logged in so answers with a badge."""

    name = models.CharField(_("name"), max_length=60)
    slug = models.SlugField(_("slug"), max_length=60, unique=True)
    bio = models.TextField(_("about the author"), max_length=1000, blank=True)
    website = models.URLField(_("website"), max_length=200, blank=True)
    may_publish = models.BooleanField(
        _("publishes own articles"), default=False, help_text=_("Otherwise an editor publishes them.")
    )
    mail_questions = models.BooleanField(
        _("mail about new questions"),
        default=True,
        help_text=_("At most one mail an hour, to the address of the login."),
    )
    photo = models.ImageField(_("photo"), upload_to="authors/", blank=True, editable=False)
    photo_alt = models.CharField(_("description of the photo"), max_length=300, blank=True)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        verbose_name=_("login"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="author",
    )

    class Meta:
        verbose_name = _("author")
        verbose_name_plural = _("authors")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("author", args=[self.slug])


class ArticleQuerySet(models.QuerySet["Article"]):
    def published(self, now: datetime | None = None) -> "ArticleQuerySet":
        return self.filter(status=Article.Status.PUBLISHED, published_at__lte=now or timezone.now())

    def newest_first(self) -> "ArticleQuerySet":
        return self.order_by("-published_at", "-pk")

    def with_byline(self) -> "ArticleQuerySet":
        """With all that a title in a list shows, in one query (its pictures take one more)."""
        return self.select_related("section", "author", "discussion")

    def with_translation(self) -> "ArticleQuerySet":
        """With where the same article stands in the other language, in the same query."""
        unread = ("body", "body_html", "lead", "correction", "byline")
        return self.select_related("translation").defer(*(f"translation__{name}" for name in unread))

    def with_picture(self) -> "ArticleQuerySet":
        """With the main picture, in one query more: `article.main_images`, a list of one or none."""
        return self.prefetch_related(
            models.Prefetch("images", ArticleImage.objects.shown().filter(number=1), "main_images")
        )


class Article(models.Model):
    """`version` is of what the editors write: every save raises it, and a save on top of another version is refused.

    `author` is the first of the byline, `bylines` hold all in order; `byline` is the finished list of them for pages,
    [["Noor Terbeek", "noor-terbeek"], …], kept by articles.actions. `translation` points both ways, nl <-> en.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SCHEDULED = "scheduled", _("Scheduled")  # the worker publishes it at published_at
        PUBLISHED = "published", _("Published")
        WITHDRAWN = "withdrawn", pgettext_lazy("article", "Withdrawn")

    title = models.CharField(_("headline"), max_length=160)
    slug = models.SlugField(_("slug"), max_length=100, unique=True)
    lead = models.TextField(_("lead"), max_length=600, blank=True)
    body = models.TextField(_("text"), help_text=_("Markdown. A line that starts with ## is a subhead."))
    body_html = models.TextField(editable=False, default="")  # made from body by articles.actions
    correction = models.CharField(_("correction"), max_length=500, blank=True)
    corrected_at = models.DateTimeField(_("corrected at"), null=True, blank=True)
    language = models.CharField(_("language"), max_length=2, choices=settings.LANGUAGES, default=settings.LANGUAGE_CODE)
    section = models.ForeignKey(Section, verbose_name=_("section"), on_delete=models.PROTECT, related_name="articles")
    author = models.ForeignKey(Author, verbose_name=_("author"), on_delete=models.PROTECT, related_name="articles")
    authors = models.ManyToManyField(Author, through="Byline", related_name="written")
    byline = models.JSONField(editable=False, default=list)
    translation = models.OneToOneField(
        "self", verbose_name=_("translation"), on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    # The picture for whoever shares the article: see articles.social, which alone writes these columns.
    social_image = models.CharField(max_length=200, blank=True, editable=False)  # name in storage
    social_made_of = models.CharField(
        max_length=64, default="", editable=False
    )  # tells whether it is still the right one
    social_made_at = models.DateTimeField(null=True, editable=False)
    social_attempts = models.PositiveSmallIntegerField(default=0, editable=False)
    social_try_at = models.DateTimeField(null=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    status = models.CharField(_("state"), max_length=10, choices=Status.choices, default=Status.DRAFT, editable=False)
    published_at = models.DateTimeField(_("published at"), null=True, blank=True, editable=False)
    announced_at = models.DateTimeField(null=True, editable=False)  # to who follows its authors or section, once ever
    minutes = models.PositiveSmallIntegerField(_("minutes of reading"), default=1, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    authors_in_order: "list[Author] | None" = None  # set by who fetched them along: articles.reading

    objects = ArticleQuerySet.as_manager()

    class Meta:
        verbose_name = _("article")
        verbose_name_plural = _("articles")
        indexes = [
            models.Index(fields=["status", "-published_at", "-id"], name="article_newest"),
            models.Index(fields=["section", "status", "-published_at", "-id"], name="article_newest_in_section"),
            models.Index(fields=["author", "status", "-published_at", "-id"], name="article_newest_by_author"),
            models.Index(fields=["published_at"], name="article_scheduled", condition=models.Q(status="scheduled")),
            models.Index(fields=["language", "status", "-published_at", "-id"], name="article_newest_in_language"),
            models.Index(fields=["-updated_at", "-id"], name="article_desk"),
            models.Index(
                fields=["published_at"],
                name="article_unannounced",
                condition=models.Q(status="published", announced_at=None),
            ),
            models.Index(fields=["id"], name="article_social_to_make", condition=models.Q(social_made_at__isnull=True)),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(status__in=["published", "scheduled"]) | models.Q(published_at__isnull=False),
                name="article_published_has_moment",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("article", args=[self.slug])

    @property
    def is_public(self) -> bool:
        return (
            self.status == self.Status.PUBLISHED
            and self.published_at is not None
            and self.published_at <= timezone.now()
        )

    @property
    def changed_at(self) -> datetime:
        """When what readers see last changed: it was published, saved or corrected."""
        return max(self.published_at, self.updated_at) if self.published_at else self.updated_at


class Byline(models.Model):
    """One author of an article; position 0 is also Article.author."""

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="bylines")
    author = models.ForeignKey(Author, verbose_name=_("author"), on_delete=models.PROTECT, related_name="bylines")
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("byline")
        verbose_name_plural = _("bylines")
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["article", "author"], name="byline_author_once"),
            models.UniqueConstraint(fields=["article", "position"], name="byline_position_once"),
        ]

    def __str__(self) -> str:
        return f"{self.position}: {self.author_id}"


class FormerSlug(models.Model):
    """An address that an article had; it leads to the one it has now."""

    slug = models.SlugField(max_length=100, unique=True)
    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="former_slugs")
    left_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("former address")
        verbose_name_plural = _("former addresses")

    def __str__(self) -> str:
        return self.slug


class FormerAddress(models.Model):
    """A slug that a section or an author had; it leads to the one it has now."""

    slug = models.SlugField(max_length=60)
    section = models.ForeignKey(Section, on_delete=models.CASCADE, null=True, related_name="former_addresses")
    author = models.ForeignKey(Author, on_delete=models.CASCADE, null=True, related_name="former_addresses")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["slug"], name=f"former_{kind}_address_once", condition=models.Q(**{f"{kind}__isnull": False})
            )
            for kind in ("section", "author")
        ]

    def __str__(self) -> str:
        return self.slug


class Revision(models.Model):
    """An article as it was saved, whole: `fields` holds what the editor page holds. Number 1, 2, 3 … within the article."""

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="revisions", db_index=False)
    number = models.PositiveIntegerField(_("number"))
    fields = models.JSONField()
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    saved_at = models.DateTimeField(_("saved at"), auto_now_add=True)
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = _("revision")
        verbose_name_plural = _("revisions")
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["article", "number"], name="revision_number_once")]

    def __str__(self) -> str:
        return f"{self.article_id}.{self.number}"


class WorkingCopy(models.Model):
    """What an editor typed and did not save yet, kept every few seconds; each editor has one of his own.

    `based_on` is the Article.version that he began from. Rows of others say who else is at work in this article.
    """

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="working_copies", db_index=False)
    editor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    based_on = models.PositiveIntegerField()
    fields = models.JSONField()
    began_at = models.DateTimeField()
    kept_at = models.DateTimeField()

    class Meta:
        verbose_name = _("working copy")
        verbose_name_plural = _("working copies")
        constraints = [models.UniqueConstraint(fields=["article", "editor"], name="working_copy_once_per_editor")]

    def __str__(self) -> str:
        return f"{self.article_id} by {self.editor_id}"


class PreviewLink(models.Model):
    """Lets who has the link read an article that is not public yet. The token itself is kept nowhere (PROMISES P16)."""

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="preview_links")
    token_hash = models.CharField(max_length=64, unique=True)  # SHA-256, hexadecimal
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(_("works until"))

    class Meta:
        verbose_name = _("preview link")
        verbose_name_plural = _("preview links")

    def __str__(self) -> str:
        return f"preview {self.pk}"


class StaticPage(models.Model):
    """A page of the house as the editors wrote it; without a row the text that came with the software is shown."""

    class Kind(models.TextChoices):
        HOUSE_RULES = "house-rules", _("House rules")
        PRIVACY = "privacy", _("Privacy")
        ACCESSIBILITY = "accessibility", _("Accessibility")
        ABOUT = "about", _("About us")
        CONTACT = "contact", _("Contact")

    kind = models.CharField(_("page"), max_length=13, choices=Kind.choices)
    language = models.CharField(_("language"), max_length=2, choices=settings.LANGUAGES)
    title = models.CharField(_("title"), max_length=120)
    body = models.TextField(_("text"))
    body_html = models.TextField(editable=False, default="")
    version = models.PositiveIntegerField(default=1, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("page of the house")
        verbose_name_plural = _("pages of the house")
        constraints = [models.UniqueConstraint(fields=["kind", "language"], name="static_page_once_per_language")]

    def __str__(self) -> str:
        return f"{self.kind} ({self.language})"


class HubPing(models.Model):
    """A feed of which the WebSub hub is told that it changed: one row per feed, written with the change, sent by the worker.

    `due_at` is None when there is nothing to tell.
    """

    topic = models.CharField(max_length=200, unique=True)  # path of the feed
    due_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["due_at"], name="hub_ping_due", condition=models.Q(due_at__isnull=False))]

    def __str__(self) -> str:
        return self.topic


class DiscussionQuerySet(models.QuerySet["Discussion"]):
    def talked_about_since(self, moment: datetime) -> "DiscussionQuerySet":
        """Of public articles that somebody reacted to since then; with most reactions first."""
        return (
            self.filter(last_reaction_at__gte=moment, visible__gt=0)
            .filter(article__status=Article.Status.PUBLISHED, article__published_at__lte=timezone.now())
            .select_related("article")
            .order_by("-visible", "-last_reaction_at")
        )


class Discussion(models.Model):
    """What readers move under an article, in a row of its own, so that editors and readers never wait for each other.

    Locked by whoever publishes or hides a reaction. `version` rises in every transaction that changes what the
    article's page shows. `skyline` holds two characters per shown reaction, at most 120 houses: see articles.skyline.
    """

    class State(models.TextChoices):
        OPEN = "open", _("open")
        FIRST = "first", _("read first-timers before they are shown")
        BEFORE = "before", _("read everything before it is shown")
        CLOSED = "closed", _("closed")

    article = models.OneToOneField(Article, on_delete=models.CASCADE, primary_key=True, related_name="discussion")
    version = models.PositiveBigIntegerField(default=1, editable=False)
    last_thread_no = models.PositiveIntegerField(default=0, editable=False)
    visible = models.PositiveIntegerField(_("visible reactions"), default=0, editable=False)
    state = models.CharField(_("reactions"), max_length=6, choices=State.choices, default=State.OPEN)
    closes_at = models.DateTimeField(_("closes at"), null=True, blank=True)
    close_after_days = models.PositiveSmallIntegerField(
        _("closes after so many days"), null=True, blank=True, help_text=_("Counted from the publication.")
    )
    # Published reactions that ask the author something, and how many of them an author answered.
    questions = models.PositiveIntegerField(default=0, editable=False)
    answered = models.PositiveIntegerField(default=0, editable=False)
    last_reaction_at = models.DateTimeField(null=True, editable=False)
    skyline = models.CharField(max_length=240, default="", blank=True, editable=False)

    objects = DiscussionQuerySet.as_manager()

    class Meta:
        verbose_name = _("discussion")
        verbose_name_plural = _("discussions")
        indexes = [models.Index(fields=["-last_reaction_at"], name="discussion_latest")]

    def __str__(self) -> str:
        return f"{self.article_id}: {self.visible}"

    @property
    def is_open(self) -> bool:
        if self.state == self.State.CLOSED:
            return False
        return self.closes_at is None or self.closes_at > timezone.now()
