"""The moderators' list of what they want to see first."""

from django.contrib import admin

from forum.spam.models import BlockedTerm


@admin.register(BlockedTerm)
class BlockedTermAdmin(admin.ModelAdmin):
    """A form's check also fills what the term is compared by (BlockedTerm.clean)."""

    list_display = ("term", "note", "added_at")
    search_fields = ("term", "note")
    fields = ("term", "note")
    list_per_page = 100
