"""The street of gables: every reaction is a house. Height follows length, shape follows depth, full green is the author."""

from functools import lru_cache
from math import log

from django.utils.safestring import SafeString

from forum.text import joined

MAX_HOUSES = 120
WIDTH = 13  # of one house, on a canvas 40 high
CANVAS = 40
LOW, TALL = 12, 38  # lowest and tallest house, roof included

HEIGHTS = "0123456789abcdefghijklmnopq"  # one step is one unit: "0" is a house of 12, "q" one of 38
READER_SHAPES = "0123"  # by depth: step gable, spout gable, neck gable, cornice
AUTHOR_SHAPES = "abcd"


def house(*, words: int, depth: int, by_author: bool) -> str:
    """Two ASCII characters: how tall, and which shape in which colour. Sixty words or more make the tallest house."""
    tall = LOW + (TALL - LOW) * log(1 + words / 8) / log(8.5)
    shapes = AUTHOR_SHAPES if by_author else READER_SHAPES
    return HEIGHTS[min(round(tall), TALL) - LOW] + shapes[min(depth, 3)]


@lru_cache(maxsize=256)
def draw(skyline: str, *, windows: bool = False, height: int = 25) -> SafeString:
    """One inline picture of all houses, `height` CSS pixels high; nothing at all when there are none.

    Script finds house n (from 0) at the horizontal place 1 + 13n: each path holds one `M` part per house, in order.
    """
    codes = [(skyline[at], skyline[at + 1]) for at in range(0, min(len(skyline), 2 * MAX_HOUSES) - 1, 2)]
    if not codes:
        return joined([])
    paths: dict[str, list[str]] = {"r": [], "s": [], "a": [], "w": []}
    for n, (step, shape) in enumerate(codes):
        left = 1 + WIDTH * n
        top = CANVAS - LOW - HEIGHTS.index(step)
        by_author = shape in AUTHOR_SHAPES
        kind = (AUTHOR_SHAPES if by_author else READER_SHAPES).index(shape)
        outline, ceiling = _gable(left, top, kind)
        paths["a" if by_author else "rs"[n % 2 == 0]].append(outline)
        if windows:
            paths["w"].append(_windows(left, ceiling))
    width = 1 + WIDTH * len(codes) + 1
    drawn = [f'<path class="{name}" d="{"".join(parts)}"/>' for name, parts in paths.items() if parts]
    size = f'viewBox="0 0 {width} {CANVAS}" width="{round(width * height / CANVAS)}" height="{height}"'
    return joined([f'<svg class="gables" {size} aria-hidden="true" focusable="false">', *drawn, "</svg>"])


def _gable(left: int, top: int, kind: int) -> tuple[str, float]:
    """The outline of one house, and the height at which its windows begin."""
    right = left + WIDTH
    if kind == 0:
        eave = top + 4.8
        stairs = "h1.6v-1.6h1.6v-1.6h1.6v-1.6h3.2v1.6h1.6v1.6h1.6v1.6h1.6"
        return f"M{left} 40V{eave:g}{stairs}V40z", eave + 1.6
    if kind == 1:
        eave = top + 6
        return f"M{left} 40V{eave:g}L{left + 6.5:g} {top:g}L{right} {eave:g}V40z", eave + 1.6
    if kind == 2:
        eave = top + 5.8
        neck = "q2.6-.8 2.9-3.4v-.8l3.6-1.6 3.6 1.6v.8q.3 2.6 2.9 3.4"
        return f"M{left} 40V{eave:g}{neck}V40z", eave + 1.6
    eave = top + 1.6
    return f"M{left} 40V{eave:g}h-.7v-1.6h14.4v1.6h-.7V40z", eave + 2.4


def _windows(left: int, first: float) -> str:
    rows = []
    while first <= 35.2:
        rows.append(f"M{left + 3} {first:g}h2.4v3.2h-2.4zm4.6 0h2.4v3.2h-2.4z")
        first = round(first + 5.8, 1)
    return "".join(rows)
