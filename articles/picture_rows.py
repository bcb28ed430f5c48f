"""The rows of pictures; articles.models brings them to the others."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from articles.storage import private_storage

MAX_ATTEMPTS = 5  # at making a picture; then an editor has to look


class ArticleImageQuerySet(models.QuerySet["ArticleImage"]):
    def shown(self) -> "ArticleImageQuerySet":
        """What readers see: the picture, or its place while it is being made; not what could not be made."""
        return self.filter(width__gt=0).exclude(renditions=[], attempts__gte=MAX_ATTEMPTS)

    def to_make(self) -> "ArticleImageQuerySet":
        """No worker has it at this moment, and it is worth another try."""
        later = models.Q(try_at__gt=Now())
        return self.filter(made_at=None, attempts__lt=MAX_ATTEMPTS).exclude(later).order_by("pk")

    def undescribed(self) -> "ArticleImageQuerySet":
        return self.filter(alt="", decorative=False)


class ArticleImage(models.Model):
    """A picture of an article. Number 1 is the main picture; the text shows number n where it says `![](image:n)`.

    The focal point (per cent from the left, from the top) stays in sight wherever the picture is cut. `colour`
    ("#rrggbb") fills its place until the worker has made the renditions (`made_at`; None: they are to be made, again).
    `original` is no upload, but what articles.images kept of it; readers cannot get at it.

    `renditions` lists what was made of the whole picture, smallest first:
    [{"width": 640, "height": 360, "avif": "articles/…-640.avif", "jpeg": "articles/…-640.jpg"}, …],
    the names as the storage knows them. `crops` lists in the same way what was cut to 4:3 for lists.
    """

    article = models.ForeignKey("articles.Article", on_delete=models.CASCADE, related_name="images")
    number = models.PositiveSmallIntegerField(_("number"), default=1)
    original = models.FileField(_("picture"), upload_to="originals/", storage=private_storage, max_length=200)
    alt = models.CharField(_("description for who cannot see it"), max_length=500, blank=True)
    decorative = models.BooleanField(_("only decoration"), default=False)
    caption = models.CharField(_("caption"), max_length=300, blank=True)
    credit = models.CharField(_("made by"), max_length=100, blank=True)
    focal_x = models.PositiveSmallIntegerField(_("focal point, from the left"), default=50)
    focal_y = models.PositiveSmallIntegerField(_("focal point, from the top"), default=50)
    colour = models.CharField(max_length=7, editable=False, default="")
    made_at = models.DateTimeField(null=True, editable=False)
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)
    try_at = models.DateTimeField(null=True, editable=False)  # until then a worker has it, or waits to try again
    width = models.PositiveIntegerField(editable=False, default=0)  # pixels of the largest rendition, made or not
    height = models.PositiveIntegerField(editable=False, default=0)
    renditions = models.JSONField(editable=False, default=list)
    crops = models.JSONField(editable=False, default=list)

    objects = ArticleImageQuerySet.as_manager()

    class Meta:
        verbose_name = _("picture")
        verbose_name_plural = _("pictures")
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["article", "number"], name="image_number_once_per_article"),
            models.CheckConstraint(
                condition=models.Q(focal_x__lte=100, focal_y__lte=100), name="image_focal_point_inside"
            ),
        ]
        indexes = [models.Index(fields=["id"], name="image_to_make", condition=models.Q(made_at__isnull=True))]

    def __str__(self) -> str:
        return self.alt or str(self.number)

    @property
    def is_given_up(self) -> bool:
        return self.made_at is None and self.attempts >= MAX_ATTEMPTS

    @property
    def is_undescribed(self) -> bool:
        return not self.alt and not self.decorative
