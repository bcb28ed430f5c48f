"""Who sits at the desk in the tests, with a login and a role."""

from itertools import count

from django.contrib.auth.models import Group, User

from articles.models import Author
from tests.factories import make_author

_number = count(1)


def make_staff(role: str, **fields: str) -> User:
    user = User.objects.create_user(f"{role}-{next(_number)}", is_staff=True, **fields)
    user.groups.add(Group.objects.get_or_create(name=role)[0])
    return user


def make_writer(name: str) -> Author:
    user = make_staff("author", email=f"{name.split()[0].lower()}@redactie.example")
    return make_author(name=name, user=user)
