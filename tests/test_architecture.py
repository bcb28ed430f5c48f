"""Habits of the house that no linter knows. Imports: lint-imports; contracts in pyproject.toml."""

import ast
from pathlib import Path

import pytest
from django.apps import apps

ROOT = Path(__file__).resolve().parent.parent
MODULES = sorted(path for folder in ("articles", "forum") for path in (ROOT / folder).rglob("*.py"))
RANKS = {"ops": 10, "mine": 9, "inbound": 9, "moderation": 8, "desk": 7, "search": 7, "reports": 6}
RANKS |= {"reactions": 5, "subscriptions": 4, "articles": 3, "accounts": 2}
RANKS |= {"outbox": 1, "spam": 1}
MAX_LINES = 400
NAMES_WITHOUT_MEANING = {"utils", "helpers", "helper", "common", "misc", "signals", "services", "managers"}


def ours(label: str) -> bool:
    return label in RANKS


def test_every_app_of_ours_has_its_rank():
    names = {config.label for config in apps.get_app_configs() if Path(config.path).is_relative_to(ROOT)}
    names -= {config.label for config in apps.get_app_configs() if ".venv" in config.path}
    assert names == set(RANKS)


def test_every_foreign_key_points_down():
    upwards = [
        f"{model.__name__}.{field.name} -> {field.related_model.__name__}"
        for model in apps.get_models()
        if ours(model._meta.app_label)
        for field in model._meta.get_fields()
        if field.concrete and field.is_relation and field.related_model is not model
        if ours(field.related_model._meta.app_label)
        and field.related_model._meta.app_label != model._meta.app_label
        and RANKS[field.related_model._meta.app_label] >= RANKS[model._meta.app_label]
    ]
    assert not upwards


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_is_short_and_its_name_says_what_it_holds(path: Path):
    assert len(path.read_text().splitlines()) <= MAX_LINES
    assert path.stem not in NAMES_WITHOUT_MEANING


def test_nothing_happens_out_of_sight():
    """No save() overrides; signals are banned in pyproject.toml."""
    overrides = [
        f"{path.relative_to(ROOT)}: {node.name}.{method.name}"
        for path in MODULES
        if path.name == "models.py"
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ClassDef)
        for method in node.body
        if isinstance(method, ast.FunctionDef) and method.name in ("save", "delete")
    ]
    assert not overrides
