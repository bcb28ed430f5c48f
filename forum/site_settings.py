"""Who we are to the outside, and whom we believe. Part of forum.settings."""

from ipaddress import ip_network
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from forum.environment import env, whole_number

HOST = env.str("HOST", default="127.0.0.1")
PORT = whole_number("PORT", 8000, lowest=1, highest=65535)
_local_host = "127.0.0.1" if HOST in ("0.0.0.0", "::") else HOST  # noqa: S104  (a comparison)
_local_host = f"[{_local_host}]" if ":" in _local_host else _local_host
SITE_NAME = env.str("SITE_NAME", default="Luisterkamer")
SITE_URL = env.str("SITE_URL", default=f"http://{_local_host}:{PORT}").rstrip("/")
try:
    _site = urlsplit(SITE_URL)
    _is_site = _site.scheme in ("http", "https") and _site.hostname and _site.port != 0 and not _site.path
except ValueError:
    _is_site = False
if not _is_site:
    raise ImproperlyConfigured(f"SITE_URL is “{SITE_URL}”. It must look like https://www.example.org, without a path.")
CONTACT = env.str("CONTACT", default="")
if CONTACT and not CONTACT.startswith(("https://", "http://", "mailto:")):
    if CONTACT.count("@") != 1 or not all(CONTACT.split("@")):
        raise ImproperlyConfigured(f"CONTACT is “{CONTACT}”. It must be one e-mail address, or a page (https://…).")
    CONTACT = f"mailto:{CONTACT}"
SITE_IS_HTTPS = _site.scheme == "https"
_hostname = f"[{_site.hostname}]" if ":" in _site.hostname else _site.hostname
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[_hostname, "127.0.0.1", "localhost", "[::1]"])
for _host in ALLOWED_HOSTS:
    if not _host or set(_host) & set("/ @") or (":" in _host and not _host.startswith("[")):
        raise ImproperlyConfigured(
            f"ALLOWED_HOSTS holds “{_host}”. Allowed: host names without scheme, port and path, with commas between."
        )
TRUSTED_PROXIES = env.list("TRUSTED_PROXIES", default=[])
for _proxy in TRUSTED_PROXIES:
    try:
        ip_network(_proxy, strict=False)
    except ValueError:
        raise ImproperlyConfigured(
            f"TRUSTED_PROXIES holds “{_proxy}”. Allowed: addresses and networks (10.0.0.0/8), with commas between."
        ) from None
CSRF_TRUSTED_ORIGINS = [SITE_URL]
