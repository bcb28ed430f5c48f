"""Questions to the author and their answers: what belongs together, and what is counted. Under the lock of placing.py.

What an author says below a question belongs to the nearest question above it, for good. A question is answered by the
first published reaction that belongs to it. So every count follows from how the rows stand, not from what came when.
See docs/decisions/0013-questions.md.
"""

from articles.models import Discussion
from forum.reactions import rendering
from forum.reactions.models import Reaction


def question_above(reaction: Reaction) -> Reaction | None:
    """What an author's reaction belongs to, once it has its numbers; None for readers and where nobody asked."""
    if not reaction.by_author or reaction.parent_id is None:
        return None
    asked = Reaction.objects.filter(article=reaction.article_id, thread_no=reaction.thread_no, is_question=True)
    # Below 32 levels the path no longer names the parent.
    above = asked.filter(reply_no__in=reaction.numbers_above) | asked.filter(pk=reaction.parent_id)
    return above.order_by("-reply_no").first()


def count_in(reaction: Reaction, discussion: Discussion) -> None:
    """It was published, or put back."""
    if reaction.is_question:
        discussion.questions += 1
        discussion.answered += reaction.answered_by_id is not None
    _settle(reaction, discussion)


def count_out(reaction: Reaction, discussion: Discussion) -> None:
    """It was taken away."""
    if reaction.is_question:
        discussion.questions -= 1
        discussion.answered -= reaction.answered_by_id is not None
    _settle(reaction, discussion)


def _settle(reaction: Reaction, discussion: Discussion) -> None:
    """Let the question to which an author's reaction belongs name its first published answer, also on the page."""
    if reaction.answers_id is None:
        return
    question = Reaction.objects.select_related("article", "parent").get(pk=reaction.answers_id)
    published = Reaction.objects.filter(answers=question, status=Reaction.Status.PUBLISHED)
    first = published.order_by("reply_no").values_list("pk", flat=True).first()
    if first == question.answered_by_id:
        return
    if question.status == Reaction.Status.PUBLISHED:
        discussion.answered += (first is not None) - (question.answered_by_id is not None)
    question.answered_by_id = first
    question.html, question.html_version = rendering.part(question), rendering.HTML_VERSION
    question.save(update_fields=["answered_by", "html", "html_version"])
