"""All reactions, to look at. Decisions are taken at the desk for moderators (forum.moderation), and only there."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy as _

from forum.reactions.models import Reaction
from forum.spam.reasons import in_words
from forum.text import excerpt


class StateFilter(admin.SimpleListFilter):
    """One state at a time; without a choice, what waits."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> Iterable[tuple[str, Any]]:
        return Reaction.Status.choices

    def queryset(self, request: HttpRequest, queryset: QuerySet[Reaction]) -> QuerySet[Reaction]:
        return queryset.filter(status=self.state)

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        for state, label in self.lookup_choices:
            query = changelist.get_query_string({self.parameter_name: state})
            yield {"selected": state == self.state, "query_string": query, "display": label}

    @property
    def state(self) -> str:
        chosen = self.value()
        return chosen if chosen in Reaction.Status.values else Reaction.Status.HELD


@admin.register(Reaction)
class ReactionAdmin(admin.ModelAdmin):
    list_display = ("words", "name", "website", "article", "why", "created_at", "status")
    list_filter = (StateFilter,)
    list_select_related = ("article",)
    list_per_page = 50
    ordering = ("pk",)
    show_full_result_count = False
    fields = (
        *(
            "article",
            "parent",
            "name",
            "website",
            "body",
            "by_author",
            "by_editors",
            "is_question",
            "status",
            "why",
            "decision_reason",
        ),
        *("created_at", "published_at", "earlier"),
    )
    readonly_fields = fields

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Reaction | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Reaction | None = None) -> bool:
        return False  # a reaction is removed, not deleted: its place holds the answers below it

    def view_on_site(self, obj: Reaction) -> str | None:
        return obj.get_absolute_url() if obj.shown else None

    @admin.display(description=_("reaction"))
    def words(self, obj: Reaction) -> str:
        return excerpt(obj.body, 160)

    @admin.display(description=_("what it said before"))
    def earlier(self, obj: Reaction) -> str:
        rows = [
            (f"{timezone.localtime(one.until):%Y-%m-%d %H:%M}", one.website, one.body) for one in obj.editions.all()
        ]
        return format_html_join("", "<p>{} {}</p><pre>{}</pre>", rows) or "–"

    @admin.display(description=_("why it waits"))
    def why(self, obj: Reaction) -> str:
        return ", ".join(in_words(reason) for reason in obj.held_because) or "-"
