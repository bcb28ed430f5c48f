"""What Django's admin asks about: what a role lets somebody do there. There are no rows for it; roles.py says it."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend

from forum.accounts.roles import Visitor, permissions_of


class RoleBackend(AuthenticationBackend):
    def has_perm(self, user_obj: Visitor, perm: str, obj: Any = None) -> bool:
        return perm in permissions_of(user_obj) or super().has_perm(user_obj, perm, obj)

    def has_module_perms(self, user_obj: Visitor, app_label: str) -> bool:
        within = any(name.startswith(f"{app_label}.") for name in permissions_of(user_obj))
        return within or super().has_module_perms(user_obj, app_label)
