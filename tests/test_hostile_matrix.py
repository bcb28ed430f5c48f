"""P10 and P05: what strangers and editors write, through every place that shows it. Each page is parsed as a whole."""

import json
import re
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from functools import cache
from html.parser import HTMLParser
from itertools import islice
from urllib.parse import urlsplit

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from articles.actions import save_article
from articles.models import Article, Author
from forum.cleaning import Refused, clean_body, clean_name, clean_website
from forum.moderation.statement import last_statement
from forum.outbox.envelope import compose
from forum.outbox.models import OutgoingMail
from forum.reactions import rendering
from forum.reactions.actions import approve
from forum.reactions.mails import build_news
from forum.reactions.models import Reaction
from forum.reactions.notify import announce_due
from forum.webaddress import count_links
from tests import hostile
from tests.factories import make_article, make_author, make_section
from tests.reactions.talk import say
from tests.subscriptions.readers import follow

pytestmark = pytest.mark.django_db

MAX_BODY = 5000
HEADERS = {"Sec-Fetch-Site": "same-origin"}
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
# What our own templates are made of; nothing else may be on any page.
PAGE = {
    *(
        "html",
        "head",
        "meta",
        "title",
        "link",
        "body",
        "main",
        "header",
        "footer",
        "nav",
        "section",
        "article",
        "aside",
    ),
    *("div", "p", "br", "span", "a", "h1", "h2", "h3", "h4", "h5", "h6", "ol", "ul", "li", "dl", "dt", "dd", "bdi"),
    *("time", "em", "strong", "b", "i", "small", "blockquote", "figure", "figcaption", "picture", "source", "img"),
    *("hr", "pre", "form", "fieldset", "legend", "label", "input", "textarea", "select", "option", "button", "script"),
    *("table", "caption", "colgroup", "col", "thead", "tbody", "tfoot", "tr", "th", "td", "svg", "path", "rect", "g"),
    *("details", "summary", "abbr", "search", "q", "style", "optgroup", "kbd", "use", "symbol", "output"),
    *("mark", "progress", "ins", "del", "code"),
}
READERS_WORDS = {"p": set(), "br": set(), "blockquote": set(), "mark": set(), "a": {"href", "rel"}}
EDITORS_WORDS = {
    **{tag: set() for tag in ("p", "br", "em", "strong", "ul", "li", "h2", "h3", "hr", "blockquote", "figcaption")},
    "a": {"href", "title"},
    "ol": {"start"},
    "div": {"class"},
    "figure": {"class"},
}
LINKS = ("href", "xlink:href", "src", "action", "formaction", "data-hx-post", "poster", "cite", "background")
NAMELY = re.compile(r"[a-z][a-z0-9-]*|(xmlns|xlink):[a-z]+", re.ASCII)


class Whole(HTMLParser):
    """A page as a tree of (tag, attributes, tags around it with their classes); text by where it stands."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.around: list[tuple[str, str]] = []
        self.elements: list[tuple[str, dict[str, str], list[tuple[str, str]]]] = []
        self.text: list[tuple[str, list[tuple[str, str]]]] = []
        self.odd: list[str] = []
        self.feed(source)
        self.close()

    def handle_starttag(self, tag, attrs):
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), (tag, attrs)
        found = {name: value or "" for name, value in attrs}
        self.elements.append((tag, found, list(self.around)))
        if tag not in VOID:
            self.around.append((tag, found.get("class", "")))

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.around.pop()

    def handle_endtag(self, tag):
        assert self.around and self.around[-1][0] == tag, (tag, self.around)
        self.around.pop()

    def handle_data(self, data):
        self.text.append((data, list(self.around)))

    def handle_comment(self, data):
        self.odd.append(data)

    handle_pi = unknown_decl = handle_comment


def is_within(around: list[tuple[str, str]], name: str) -> bool:
    return any(name in classes.split() for _, classes in around)


def check_page(source: str, *, staff: bool = False, mail: bool = False) -> Whole:
    """Well formed, of our elements only; no handler, no code but our files; links of ours or http(s); parts as allowed."""
    page = Whole(source)
    assert not page.around, page.around
    assert not page.odd or staff or mail, page.odd
    for tag, attributes, around in page.elements:
        assert tag in PAGE, (tag, attributes)
        assert all(NAMELY.fullmatch(name) for name in attributes), (tag, attributes)
        assert not any(name.startswith("on") or name == "srcdoc" for name in attributes), attributes
        assert mail or "style" not in attributes, (tag, attributes)
        assert tag != "style" or mail
        if tag == "script":
            assert re.fullmatch(r"/(static|admin)/[\w./-]+", attributes.get("src", "")) or (
                (staff and attributes.get("type") == "application/json")
                or attributes == {"type": "application/ld+json"}
            ), attributes
        if tag == "meta":
            assert "http-equiv" not in attributes or mail, attributes
        for name in LINKS:
            if name in attributes:
                check_link(tag, attributes[name], mail=mail)
        if is_within(around, "words"):
            assert tag in READERS_WORDS and (mail or set(attributes) <= READERS_WORDS[tag]), (tag, attributes)
            if tag == "a":
                assert attributes["rel"] == "ugc nofollow noopener"
                assert urlsplit(attributes["href"]).scheme in ("http", "https")
        elif is_within(around, "prose"):
            assert tag in EDITORS_WORDS and set(attributes) <= EDITORS_WORDS[tag], (tag, attributes)
        assert not any(outer == "bdi" for outer, _ in around), (tag, attributes)
        assert tag != "a" or "site" not in attributes.get("class", "").split() or attributes["href"].startswith("http")
    for text, around in page.text:
        if around and around[-1][0] == "script" and not staff and text.strip():  # data that nothing can run or end
            assert not set(text) & set("<>&\u2028\u2029") and json.loads(text)["@context"] == "https://schema.org"
    return page


def check_link(tag: str, link: str, *, mail: bool) -> None:
    if re.match(r"[^/?#]*:", link):
        assert re.match(r"https?://[^/\s\\]" + ("|mailto:" if tag == "a" else ""), link, re.IGNORECASE), (tag, link)
    else:
        assert not mail and re.match(r"(/(?![/\\])|#|\?|$|\.\./|[\w%-]+/)", link), (tag, link)


def assert_names_come_first(page: Whole) -> int:
    """In every reaction the name and then the website stand before the words. Returns how many reactions there were."""
    order = [
        kind
        for _, attributes, around in page.elements
        for kind in ({"p-name", "site", "e-content", "h-cite"} & set(attributes.get("class", "").split()))
        if kind in ("h-cite", "site") or is_within(around, "h-cite")
    ]
    reactions = re.findall(r"h-cite [^h]*", " ".join(order) + " ")
    for one in reactions:
        assert one.split() in (["h-cite", "p-name", "e-content"], ["h-cite", "p-name", "site", "e-content"]), one
    return len(reactions)


def accepted(clean, payloads, **options):
    for payload in payloads:
        try:
            yield clean(payload, **options)
        except Refused:
            continue


@cache
def bodies() -> list[str]:
    """Every payload and string that the form takes, as many in one reaction as the limits allow."""
    made, parts, chars, lines, links = [], [], 0, 0, 0
    for words in accepted(clean_body, (*hostile.markup(), *hostile.STRINGS, *hostile.UNITS), max_chars=MAX_BODY):
        size, rows, urls = len(words) + 3, words.count("\n") + 3, count_links(words)
        if parts and (chars + size > 4900 or lines + rows > 190 or links + urls > 19):
            made.append("\n\n".join(parts))
            parts, chars, lines, links = [], 0, 0, 0
        parts.append(words)
        chars, lines, links = chars + size, lines + rows, links + urls
    made.append("\n\n".join(parts))
    return list(accepted(clean_body, made, max_chars=MAX_BODY))


@cache
def names() -> list[str]:
    return list(accepted(clean_name, (*hostile.markup(), *hostile.STRINGS)))


@cache
def websites() -> list[str]:
    return [website for website in accepted(clean_website, (*hostile.markup(), *hostile.STRINGS)) if website]


@pytest.fixture
def published(settings):
    settings.MODERATION = "after"
    settings.MAX_BODY_CHARS = MAX_BODY


@pytest.fixture
def hostile_talk(published) -> Article:
    """Readers' part of the matrix: all that the form takes, in one long article with one follower and some answers."""
    article = make_article(title="</title><script>alert(1)</script>", lead="\" onload='alert(1)")
    follow(article, "volger@voorbeeld.example")
    signed, places = names(), websites()
    last = None
    for n, body in enumerate(bodies()):
        name = signed[n * (len(signed) // 400) % len(signed)]
        parent = last if n % 3 and n % 60 else None
        last = say(article, body, name=name, website=places[n % len(places)] if n % 2 else "", to=parent)
        if last.status == Reaction.Status.HELD:  # for its many links
            approve(last)
    return article


def walk(client: Client, start: str, inside: str) -> list[Whole]:
    """The page and all later ones, by the links that readers have; then the whole conversations they lead to."""
    seen, todo, pages = set(), [start], []
    while todo:
        path = todo.pop()
        if path in seen:
            continue
        seen.add(path)
        answer = client.get(path)
        assert answer.status_code == 200, path
        page = check_page(answer.text)
        pages.append(page)
        for tag, attributes, _ in page.elements:
            link = attributes.get("href", "").partition("#")[0]
            link = urlsplit(path)._replace(query=link[1:]).geturl() if link.startswith("?") else link
            if tag == "a" and link.startswith(inside) and ("after=" in link or "/conversations/" in link):
                todo.append(link)
    return pages


def test_p10_readers_text_on_every_page_that_shows_it(hostile_talk, client):
    total = Reaction.objects.filter(status="published").count()
    assert total > 250
    url = hostile_talk.get_absolute_url()
    for order in ("oldest", "newest"):
        pages = walk(client, f"{url}?order={order}", url)
        assert sum(assert_names_come_first(page) for page in pages) >= total
    for path in ("/", "/reactions/", "/search/?q=alert", "/search/?q=script&kind=reactions&order=newest"):
        check_page(client.get(path).text)
    for pk in Reaction.objects.values_list("pk", flat=True)[::15]:
        to = client.get(f"/reactions/{pk}/")
        page = client.get(to["Location"].partition("#")[0]).text
        assert f'id="reaction-{pk}"' in page
        answer = client.get(f"{url}react/?parent={pk}")
        assert answer.status_code == 200
        check_page(answer.text)


def test_p10_readers_text_on_the_pages_of_staff(hostile_talk, admin_client):
    Reaction.objects.filter(pk__in=Reaction.objects.values_list("pk", flat=True)[::4]).update(status="held")
    for state, page in (("published", 1), ("published", 2), ("held", 1), ("removed", 1)):
        answer = admin_client.get(f"/admin/reactions/reaction/?state={state}&p={page}")
        assert answer.status_code == 200
        check_page(answer.text, staff=True)
    for pk in Reaction.objects.values_list("pk", flat=True)[::12]:
        check_page(admin_client.get(f"/admin/reactions/reaction/{pk}/change/").text, staff=True)
    Reaction.objects.filter(status="published").update(is_question=True)
    for path in ("", f"{Reaction.objects.filter(status='published').latest('pk').pk}/"):
        check_page(admin_client.get(f"/desk/questions/{path}").text, staff=True)
    for path in ("", "reported/", "search/?q=a", "decisions/"):
        check_page(admin_client.get(f"/moderation/{path}").text, staff=True)
    held = list(Reaction.objects.filter(status="held").values_list("pk", flat=True)[:6])
    for pk, payload in zip(held, list(hostile.markup())[:: 9000 // 6], strict=False):
        check_page(admin_client.get(f"/moderation/reactions/{pk}/").text, staff=True)
        fields = {"do": "refuse", "ground": "attack", "note": payload[:2000], "seen": "held 0"}
        answer = admin_client.post(f"/moderation/reactions/{pk}/", fields, headers=HEADERS)
        assert answer.status_code == 303
        check_page(admin_client.get(f"/moderation/reactions/{pk}/").text, staff=True)
        check_page(admin_client.get(last_statement(pk).address).text)
    check_page(admin_client.get("/moderation/decisions/").text, staff=True)


def parts_of(message: EmailMessage) -> tuple[str, str]:
    return message.get_body(("plain",)).get_content(), message.get_body(("html",)).get_content()


def test_p10_readers_text_in_both_halves_of_the_mails_and_in_the_local_mailbox(
    hostile_talk, client, settings, tmp_path
):
    while announce_due():
        pass
    rows = list(OutgoingMail.objects.filter(kind="reaction").order_by("pk"))
    assert len(rows) == Reaction.objects.count()
    other = make_article(title="Iets anders\r\nBcc: x@y.example")
    follow(other, "volger@voorbeeld.example")
    say(other, name="<b>x</b>")
    announce_due()
    digest = [*rows[:40], *OutgoingMail.objects.filter(kind="reaction").order_by("-pk")[:1]]
    expected = None
    for some in (rows[:1], *(rows[n : n + 20] for n in range(0, len(rows), 20)), digest):
        letter = build_news(some)
        sent = compose(letter, to="volger@voorbeeld.example", message_id=letter.message_id, now=timezone.now())
        message = message_from_bytes(sent, _class=EmailMessage, policy=default)
        expected = expected or sorted(message.keys())
        assert sorted(message.keys()) == expected and "Bcc" not in message
        plain, html = parts_of(message)
        check_page(html, mail=True)
        assert "\x00" not in plain and "\x1b" not in plain
        if len(some) == 1:
            first = Reaction.objects.get(pk=some[0].event_id)
            assert plain.index(first.name) < plain.index(first.body.split()[0], plain.index(first.name) + 1)

    settings.EMAIL_URL, settings.DATA_DIR = "", tmp_path
    call_command("worker", "--once")
    mailbox = check_page(client.get("/mailbox/").text)
    links = [a["href"] for tag, a, _ in mailbox.elements if tag == "a" and re.match(r"/mailbox/\d+/", a["href"])]
    assert len(links) > 1
    for link in links:
        check_page(client.get(link).text)
        answer = client.get(f"{link}html/")
        check_page(answer.text, mail=True)
        assert "default-src 'none'" in answer["Content-Security-Policy"]
        assert "script-src" not in answer["Content-Security-Policy"]


def test_p10_every_name_and_website_in_a_part(published):
    article = make_article()
    opening = say(article)
    signed, places = names(), websites()
    assert len(signed) > 500
    parts = []
    for n, name in enumerate(signed):
        website = places[n % len(places)]
        opening.name = name
        parent = say(article, name=name) if n == 0 else opening
        fields = {"name": name, "website": website, "body": "Dit.", "published_at": timezone.now()}
        answer = Reaction(pk=n + 10, article=article, parent=parent, status="published", **fields)
        parts.append(rendering.part(answer))
    page = check_page("".join(parts))
    assert assert_names_come_first(page) == len(signed)


def test_p10_p05_the_front_door_takes_or_refuses_everything(published, client):
    """The form, preview, post and waiting page with the same words in all fields at once."""
    article = make_article(discussion={"state": "before"})
    path = f"{article.get_absolute_url()}reactions/"
    samples = [
        *list(hostile.markup())[:: 9248 // 20],
        *hostile.STRINGS[::19],
        *(unit * 40 for unit in hostile.UNITS[::4]),
    ]
    for n, words in enumerate(samples):
        words = words.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
        in_all = dict.fromkeys(("name", "website", "email", "body", "parent", "form_key", "opened", "sealed"), words)
        plain = {"name": "Sanne", "website": "", "email": "", "body": f"Reactie {n}."}
        for fields in (
            in_all,
            {**plain, "name": words},
            {**plain, "website": words},
            {**plain, "body": words, "preview": "1"},
            {**plain, "body": words, "sealed": words, "opened": words, "form_key": words, "remember": "1"},
        ):
            client.cookies.clear()
            answer = client.post(path, fields, headers=HEADERS)
            assert answer.status_code in (200, 303, 413, 422), (answer.status_code, fields)
            if answer.status_code == 303:
                answer = client.get(answer["Location"])
                assert answer.status_code == 200
            check_page(answer.text)
    assert not Reaction.objects.filter(status="published").exists()


def editor_fields(**fields):
    return {
        **{"title": "Titel", "slug": "titel", "language": "nl", "lead": "", "body": "Tekst.", "correction": ""},
        **{"corrected_at_0": "", "corrected_at_1": "", "images-TOTAL_FORMS": "0", "images-INITIAL_FORMS": "0"},
        **fields,
    }


def test_p10_p05_what_editors_type_on_every_page_that_shows_it(admin_client, client):
    section, author = make_section(), make_author()
    article = make_article(section=section, author=author)
    change = f"/admin/articles/article/{article.pk}/change/"
    bio = f"/admin/articles/author/{author.pk}/change/"
    samples = [*list(hostile.markup())[:: 9248 // 6], *hostile.STRINGS[::70]]
    for words in samples:
        words = words.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
        everywhere = {"title": words[:160], "lead": words[:600], "body": words, "correction": words[:500]}
        fixed = {"section": section.pk, "author": author.pk, "slug": article.slug}
        for path, fields in (
            (change, editor_fields(**everywhere, **fixed)),
            (bio, {"name": words[:60], "slug": author.slug, "bio": words, "website": words, "photo_alt": words}),
            (bio, {"name": words[:60] or "x", "slug": author.slug, "bio": words, "website": "", "photo_alt": ""}),
        ):
            answer = admin_client.post(path, fields, headers=HEADERS)
            assert answer.status_code in (200, 302), (answer.status_code, path, words)
            if answer.status_code == 200:
                check_page(answer.text, staff=True)
        lists = (section.get_absolute_url(), author.get_absolute_url(), "/archive/", "/search/?q=alert")
        for path in ("/", "/articles/", article.get_absolute_url(), *lists):
            check_page(client.get(path).text)
        desk = f"/desk/articles/{article.pk}/"
        last = article.revisions.order_by("-number").values_list("number", flat=True).first() or 0
        pages = ("/desk/", desk, f"{desk}numbers/", f"{desk}revisions/", f"{desk}pictures/", "/desk/authors/")
        difference = f"{desk}revisions/difference/?from={last - 1}&to={last}" if last > 2 else desk
        for path in ("/admin/articles/article/", change, bio, "/admin/articles/author/", *pages, difference):
            answer = admin_client.get(path)
            assert answer.status_code == 200, path
            check_page(answer.text, staff=True)
        check_page(admin_client.get(f"{desk}preview/").text)


def test_p10_every_payload_in_an_article_and_its_author(client):
    article = make_article()
    payloads = iter(hostile.markup())
    while some := list(islice(payloads, 600)):
        article.body = "\n\n".join(some)
        article.title, article.lead = some[0][:160], "".join(some)[:600]
        save_article(article)
        Author.objects.filter(pk=article.author_id).update(bio="".join(some)[:1000], name=some[-1][:60])
        check_page(client.get(article.get_absolute_url()).text)


@pytest.mark.parametrize(
    "path",
    [
        *("articles/article", "articles/author", "reactions/reaction", "outbox/outgoingmail", "subscriptions/consent"),
        "spam/blockedterm",
    ],
)
def test_p05_no_question_of_staff_breaks_us(admin_client, path):
    make_article()
    odd = ("9" * 30, "-1", "x", "\x07", "\ud800", "' OR 1=1", "1,2", "%", "\u202e", "9223372036854775808", "{}")
    for words in odd:
        words = words.encode("utf-8", "replace").decode()
        for name in ("q", "id__exact", "state", "p", "o", "status", "status__exact", "article__id__exact", "e", "nee"):
            answer = admin_client.get(f"/admin/{path}/", {name: words})
            assert answer.status_code < 500, (path, name, words)
        assert admin_client.get(f"/admin/{path}/{words.replace('%', '_')}/change/").status_code < 500
        form = {"action": words, "_selected_action": words}
        assert admin_client.post(f"/admin/{path}/", form, headers=HEADERS).status_code < 500


def test_the_check_sees_what_it_should():
    for weak in (
        "<script>alert(1)</script>",
        "<p onclick=x>x</p>",
        "<a href='javascript:x'>x</a>",
        "<a href='//evil.example'>x</a>",
        "<iframe></iframe>",
        "<!-- x -->",
        "<p>",
        "<div class=words><img src='/x'></div>",
        "<div class=words><a href='/x' rel='ugc nofollow noopener'>x</a></div>",
        "<div class=prose><script src='/static/x.js'></script></div>",
        "<bdi><b>x</b></bdi>",
        "<p style='x'>x</p>",
    ):
        with pytest.raises(AssertionError):
            check_page(weak)
