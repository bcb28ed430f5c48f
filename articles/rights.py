"""Who may do what with one article. General rights: forum.accounts.roles."""

from articles.models import Article, ArticleQuerySet
from forum.accounts.roles import Ability, Visitor, able


def is_own(user: Visitor, article: Article) -> bool:
    return article.bylines.filter(author__user=user.pk).exists()


def may_edit(user: Visitor, article: Article) -> bool:
    """Authors write in their own articles until these are public; afterwards only who may publish them himself."""
    if able(user, Ability.EDIT_ANY):
        return True
    if not able(user, Ability.WRITE) or not is_own(user, article):
        return False
    return article.status == Article.Status.DRAFT or _publishes_own(user)


def may_publish(user: Visitor, article: Article) -> bool:
    """Also: schedule, withdraw, hand out a preview link."""
    return able(user, Ability.PUBLISH) or (able(user, Ability.WRITE) and _publishes_own(user) and is_own(user, article))


def visible_to(user: Visitor, articles: ArticleQuerySet) -> ArticleQuerySet:
    """Of these articles, the ones that the desk shows to this user."""
    return articles if able(user, Ability.EDIT_ANY) else articles.filter(bylines__author__user=user.pk)


def _publishes_own(user: Visitor) -> bool:
    author = getattr(user, "author", None)
    return author is not None and author.may_publish
