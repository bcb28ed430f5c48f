import pytest

from tests.factories import make_article
from tests.subscriptions.readers import SANNE, follow, live_consent

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("model", ["subscription", "consent"])
def test_staff_can_look_but_not_touch(admin_client, model):
    subscription = follow(make_article())
    row = subscription if model == "subscription" else live_consent(subscription)
    listed = admin_client.get(f"/admin/subscriptions/{model}/")
    shown = admin_client.get(f"/admin/subscriptions/{model}/{row.pk}/change/")
    assert listed.status_code == shown.status_code == 200
    for page in (listed, shown):
        assert SANNE.lower() not in page.content.decode().lower()
    assert row.token_hash not in shown.content.decode()
    assert admin_client.post(f"/admin/subscriptions/{model}/{row.pk}/change/", {"scope": "replies"}).status_code == 403
    assert admin_client.get(f"/admin/subscriptions/{model}/add/").status_code == 403
    assert admin_client.post(f"/admin/subscriptions/{model}/{row.pk}/delete/", {"post": "yes"}).status_code == 403
