"""Pictures in a store that speaks S3: moto's server, on this machine, asked over HTTP as any other."""

import urllib.request
from datetime import timedelta
from urllib.error import HTTPError

import boto3
import pytest
from django.contrib.auth import get_user_model
from django.core.files.storage import default_storage
from django.utils import timezone
from moto.server import ThreadedMotoServer

from articles import illustrating, social, storage
from articles.actions import save_author
from articles.images import social_address
from articles.models import ArticleImage
from articles.sweeping import Sweeper
from forum.mediastore import media_store
from tests.articles.pictures import picture_bytes, source_of, upload
from tests.factories import make_article, make_author
from tests.mailserver import free_port

pytestmark = [pytest.mark.django_db, pytest.mark.filterwarnings("ignore::DeprecationWarning")]
BUCKET = "luisterkamer"


@pytest.fixture(scope="module")
def server():
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def bucket(server, settings):
    """An empty bucket, and the site set up for it."""
    _, port = server.get_host_and_port()
    store = media_store(f"s3+http://key:secret@127.0.0.1:{port}/{BUCKET}?acl=public-read")
    settings.STORAGES = {**settings.STORAGES, **store.storages}
    s3 = boto3.resource(
        "s3",
        endpoint_url=f"http://127.0.0.1:{port}",
        aws_access_key_id="key",
        aws_secret_access_key="secret",
        region_name="us-east-1",
    )
    bucket = s3.create_bucket(Bucket=BUCKET)
    yield bucket
    bucket.objects.delete()


@pytest.fixture
def server_away(settings):
    store = media_store(f"s3+http://key:secret@127.0.0.1:{free_port()}/{BUCKET}")
    settings.STORAGES = {**settings.STORAGES, **store.storages}


@pytest.fixture
def editor(client):
    client.force_login(get_user_model().objects.create_superuser("karim"))
    return client


def names(bucket) -> set[str]:
    return {one.key for one in bucket.objects.all()}


def readable_by_everybody(bucket, key: str) -> bool:
    grants = bucket.Object(key).Acl().grants
    return any(grant["Grantee"].get("URI", "").endswith("AllUsers") for grant in grants)


def test_a_picture_goes_to_the_store_and_pages_show_it_from_there(
    bucket, client, editor, django_capture_on_commit_callbacks
):
    article = make_article()
    answer = editor.post(f"/desk/articles/{article.pk}/pictures/", {"pictures": upload(picture_bytes())})
    assert answer.status_code == 302
    image = ArticleImage.objects.get()
    assert names(bucket) == {f"private/{image.original.name}"}

    assert illustrating.make_due() == social.make_due() == 1
    image.refresh_from_db()
    article.refresh_from_db()
    made = {f"public/{part[kind]}" for part in image.renditions + image.crops for kind in ("avif", "jpeg")}
    made.add(f"public/{article.social_image}")
    assert names(bucket) == {f"private/{image.original.name}", *made}
    assert all(readable_by_everybody(bucket, name) for name in made)
    assert not readable_by_everybody(bucket, f"private/{image.original.name}")

    html = client.get(article.get_absolute_url()).content.decode()
    address = default_storage.url(image.renditions[-1]["avif"])
    assert address.startswith("http://127.0.0.1:") and "?" not in address and address in html
    assert "private/" not in html and "secret" not in html
    assert social_address(article).endswith(article.social_image)
    with urllib.request.urlopen(address) as picture:
        assert picture.headers["Content-Type"] == "image/avif"
        assert picture.headers["Cache-Control"] == "public, max-age=31536000, immutable"

    with django_capture_on_commit_callbacks(execute=True):
        illustrating.delete_image(image)
    assert names(bucket) == {f"public/{article.social_image}"}
    with pytest.raises(HTTPError):
        urllib.request.urlopen(address)


def test_a_portrait_goes_there_too(bucket):
    from io import BytesIO

    author = save_author(make_author(), portrait=BytesIO(picture_bytes(size=(300, 300))))
    assert names(bucket) == {f"public/{author.photo.name}"}


def test_files_of_nobody_are_swept_there_too(bucket, time_machine):
    kept = illustrating.add_image(make_article(), source_of(picture_bytes(size=(60, 40))))
    lonely = storage.write(storage.random_name("articles", "999-") + "-640.jpg", b"jpeg")
    assert Sweeper().sweep() == 0
    time_machine.move_to(timezone.now() + timedelta(days=2), tick=True)
    assert Sweeper().sweep() == 1
    assert names(bucket) == {f"private/{kept.original.name}"} and lonely not in names(bucket)


def test_a_store_that_is_away_costs_a_sentence_and_nothing_is_stored(server_away, editor):
    article = make_article()
    address = f"/desk/articles/{article.pk}/pictures/"
    fields = {"pictures": upload(picture_bytes(size=(60, 40)), "brug.jpg")}
    answer = editor.post(address, fields)
    assert answer.status_code == 503
    assert "brug.jpg" in answer.content.decode() and "geeft geen antwoord" in answer.content.decode()
    fields = {"pictures": upload(picture_bytes(size=(60, 40)), "brug.jpg")}
    said = editor.post(address, fields, headers={"Accept": "application/json"})
    assert said.status_code == 503 and said.json()["refused"][0]["again"] is True
    assert not ArticleImage.objects.exists()


def test_a_store_that_goes_away_later_makes_the_worker_wait(bucket, settings):
    illustrating.add_image(make_article(), source_of(picture_bytes(size=(60, 40))))
    here = settings.STORAGES
    store = media_store(f"s3+http://key:secret@127.0.0.1:{free_port()}/{BUCKET}")
    settings.STORAGES = {**here, **store.storages}
    assert illustrating.make_due() == 1 and illustrating.make_due() == 0
    settings.STORAGES = here
    assert ArticleImage.objects.get().made_at is None
    ArticleImage.objects.update(try_at=timezone.now() - timedelta(seconds=1))
    assert illustrating.make_due() == 1 and ArticleImage.objects.get().made_at


def test_the_setting_is_read_whole():
    store = media_store("s3://k:a%2Fb%3D@s3.example.org:9000/pics?region=eu-west-1&public=https://cdn.example.org/x/")
    shown, hidden = store.storages["default"]["OPTIONS"], store.storages["private"]["OPTIONS"]
    assert store.origin == "https://cdn.example.org"
    assert (shown["secret_key"], shown["endpoint_url"], shown["region_name"]) == (
        "a/b=",
        "https://s3.example.org:9000",
        "eu-west-1",
    )
    assert (shown["location"], hidden["location"]) == ("public", "private")
    assert (shown["default_acl"], hidden["default_acl"]) == (None, None)
    assert "custom_domain" not in hidden  # whoever asks for an address of it gets a signed one, for an hour


def test_no_complaint_about_the_setting_says_the_secret():
    for address in ("s3://key:hunter2@host/bucket/x", "s4://key:hunter2@host/b", "s3://key:hunter2@host/b?acl=x"):
        with pytest.raises(ValueError) as complaint:
            media_store(address)
        assert "hunter2" not in str(complaint.value)
