"""The moderators' plain queue. It only reads; every decision is an action."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from forum.reactions import actions
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


class DecisionForm(ActionForm):
    reason = forms.CharField(
        label=_("Reason"), max_length=200, required=False, help_text=_("Readers see it when you remove a reaction.")
    )


def one_line(typed: str) -> str:
    return " ".join(typed.split())[:200]


@admin.register(Reaction)
class ReactionAdmin(admin.ModelAdmin):
    action_form = DecisionForm
    actions = ("publish", "refuse", "call_spam", "remove", "restore")
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

    def has_delete_permission(self, request: HttpRequest, obj: Reaction | None = None) -> bool:
        return False  # a reaction is removed, not deleted: its place holds the answers below it

    def save_model(self, request: HttpRequest, obj: Reaction, form: forms.ModelForm, change: bool) -> None:
        """Nothing on this page can be changed."""

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        without_buttons = {"show_save": False, "show_save_and_continue": False, **(extra_context or {})}
        return super().change_view(request, object_id, form_url, without_buttons)

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

    @admin.action(description=_("Publish"), permissions=["change"])
    def publish(self, request: HttpRequest, queryset: QuerySet[Reaction]) -> None:
        self._decide(request, queryset, actions.approve)

    @admin.action(description=_("Refuse"), permissions=["change"])
    def refuse(self, request: HttpRequest, queryset: QuerySet[Reaction]) -> None:
        reason = one_line(request.POST.get("reason", ""))
        self._decide(request, queryset, lambda reaction: actions.refuse(reaction, reason=reason))

    @admin.action(description=_("Refuse as spam"), permissions=["change"])
    def call_spam(self, request: HttpRequest, queryset: QuerySet[Reaction]) -> None:
        self._decide(request, queryset, lambda reaction: actions.refuse(reaction, as_spam=True))

    @admin.action(description=_("Remove from the page"), permissions=["change"])
    def remove(self, request: HttpRequest, queryset: QuerySet[Reaction]) -> None:
        reason = one_line(request.POST.get("reason", ""))
        self._decide(request, queryset, lambda reaction: actions.remove(reaction, reason=reason))

    @admin.action(description=_("Put back on the page"), permissions=["change"])
    def restore(self, request: HttpRequest, queryset: QuerySet[Reaction]) -> None:
        self._decide(request, queryset, actions.restore)

    def _decide(self, request: HttpRequest, chosen: QuerySet[Reaction], action: Callable[[Reaction], Any]) -> None:
        """In order of posting, so that a thread which waited is published as it was written."""
        decided = 0
        for reaction in chosen.order_by("pk"):
            try:
                action(reaction)
                decided += 1
            except actions.AlreadyDecided as error:
                state = error.reaction.get_status_display()
                sentence = gettext("The reaction by %(name)s cannot be changed this way: it is %(state)s.")
                self.message_user(request, sentence % {"name": reaction.name, "state": state}, messages.WARNING)
        if decided:
            sentence = ngettext("%(count)s reaction decided.", "%(count)s reactions decided.", decided)
            self.message_user(request, sentence % {"count": decided})
