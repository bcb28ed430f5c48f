"""Settings are read strictly: what cannot be right stops the start with a sentence, not with a traceback."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from forum.mail_source import LocalSocket, Mailbox, mail_source

ROOT = Path(__file__).resolve().parent.parent
CONFIGURATION = ROOT / "docs" / "configuration.md"


def manage(tmp_path: Path, *words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "DATA_DIR": str(tmp_path), "PYTHONWARNINGS": "error"} | settings
    return subprocess.run(
        [sys.executable, "manage.py", *words], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60
    )


WRONG = [
    ("DEBUG", "maybe", "on, true, yes, 1, off, false, no, 0"),
    ("LANGUAGE", "fr", "nl, en"),
    ("MODERATION", "never", "after, first, before"),
    ("MODERATION", "", "after, first, before"),
    ("SPAM_RULES_OFF", "links,reclame", "honeypot, too_fast"),
    ("YEARLY_COUNTS", "jaarlijks", "on, true, yes"),
    ("TIME_ZONE", "Mars/Phobos", "Europe/Amsterdam"),
    ("TIME_ZONE", "../../etc/passwd", "Europe/Amsterdam"),
    ("PORT", "http", "a whole number from 1 to 65535"),
    ("PORT", "65536", "a whole number from 1 to 65535"),
    ("SITE_URL", "www.example.org", "https://www.example.org"),
    ("SITE_URL", "https://www.example.org/site", "without a path"),
    ("SITE_URL", "http://example.org:port", "https://www.example.org"),
    ("ALLOWED_HOSTS", "https://www.example.org", "without scheme"),
    ("TRUSTED_PROXIES", "proxy.example.org", "10.0.0.0/8"),
    ("DATABASE_URL", "mysql://localhost/x", "sqlite:///path"),
    ("DATABASE_URL", "postgres://u:p@host:port/x", "postgres://user:password@host"),
    ("DATABASE_REPLICA_URL", "postgres://reader@copy/x", "and so must DATABASE_URL"),
    ("DATABASE_POOL", "0", "a whole number from 1 to 500"),
    ("DATABASE_STATEMENT_SECONDS", "soon", "a whole number from 0 to 3600"),
    ("PAGES_MEGABYTES", "-1", "a whole number from 0 to 4096"),
    ("PAGES_DIR", "/", "a folder for finished pages alone"),
    ("PAGES_DIR", ".", "a folder for finished pages alone"),
    ("PROXY_SECONDS", "61", "a whole number from 0 to 60"),
    ("PROXY_STALE_SECONDS", "61", "a whole number from 0 to 60"),
    ("CACHE_URL", "memcached://localhost", "redis://host:port/0"),
    ("EMAIL_URL", "imap://localhost", "smtp://, smtp+tls://, smtps://"),
    ("EMAIL_URL", "smtp://localhost:port", "smtp+tls://user:password@host"),
    ("MAIL_FROM", "redactie", "reacties@example.org"),
    ("MAIL_SERVICE", "sendgrid", "none, brevo, mailgun, postmark"),
    ("MAIL_SERVICE", "postmark", "give both or neither"),
    ("MAIL_LEASE_SECONDS", "0", "a whole number from 1 to 3600"),
    ("INBOUND_URL", "pop3://user:password@mail.example.org", "imaps://, imap+tls://, imap://, lmtp+unix://"),
    ("INBOUND_URL", "imap://user:password@mail.example.org", "use imaps:// or imap+tls://"),
    ("INBOUND_URL", "imaps://mail.example.org/INBOX", "imaps://user:password@host:993/INBOX"),
    ("INBOUND_URL", "imaps://user:password@mail.example.org:port/", "imaps://user:password@host:993/INBOX"),
    ("INBOUND_URL", "imaps://user:pass?word@mail.example.org/", "%3F"),
    ("INBOUND_URL", "lmtp+unix://socket", "lmtp+unix:///path/to/socket"),
    ("INBOUND_URL", "lmtp+unix:///", "lmtp+unix:///path/to/socket"),
    ("DIGEST_HOUR", "24", "a whole number from 0 to 23"),
    ("MAX_BODY_CHARS", "20001", "a whole number from 500 to 20000"),
    ("LIMIT_PER_MINUTE", "-1", "a whole number from 0 to 1000"),
    ("LIMIT_PER_HOUR", "thirty", "a whole number from 0 to 10000"),
    ("REACTIONS_PER_MINUTE", "100001", "a whole number from 0 to 100000"),
    ("PROOF_OF_WORK", "sometimes", "on, true, yes, 1, off, false, no, 0"),
    ("AKISMET_KEY", "a key", "Copy it from your account"),
    ("AKISMET_URL", "rest.akismet.com", "https://rest.akismet.com"),
    ("AKISMET_URL", "https://rest.akismet.com:port", "https://rest.akismet.com"),
    ("CONFIRMATIONS_PER_HOUR", "many", "a whole number from 1 to 100000"),
    ("REPORTS_HIDE", "-1", "a whole number from 0 to 1000"),
    ("HEATED_REPORTS", "some", "a whole number from 0 to 1000"),
    ("HEATED_PAUSE_SECONDS", "0", "a whole number from 1 to 3600"),
    ("WEBSUB_HUB", "hub.example.org", "https://hub.example.org/"),
    ("WEBSUB_HUB", "https://hub.example.org:port/", "https://hub.example.org/"),
    ("WEBSUB_HUB", "ftp://hub.example.org/", "https://hub.example.org/"),
    ("LOG_FORMAT", "xml", "text, json"),
    ("LOG_REQUESTS", "some", "on, true, yes, 1, off, false, no, 0"),
    ("METRICS_TOKEN", "secret", "16 or more letters"),
    ("DATA_DIR", "/dev/null/data", "cannot be made"),
    ("MEDIA_STORAGE_URL", "https://host/bucket", "s3://, s3+http://"),
    ("MEDIA_STORAGE_URL", "s3://host/bucket", "s3://key:secret@host/bucket"),
    ("MEDIA_STORAGE_URL", "s3://key:secret@host/bucket/folder", "s3://key:secret@host/bucket"),
    ("MEDIA_STORAGE_URL", "s3://key:secret@host:port/bucket", "s3://key:secret@host/bucket"),
    ("MEDIA_STORAGE_URL", "s3://key:secret@host/bucket?zone=1", "region, public, acl"),
    ("MEDIA_STORAGE_URL", "s3://key:secret@host/bucket?region=a&region=b", "region, public, acl"),
    ("MEDIA_STORAGE_URL", "s3://key:secret@host/bucket?acl=open", "public-read"),
    ("MEDIA_STORAGE_URL", "s3://key:secret@host/bucket?public=cdn.example", "https://cdn.example.org"),
    ("MEDIA_STORAGE_URL", "s3://key:secret@host/bucket?public=https://a.example;script-src", "https://cdn.example.org"),
]


@pytest.mark.parametrize(("name", "word", "allowed"), WRONG)
def test_a_wrong_word_stops_the_start_with_one_sentence(tmp_path, name, word, allowed):
    run = manage(tmp_path, "check", **{name: word})
    assert run.returncode != 0
    assert run.stdout == ""
    assert run.stderr.count("\n") == 1, run.stderr
    assert run.stderr.startswith(name) and allowed in run.stderr
    assert "Traceback" not in run.stderr


def test_the_servers_door_says_it_too(tmp_path):
    environment = {"PATH": os.environ["PATH"], "DATA_DIR": str(tmp_path), "DEBUG": "maybe"}
    run = subprocess.run(
        [sys.executable, "-c", "import forum.wsgi"], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert run.returncode != 0
    assert run.stderr.startswith("DEBUG is “maybe”.") and run.stderr.count("\n") == 1


RIGHT = {
    "INBOUND_URL": "imaps://reacties%40example.org:p%2Fss@imap.example.org/Reacties",
    "DEBUG": "on",
    "LANGUAGE": "en",
    "MODERATION": "before",
    "SPAM_RULES_OFF": "advertising,other_language",
    "YEARLY_COUNTS": "off",
    "TIME_ZONE": "UTC",
    "HOST": "::1",
    "TRUSTED_PROXIES": "127.0.0.1,10.0.0.0/8,::1",
    "ALLOWED_HOSTS": "www.example.org,[::1]",
    "EMAIL_URL": "smtps://user:p%40ss@mail.example.org:465",
    "PAGES_MEGABYTES": "0",
    "PROXY_SECONDS": "60",
    "PROXY_STALE_SECONDS": "60",
    "CACHE_URL": "redis://127.0.0.1:6379/0",
    "MAX_BODY_CHARS": "500",
    "LOG_FORMAT": "json",
    "METRICS_TOKEN": "0123456789abcdef",
    "REPORTS_HIDE": "0",
    "LIMIT_PER_MINUTE": "0",
    "LIMIT_PER_HOUR": "10000",
    "REACTIONS_PER_MINUTE": "0",
    "PROOF_OF_WORK": "off",
    "AKISMET_KEY": "0123456789ab",
    "AKISMET_URL": "http://127.0.0.1:8090/akismet/",
    "MEDIA_STORAGE_URL": "s3://key:sec%2Fret@s3.example.org:9000/bucket?region=eu-west-1&public=https://cdn.example.org",
}


@pytest.mark.parametrize(
    ("url", "means"),
    [
        (
            "imaps://a%40b.example:p%3Fw@imap.example",
            Mailbox("imap.example", 993, "a@b.example", "p?w", "INBOX", "tls"),
        ),
        (
            "imap+tls://a:b@imap.example:1143/In%20box/x/",
            Mailbox("imap.example", 1143, "a", "b", "In box/x", "starttls"),
        ),
        ("imap://a:b@127.0.0.1/", Mailbox("127.0.0.1", 143, "a", "b", "INBOX", "none")),
        ("imap://a:b@[::1]:99/", Mailbox("::1", 99, "a", "b", "INBOX", "none")),
        ("lmtp+unix:///run/site/lmtp", LocalSocket("/run/site/lmtp")),
    ],
)
def test_what_an_inbound_url_means(url, means):
    assert mail_source(url) == means


@pytest.mark.parametrize(
    ("service", "secret", "said"),
    [
        ("none", "name:a-password-nobody-guesses", "give both or neither"),
        ("brevo", "name:short", "at least 24 characters"),
        ("mailgun", "sleutel-é-0123456789abcdef", "ASCII"),
        ("postmark", "a-password-without-a-name", "name:password"),
        ("postmark", "a-name-without-a-password:", "name:password"),
        ("postmark", "name:a-password-nobody-guesses", ""),
        ("mailgun", "0123456789abcdef0123456789abcdef", ""),
    ],
)
def test_a_mail_service_needs_a_secret_that_nobody_guesses(tmp_path, service, secret, said):
    run = manage(tmp_path, "check", MAIL_SERVICE=service, MAIL_WEBHOOK_SECRET=secret)
    assert (run.returncode == 0) is (not said)
    assert said in run.stderr and secret not in run.stderr


@pytest.mark.parametrize(("name", "word"), RIGHT.items())
def test_a_right_word_is_taken(tmp_path, name, word):
    run = manage(tmp_path, "check", **{name: word})
    assert run.returncode == 0, run.stderr


def test_pages_may_show_pictures_from_the_store_that_was_named_and_no_other(tmp_path):
    ask = "from django.conf import settings; print(*settings.SECURE_CSP['img-src'])"
    store = "s3://key:secret@s3.example.org/bucket?public=https://cdn.example.org/x"
    assert manage(tmp_path, "shell", "-v0", "-c", ask).stdout.strip() == "'self'"
    run = manage(tmp_path, "shell", "-v0", "-c", ask, MEDIA_STORAGE_URL=store)
    assert run.stdout.strip() == "'self' https://cdn.example.org"


def test_the_systems_own_language_list_is_not_ours(tmp_path):
    ask = "from django.conf import settings; print(settings.LANGUAGE_CODE)"
    assert manage(tmp_path, "shell", "-v0", "-c", ask, LANGUAGE="en_US:en").stdout.strip() == "nl"


def test_the_secret_is_made_once_and_kept_from_others(tmp_path):
    ask = "from django.conf import settings; print(settings.SECRET_KEY)"
    first, second = (manage(tmp_path, "shell", "-v0", "-c", ask).stdout for _ in range(2))
    assert first == second and len(first) > 50
    assert (tmp_path / "secret-key").stat().st_mode & 0o777 == 0o600


def production_example() -> dict[str, str]:
    block = re.search(r"## A site on the internet.*?```\n(.*?)```", CONFIGURATION.read_text(), re.DOTALL)
    assert block
    lines = [line for line in block[1].splitlines() if line and not line.startswith("#")]
    return dict(line.split("=", 1) for line in lines)


def test_the_production_example_passes_djangos_own_check(tmp_path):
    example = production_example() | {"DATABASE_URL": f"sqlite:///{tmp_path}/db.sqlite3", "DATA_DIR": str(tmp_path)}
    run = manage(tmp_path, "check", "--deploy", "--fail-level", "WARNING", **example)
    assert (run.returncode, run.stderr) == (0, ""), run.stderr
    assert "no issues" in run.stdout
