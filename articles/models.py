"""What the editors make: sections, authors, articles, pictures; and the row that readers move, Discussion."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


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
    def published(self) -> "ArticleQuerySet":
        return self.filter(status=Article.Status.PUBLISHED, published_at__lte=timezone.now())

    def newest_first(self) -> "ArticleQuerySet":
        return self.order_by("-published_at", "-pk")

    def with_byline(self) -> "ArticleQuerySet":
        """With all that a title in a list shows, in one query (its pictures take one more)."""
        return self.select_related("section", "author", "discussion")

    def with_picture(self) -> "ArticleQuerySet":
        """With the main picture, in one query more: `article.main_images`, a list of one or none."""
        return self.prefetch_related(
            models.Prefetch("images", ArticleImage.objects.filter(number=1).exclude(renditions=[]), "main_images")
        )


class Article(models.Model):
    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
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
    status = models.CharField(_("state"), max_length=10, choices=Status.choices, default=Status.DRAFT, editable=False)
    published_at = models.DateTimeField(_("published at"), null=True, blank=True, editable=False)
    minutes = models.PositiveSmallIntegerField(_("minutes of reading"), default=1, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = ArticleQuerySet.as_manager()

    class Meta:
        verbose_name = _("article")
        verbose_name_plural = _("articles")
        indexes = [
            models.Index(fields=["status", "-published_at", "-id"], name="article_newest"),
            models.Index(fields=["section", "status", "-published_at", "-id"], name="article_newest_in_section"),
            models.Index(fields=["author", "status", "-published_at", "-id"], name="article_newest_by_author"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(status="published") | models.Q(published_at__isnull=False),
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


class ArticleImage(models.Model):
    """A picture of an article. Number 1 is the main picture; the text shows number n where it says `![](image:n)`.

    `renditions` lists what articles.images made, smallest first:
    [{"width": 640, "height": 360, "avif": "articles/…-640.avif", "jpeg": "articles/…-640.jpg"}, …],
    the names relative to MEDIA_ROOT.
    """

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="images")
    number = models.PositiveSmallIntegerField(_("number"), default=1)
    original = models.ImageField(_("picture"), upload_to="originals/", max_length=200)
    alt = models.CharField(_("description for who cannot see it"), max_length=500, blank=True)
    decorative = models.BooleanField(_("only decoration"), default=False)
    caption = models.CharField(_("caption"), max_length=300, blank=True)
    credit = models.CharField(_("made by"), max_length=100, blank=True)
    width = models.PositiveIntegerField(editable=False, default=0)  # pixels of the largest rendition
    height = models.PositiveIntegerField(editable=False, default=0)
    renditions = models.JSONField(editable=False, default=list)

    class Meta:
        verbose_name = _("picture")
        verbose_name_plural = _("pictures")
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["article", "number"], name="image_number_once_per_article"),
            models.CheckConstraint(
                condition=models.Q(decorative=True) | ~models.Q(alt=""), name="image_described_or_decorative"
            ),
        ]

    def __str__(self) -> str:
        return self.alt or str(self.number)


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
