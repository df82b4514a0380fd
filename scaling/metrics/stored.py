"""Components as one number by its path: what is kept and added up.

Adding two of these number by number is adding the registers. Whole numbers stay whole, decimals keep their places.
"""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any

from scaling.metrics.cells import Additive, Register

#: Path of a component → number.
Flat = dict[str, "int | Decimal"]


def flatten(part: Additive) -> Flat:
    """Path → number: names and keys joined by `|`, parts of one key by `/`; what is zero is left out."""
    found: Flat = {}
    for item in dataclasses.fields(part):
        _flat(item.name, getattr(part, item.name), found)
    return found


def _flat(path: str, value: Any, found: Flat) -> None:
    if isinstance(value, Additive):
        for item in dataclasses.fields(value):
            _flat(f"{path}|{item.name}", getattr(value, item.name), found)
    elif isinstance(value, Mapping):
        for key, one in value.items():
            _flat(f"{path}|{_flat_key(key)}", one, found)
    elif value:
        found[path] = value


def _flat_key(key: Any) -> str:
    if isinstance(key, tuple):
        return "/".join(_flat_key(part) for part in key)
    return str(key + 0 if isinstance(key, Decimal) else key)  # there is no zero below zero


def unflatten(stored: Mapping[str, Any]) -> Register:
    """The register of paths and numbers."""
    tree: dict[str, Any] = {}
    for path, value in stored.items():
        *names, last = path.split("|")
        node = tree
        for name in names:
            node = node.setdefault(name, {})
        node[last] = value
    return typing.cast(Register, _grown(Register, tree))


_TYPES: dict[type, dict[str, Any]] = {}


def _types(kind: type) -> dict[str, Any]:
    """What each field of a part holds; looked up once for each kind of part."""
    if kind not in _TYPES:
        _TYPES[kind] = typing.get_type_hints(kind)
    return _TYPES[kind]


def _grown(kind: Any, tree: Any) -> Any:
    if isinstance(kind, type) and issubclass(kind, Additive):
        hints = _types(kind)
        return kind(**{name: _grown(hints[name], value) for name, value in tree.items()})
    of = typing.get_args(kind)
    if isinstance(tree, dict):
        return {_grown_key(of[0], key): _grown(of[1], one) for key, one in tree.items()}
    return tree


@lru_cache(maxsize=100_000)
def _grown_key(kind: Any, key: str) -> Any:
    """Kept, as cells share the keys of their histograms: reading is quicker, and each key is in memory once."""
    if typing.get_origin(kind) is tuple:
        return tuple(_grown_key(one, part) for one, part in zip(typing.get_args(kind), key.split("/"), strict=True))
    return kind(key)


def plus(left: Mapping[str, int | Decimal], right: Mapping[str, int | Decimal], sign: int = 1) -> Flat:
    """The sum (or difference) number by number; zeros are left out."""
    found = dict(left)
    for path, value in right.items():
        found[path] = found.get(path, 0) + sign * value
    return {path: value for path, value in found.items() if value}
