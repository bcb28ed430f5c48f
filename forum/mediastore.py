"""The one setting that says where pictures are kept, read into what Django's STORAGES takes.

s3://key:secret@host:port/bucket?region=…&public=https://cdn.example&acl=public-read, or s3+http:// for a store on this
machine. Public files get the prefix `public/`, what they are made from `private/`.
"""

from typing import Any, NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit

WORDS = ("region", "public", "acl")
ACLS = ("public-read",)
SHAPE = "s3://key:secret@host/bucket?region=eu-west-1&public=https://cdn.example.org"
SECONDS_TO_CONNECT, SECONDS_TO_READ, ATTEMPTS = 5, 20, 2
ONE_YEAR = "public, max-age=31536000, immutable"


class MediaStore(NamedTuple):
    storages: dict[str, dict[str, Any]]  # "default" and "private"
    origin: str  # scheme and host that pages show pictures from


def media_store(address: str) -> MediaStore:
    """Raises ValueError with a sentence that says what is wrong, without the secret."""
    try:
        parts = urlsplit(address)
        port = parts.port
        query = parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
    except ValueError:
        raise ValueError(f"cannot be read. It must look like {SHAPE}.") from None
    if parts.scheme not in ("s3", "s3+http"):
        raise ValueError(f"starts with “{parts.scheme}”. Allowed: s3://, s3+http://.")
    bucket = parts.path.strip("/")
    if not parts.hostname or not parts.username or not parts.password or not bucket or "/" in bucket or parts.fragment:
        raise ValueError(f"is not whole. It must look like {SHAPE}.")
    unknown = [name for name, _ in query if name not in WORDS]
    if unknown or len(dict(query)) != len(query):
        raise ValueError(f"says “{(unknown or ['the same'])[0]}”. Allowed after the ?, each once: {', '.join(WORDS)}.")
    said = dict(query)
    if "acl" in said and said["acl"] not in ACLS:
        raise ValueError(f"says acl={said['acl']}. Allowed words: {', '.join(ACLS)}.")
    scheme = "http" if parts.scheme == "s3+http" else "https"
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    endpoint = f"{scheme}://{host}" + (f":{port}" if port else "")
    public = _public_address(said.get("public", f"{endpoint}/{bucket}"))
    common = {
        "access_key": unquote(parts.username),
        "secret_key": unquote(parts.password),
        "bucket_name": bucket,
        "endpoint_url": endpoint,
        "region_name": said.get("region") or "us-east-1",
        "file_overwrite": False,
        "client_config": _client_config(),
    }
    shown = {
        **common,
        "location": "public",
        "default_acl": said.get("acl"),
        "querystring_auth": False,
        "custom_domain": public.netloc + public.path,
        "url_protocol": f"{public.scheme}:",
        "object_parameters": {"CacheControl": ONE_YEAR},
    }
    hidden = {**common, "location": "private", "default_acl": "private" if "acl" in said else None}
    backend = "storages.backends.s3.S3Storage"
    return MediaStore(
        {"default": {"BACKEND": backend, "OPTIONS": shown}, "private": {"BACKEND": backend, "OPTIONS": hidden}},
        f"{public.scheme}://{public.netloc}",
    )


def _public_address(address: str) -> Any:
    """One origin and perhaps a path; it goes into a header, so nothing else."""
    try:
        public = urlsplit(address.rstrip("/"))
        sound = public.scheme in ("http", "https") and public.hostname and public.port != 0 and not public.username
        sound = sound and not public.query and not public.fragment and not set(address) & set(" ;,'\"*\\\t\n")
    except ValueError:
        sound = False
    if not sound:
        raise ValueError(f"says public={address}. It must look like https://cdn.example.org.")
    return public


def _client_config() -> Any:
    """An editor waits for the answer: a store that is away is noticed in seconds, not minutes."""
    from botocore.config import Config  # half a second that only sites with such a store pay

    return Config(
        signature_version="s3v4",
        s3={"addressing_style": "path"},
        connect_timeout=SECONDS_TO_CONNECT,
        read_timeout=SECONDS_TO_READ,
        retries={"total_max_attempts": ATTEMPTS, "mode": "standard"},
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
