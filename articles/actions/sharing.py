"""Links with which outsiders read an article that is not public yet (PROMISES P16)."""

import hashlib
import secrets
from datetime import timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from articles.models import Article, PreviewLink

TOKEN_BYTES = 24  # 192 random bits


@transaction.atomic
def make_preview_link(article: Article, *, days: int, by: User | None) -> str:
    """The token of a new link that works for so many days. It is kept nowhere, so show it now."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    expires_at = timezone.now() + timedelta(days=days)
    PreviewLink.objects.create(article=article, token_hash=hashed(token), made_by=by, expires_at=expires_at)
    return token


@transaction.atomic
def revoke_preview_link(link: PreviewLink) -> None:
    """Works no more from now on. May run twice."""
    PreviewLink.objects.filter(pk=link.pk).delete()


def article_shown_by(token: str) -> PreviewLink | None:
    """The link behind a token, with its article, as long as it works: only for what is not public *yet*."""
    links = PreviewLink.objects.select_related("article").filter(
        token_hash=hashed(token), expires_at__gt=timezone.now()
    )
    return links.exclude(article__status=Article.Status.WITHDRAWN).first()


def hashed(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
