from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email

from forum.accounts.actions import forget_devices, make_administrator
from forum.outbox.letterhead import link


class Command(BaseCommand):
    help = "Makes the first administrator, or an administrator of who logs in with this address already."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name")
        parser.add_argument("email")
        parser.add_argument(
            "--forget-devices", action="store_true", help="remove passkeys and app, when they were lost with the codes"
        )

    def handle(self, *args: Any, name: str, email: str, **options: Any) -> None:
        try:
            validate_email(email)
        except ValidationError:
            raise CommandError(f"“{email}” is no e-mail address.") from None
        user, is_new = make_administrator(name=name, email=email)
        if options["forget_devices"] and forget_devices(user, by=None):
            self.stdout.write("Passkeys, app and recovery codes are removed.")
        self.stdout.write(f"{user.first_name} {'is now' if is_new else 'was already, and stays,'} an administrator.")
        self.stdout.write(f"To log in: open {link('account_login')} and type {user.email}; a code comes by mail.")
