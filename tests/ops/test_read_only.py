"""A database that can only be read: everything is read, nothing is lost, and every page says so."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest
from django.contrib.auth import get_user_model
from django.db import connection, connections

from forum import readonly
from forum.pagecache import FinishedPages
from tests.factories import make_article
from tests.pagecache.visit import ask, keeper

pytestmark = pytest.mark.django_db(transaction=True)
SAYS = "niets worden opgeslagen"
POST = {"name": "Sanne Kuipers", "body": "Dit wil ik niet kwijt."}
OURS = {"sec-fetch-site": "same-origin"}
# Linux lets nobody write it, not even root.
NOBODY_WRITES = "/proc/sys/kernel/ostype"


@pytest.fixture
def read_only(engine, monkeypatch) -> Iterator[Callable[[], AbstractContextManager[None]]]:
    @contextmanager
    def frozen() -> Iterator[None]:
        try:
            with monkeypatch.context() as patch:
                if engine == "sqlite":
                    _say("PRAGMA query_only = 1")
                    patch.setitem(connection.settings_dict, "NAME", NOBODY_WRITES)
                    patch.setattr(
                        connections["default"], "close_at", None
                    )  # an old one would be closed, and not open again
                else:
                    _say(f"ALTER DATABASE {connection.settings_dict['NAME']} SET default_transaction_read_only = on")
                    _connect_anew()
                yield
        finally:
            if engine == "sqlite":
                _say("PRAGMA query_only = 0")
            else:
                _say("SET default_transaction_read_only = off")
                _say(f"ALTER DATABASE {connection.settings_dict['NAME']} RESET default_transaction_read_only")
                _connect_anew()
            readonly.forget()  # five seconds later

    yield frozen
    readonly.forget()


def _say(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def _connect_anew() -> None:
    connection.close()
    if connection.vendor == "postgresql":
        connection.close_pool()


def test_readers_are_told_and_what_they_typed_comes_back(client, settings, read_only):
    settings.MODERATION = "after"
    page = make_article(slug="stil").get_absolute_url()
    with read_only():
        for path in (page, "/", "/articles/", f"{page}react/", "/search/?q=stil"):
            answer = client.get(path)
            assert (answer.status_code, SAYS in answer.content.decode()) == (200, True), path
        refused = client.post(f"{page}reactions/", POST, headers=OURS)
        words = refused.content.decode()
        assert refused.status_code == 503 and SAYS in words and all(typed in words for typed in POST.values())
        client.raise_request_exception = False
        other = client.post(f"{page}follow/", {"email": "sanne@lezers.example"}, headers=OURS)
        assert (other.status_code, SAYS in other.content.decode()) == (503, True)
    assert SAYS not in client.get(page).content.decode()
    assert client.post(f"{page}reactions/", POST, headers=OURS).status_code == 303


def test_the_staff_and_who_watches_the_site_are_told(client, read_only):
    client.force_login(get_user_model().objects.create_superuser("karim", "", "een lang wachtwoord"))
    paths = ("/desk/", "/moderation/", "/admin/")
    assert not any(SAYS in client.get(path).content.decode() for path in paths)
    with read_only():
        assert all(SAYS in client.get(path).content.decode() for path in paths)
        ready = client.get("/readyz")
        assert (ready.status_code, ready.json()["database"]) == (503, "can only be read")
    assert client.get("/readyz").json()["database"] == "ok"


@pytest.fixture
def pages() -> Iterator[FinishedPages]:
    kept = keeper()
    yield kept
    kept.versions.close()


def test_a_kept_page_says_it_meanwhile_and_no_longer(pages, read_only):
    path = make_article(slug="stil").get_absolute_url()
    before = ask(pages, path).plain
    with read_only():
        assert SAYS in ask(pages, f"{path}react/").plain.decode()  # made for one reader; the others hear it from him
        during = [ask(pages, path).plain for _ in range(2)]
        assert during[0] == during[1] and SAYS in during[0].decode()
        assert pages.counts["made"] == 2
    assert ask(pages, path).plain == before and SAYS not in before.decode()
    assert pages.counts["made"] == 2


def test_it_costs_no_question(client, django_assert_num_queries, read_only):
    with read_only():
        client.get("/healthz")
        with django_assert_num_queries(0):
            assert readonly.is_read_only()
    with django_assert_num_queries(0):
        assert not readonly.is_read_only()
