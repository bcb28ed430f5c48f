"""What becomes of a picture after it was uploaded: the worker makes it, and pages show it by themselves."""

import json
import os
import re
import subprocess
import sys
from datetime import timedelta
from io import BytesIO

import pytest
from django.conf import settings
from django.core.files.storage import default_storage
from django.utils import timezone
from PIL import Image

from articles import illustrating, social, storage
from articles.actions import save_article, save_section
from articles.images import social_address, undescribed
from articles.models import Article, ArticleImage, Discussion
from articles.picture_rows import MAX_ATTEMPTS
from articles.sweeping import Sweeper
from tests.articles.pictures import make_image, picture_bytes, source_of
from tests.factories import make_article
from tests.subscriptions.processes import shared_database

pytestmark = pytest.mark.django_db
TEXT = "Begin.\n\n![](image:2)\n\nEind."


def version_of(article: Article) -> int:
    return Discussion.objects.get(article=article).version


def drawn_half(left: str, right: str, size: tuple[int, int] = (1600, 600)) -> bytes:
    picture = Image.new("RGB", size, left)
    picture.paste(right, (size[0] // 2, 0, *size))
    out = BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def pixel(name: str) -> tuple[int, ...]:
    with default_storage.open(name) as file:
        picture = Image.open(BytesIO(file.read())).convert("RGB")
    return picture.getpixel((picture.width // 2, picture.height // 2))


def test_until_a_picture_is_made_its_place_is_as_large_as_it_will_be(client, django_assert_max_num_queries):
    article = make_article(body=TEXT)
    for _ in range(2):
        image = illustrating.add_image(
            article, source_of(picture_bytes(size=(2000, 1000), colour="#336699")), alt="Zee."
        )
    assert (image.number, image.width, image.height, image.renditions) == (2, 1600, 800, [])
    with django_assert_max_num_queries(6):
        html = client.get(article.get_absolute_url()).content.decode()
    places = re.findall(r'<svg class="place" viewBox="0 0 1600 800" width="1600" height="800" role="img"', html)
    assert len(places) == 2 and "<img" not in html and 'style="' not in html
    assert re.search(r'<rect width="100%" height="100%" fill="#3[234][67][67][89ab]', html)

    before = version_of(article)
    assert illustrating.make_due() == illustrating.make_due() == 1
    assert illustrating.make_due() == 0
    assert version_of(article) == before + 2
    html = client.get(article.get_absolute_url()).content.decode()
    assert 'class="place"' not in html and html.count('width="1600" height="800"') == 2


def test_lists_show_a_picture_cut_around_its_focal_point(client):
    article = make_article()
    image = make_image(drawn_half("#ff0000", "#0000ff"), article=article, focal_x=0, alt="Twee helften.")
    assert [(crop["width"], crop["height"]) for crop in image.crops] == [(160, 120), (320, 240), (480, 360)]
    red, _, blue = pixel(image.crops[0]["jpeg"])
    assert red > 200 and blue < 60
    html = client.get("/articles/").content.decode()
    assert image.crops[0]["avif"] in html and 'width="160" height="120"' in html

    image.focal_x = 100
    illustrating.save_image(image)
    assert illustrating.make_due() == 1
    image.refresh_from_db()
    red, _, blue = pixel(image.crops[0]["jpeg"])
    assert blue > 200 and red < 60


def test_words_about_a_picture_change_the_page_and_make_nothing_again():
    article = make_article(body=TEXT)
    image = make_image(picture_bytes(size=(300, 200)), article=article, number=2)
    before, made = version_of(article), image.renditions
    image.alt = "Nu met een brug."
    illustrating.save_image(image)
    article.refresh_from_db()
    assert "Nu met een brug." in article.body_html and version_of(article) == before + 1
    assert illustrating.make_due() == 0
    assert ArticleImage.objects.get().renditions == made


def test_what_was_changed_while_it_was_made_is_not_overwritten():
    image = make_image(picture_bytes(size=(300, 200)), made=False)
    slow = ArticleImage.objects.get()
    illustrating.save_image(image, source=source_of(picture_bytes(size=(200, 300))))
    assert illustrating.make_image(slow) is False
    image.refresh_from_db()
    assert (image.renditions, image.height) == ([], 300)
    assert not default_storage.listdir("articles")[1]
    assert illustrating.make_due() == 1


def test_an_editor_who_saves_at_that_moment_keeps_the_finished_picture():
    article = make_article(body=TEXT)
    image = make_image(picture_bytes(size=(300, 200)), article=article, number=2, made=False)
    stale = Article.objects.get()
    illustrating.make_image(image)
    social.make_due()
    shared = Article.objects.get().social_image
    stale.title = "Een andere kop"
    save_article(stale)
    article.refresh_from_db()
    assert "<img" in article.body_html and article.title == "Een andere kop"
    assert article.social_image == shared != ""


def test_of_two_workers_one_makes_it_and_a_dead_one_is_succeeded_after_its_lease():
    image = make_image(picture_bytes(size=(300, 200)), made=False)
    assert illustrating._claimed() == image
    assert illustrating._claimed() is None
    ArticleImage.objects.update(try_at=timezone.now() - timedelta(seconds=1))
    assert illustrating.make_due() == 1
    assert ArticleImage.objects.get().made_at


def test_what_cannot_be_made_is_given_up_and_tried_again_on_request(client):
    article = make_article()
    image = make_image(picture_bytes(size=(700, 200)), article=article, made=False, alt="Zee.")
    storage.delete([image.original.name], storage=storage.private_storage())
    for _ in range(MAX_ATTEMPTS):
        assert 'class="place"' in client.get(article.get_absolute_url()).content.decode()
        assert illustrating.make_due() == 1
        assert illustrating.make_due() == 0  # it waits
        ArticleImage.objects.update(try_at=timezone.now() - timedelta(seconds=1))
    assert illustrating.make_due() == 0
    assert ArticleImage.objects.get().is_given_up
    assert 'class="place"' not in client.get(article.get_absolute_url()).content.decode()
    illustrating.try_again(image)
    assert illustrating.make_due() == 1


def test_two_pictures_change_places():
    article = make_article()
    _first, second = (make_image(picture_bytes(size=(9, 9)), article=article, number=n, alt=str(n)) for n in (1, 2))
    illustrating.renumber_image(second, number=1)
    assert list(article.images.values_list("number", "alt")) == [(1, "2"), (2, "1")]
    illustrating.renumber_image(second, number=7)
    assert list(article.images.values_list("number", "alt")) == [(2, "1"), (7, "2")]


def test_pictures_neither_described_nor_decoration_are_named():
    article = make_article()
    kinds = ({"alt": ""}, {"alt": "", "decorative": True}, {"alt": "Zee."})
    for number, fields in enumerate(kinds, start=1):
        make_image(picture_bytes(size=(9, 9)), article=article, number=number, made=False, **fields)
    assert [image.number for image in undescribed(article)] == [1]


def test_a_shared_article_shows_its_main_picture_and_else_its_title():
    article = make_article(title="Ğüneş boven Łódź 日", status=Article.Status.SCHEDULED)
    assert social_address(article) == ""
    assert social.make_due() == 1 and social.make_due() == 0
    article.refresh_from_db()
    address = social_address(article)
    assert address.startswith(settings.SITE_URL + "/media/articles/s") and address.endswith(".jpg")
    with default_storage.open(article.social_image) as file:
        drawn = file.read()
    assert Image.open(BytesIO(drawn)).size == (1200, 630) and len(drawn) <= social.MAX_BYTES

    title_image = article.social_image
    image = make_image(drawn_half("#ff0000", "#0000ff", (2400, 630)), article=article, focal_x=100, made=False)
    assert social.make_due() == 1
    article.refresh_from_db()
    assert article.social_image != title_image
    red, _, blue = pixel(article.social_image)
    assert blue > 200 and red < 60

    main_image, before = article.social_image, version_of(article)
    save_article(article)
    assert social.make_due() == 1
    article.refresh_from_db()
    assert article.social_image == main_image  # nothing that it shows has changed
    assert version_of(article) == before + 1
    illustrating.delete_image(image)
    article.section.name = "Een andere naam"
    save_section(article.section)
    assert social.make_due() == 1
    article.refresh_from_db()
    assert article.social_image != main_image and version_of(article) == before + 4


def test_a_draft_gets_no_picture_for_sharing():
    make_article(status=Article.Status.DRAFT)
    assert social.make_due() == 0


@pytest.mark.parametrize(
    "title", ["私たちの静かな時間", "مدينة هادئة", "W" * 160, "\u202e\u0000x", "😀" * 40, "a " * 80]
)
def test_a_title_in_any_script_makes_a_picture(title):
    article = make_article()
    article.title, article.section.name = title, title[:60]
    assert Image.open(BytesIO(social.drawn(article))).size == social.SIZE


def aged(name: str, store=default_storage) -> str:
    long_ago = (timezone.now() - timedelta(days=2)).timestamp()
    os.utime(store.path(name), (long_ago, long_ago))
    return name


def test_files_of_nobody_are_swept_after_a_day_and_no_others():
    image = make_image(picture_bytes(size=(700, 500)))
    article = image.article
    social.make_due()
    article.refresh_from_db()
    private = storage.private_storage()
    ours = [part[kind] for part in image.renditions + image.crops for kind in ("avif", "jpeg")]
    kept = [aged(name) for name in (*ours, image.original.name, article.social_image)]
    made = source_of(picture_bytes(size=(9, 9))).content
    strange = aged(default_storage.save("articles/not-ours.jpg", BytesIO(made)))
    young = [
        storage.write(storage.random_name("articles", f"{image.pk}-") + "-640.jpg", made),
        storage.write(storage.random_name("originals") + ".jpg", made, storage=private),
    ]
    lonely = [
        aged(storage.write(storage.random_name("articles", "99999-") + "-640.avif", made)),
        aged(storage.write(storage.random_name("articles", f"{image.pk}-") + "-c160.jpg", made)),
        aged(storage.write(storage.random_name("articles", f"s{article.pk}-") + ".jpg", made)),
        aged(storage.write(storage.random_name("originals") + ".jpg", made, storage=private), private),
        aged(storage.write(storage.random_name("authors") + ".jpg", made)),
    ]
    sweeper = Sweeper()
    assert sum(sweeper.sweep(names_at_once=5) for _ in range(6)) == len(lonely)
    assert not any(default_storage.exists(name) for name in lonely)
    assert all(default_storage.exists(name) for name in (*kept, strange, *young))


def test_nothing_is_swept_when_it_is_the_rows_that_are_gone():
    image = make_image(picture_bytes(size=(1700, 500)))
    names = [aged(part[kind]) for part in image.renditions for kind in ("avif", "jpeg")]
    ArticleImage.objects.all().delete()
    Sweeper().sweep()
    assert all(default_storage.exists(name) for name in names)


KILLED = """
import os, signal, sys
import django
django.setup()
from articles import illustrating, images, storage
from articles.models import Article
written = []
write = storage.write
def write_and_die(*args, **kwargs):
    written.append(write(*args, **kwargs))
    if len(written) == int(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)
    return written[-1]
storage.write = write_and_die
if sys.argv[1] == "upload":
    illustrating.add_image(Article.objects.get(), images.develop(open(sys.argv[3], "rb")))
else:
    illustrating.make_due()
"""


LOOK = """
import json
import django
django.setup()
from datetime import timedelta
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone
from articles import illustrating
from articles.models import Article, ArticleImage
address = Article.objects.get().get_absolute_url()
def page():
    return Client(headers={"host": "127.0.0.1"}).get(address).content.decode()
def files():
    return [name for image in ArticleImage.objects.all() for name in (image.original.name, *illustrating.images.files_of(image))]
found = {"lost": [name for name in files() if not default_storage.exists(name)], "rows": len(ArticleImage.objects.all())}
found["sources"] = len(default_storage.listdir("originals")[1])
found["shown"] = ["class=\\"place\\"" in page(), "<img" in page()]
ArticleImage.objects.update(try_at=timezone.now() - timedelta(seconds=1))  # the lease of the dead one is over
found["made"] = illustrating.make_due()
found["shown later"] = ["class=\\"place\\"" in page(), "<img" in page()]
print(json.dumps(found))
"""


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("what", "after"), [("upload", 1), ("make", 1), ("make", 3), ("make", 99)])
def test_a_process_killed_at_any_moment_leaves_no_row_without_its_files(what, after, tmp_path, settings):
    article = make_article(body="![](image:1)", discussion={"state": "closed"})
    file = tmp_path / "upload"
    file.write_bytes(picture_bytes(size=(700, 500)))
    if what == "make":
        illustrating.add_image(article, source_of(file.read_bytes()), alt="Zee.")
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.articles.site_settings",
        "DATABASE_URL": shared_database(tmp_path),
        "MEDIA": str(settings.MEDIA_ROOT),
        "DATA_DIR": str(tmp_path),
    }

    def run(*words: str) -> subprocess.CompletedProcess[bytes]:
        whole = [sys.executable, "-c", *words]
        return subprocess.run(whole, cwd=settings.BASE_DIR, env=environment, capture_output=True, timeout=60)

    died = run(KILLED, what, str(after), str(file))
    assert died.returncode == (0 if after == 99 else -9), died.stderr.decode()
    looked = run(LOOK)
    assert looked.returncode == 0, looked.stderr.decode()
    found = json.loads(looked.stdout)
    assert found["lost"] == [] and found["sources"] == 1
    place, picture = [True, False], [False, True]
    if what == "upload":  # of the file that is there no row knows: it is swept after a day
        assert (found["rows"], found["shown"], found["made"]) == (0, [False, False], 0)
    elif after == 99:
        assert (found["rows"], found["shown"], found["made"]) == (1, picture, 0)
    else:
        assert (found["rows"], found["shown"], found["made"], found["shown later"]) == (1, place, 1, picture)
