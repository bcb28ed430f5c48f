"""What the filter learns from a post and judges it by: words, pairs of words, hosts, and a few coarse measures.

No address and no number is kept as it stands; an e-mail address is never asked for. At most MOST_FEATURES, whatever the length.
"""

from forum.spam.reading import Reading, fold, host_of, parents, read

MOST_WORDS = 160  # of a long text the beginning and the end: what is sold stands there
MOST_FEATURES = 460
STEM = "/"  # begins the first letters of a long word: what stands for its other forms, and its misspellings
STEM_LETTERS = 6
BARE_WORDS = 3  # and a link: little else was said
MEASURE = "="  # begins what is no word
SHAPES = ("=capitals", "=digits", "=exclamations", "=length")  # how it looks, not what it does


def features(name: str, website: str, body: str) -> list[str]:
    return features_of(read(body), name=name, website=website)


def features_of(text: Reading, *, name: str, website: str) -> list[str]:
    """In a fixed order, each once."""
    words = text.words
    if len(words) > MOST_WORDS:
        words = [*words[: MOST_WORDS // 2], *words[-MOST_WORDS // 2 :]]
    found = [word for word in words if len(word) > 1]
    found += [f"{STEM}{word[:STEM_LETTERS]}" for word in words if len(word) > STEM_LETTERS]
    found += [f"{one} {other}" for one, other in zip(["^", *words], [*words, "$"], strict=True) if words]
    found += [f"host:{_site(host)}" for host in text.hosts[:10] if host]
    found += [f"name:{fold(word)[0]}" for word in name.split()[:6]]
    if website:
        found += [f"site:{_site(host_of(website))}"]
    found += _measures(text, website=website)
    return list(dict.fromkeys(word[:64] for word in found))[:MOST_FEATURES]


def _site(host: str) -> str:
    places = parents(host)
    return places[-1] if places else host


def _measures(text: Reading, *, website: str) -> list[str]:
    plain = text.plain
    letters = sum(map(str.isalpha, plain))
    capitals = sum(map(str.isupper, plain))
    digits = sum(map(str.isdigit, plain))
    measures = {
        "website": int(bool(website)),
        "links": min(text.links, 3),
        "bare": int(text.links > 0 and len(text.words) <= BARE_WORDS),
        "mails": min(text.mails, 1),
        "markup": int(text.markup),
        "disguised": min(text.disguised, 2),
        "capitals": 0 if letters < 10 else min(4 * capitals // letters, 3),
        "digits": min(digits // 4, 3),
        "exclamations": min(plain.count("!"), 3),
        "length": min(len(plain).bit_length() // 2, 6),
    }
    return [f"{MEASURE}{name}{value}" for name, value in measures.items()]
