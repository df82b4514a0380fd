"""Components as plain JSON and back, exactly: whole numbers stay whole, decimals are text, empty parts are left out."""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from scaling.metrics.cells import Additive, Register

#: Path of a component → number.
Flat = dict[str, "int | Decimal"]


def dump(part: Additive) -> dict[str, Any]:
    """A part as JSON; what is as in an empty part is left out."""
    empty = type(part)()
    found = {}
    for item in dataclasses.fields(part):
        value = getattr(part, item.name)
        if value != getattr(empty, item.name):
            found[item.name] = _dumped(value)
    return found


def _dumped(value: Any) -> Any:
    if isinstance(value, Additive):
        return dump(value)
    if isinstance(value, Mapping):
        return [[_key(key), _dumped(one)] for key, one in sorted(value.items())]
    return str(value) if isinstance(value, Decimal) else value


def _key(key: Any) -> Any:
    if isinstance(key, tuple):
        return [_key(part) for part in key]
    return str(key) if isinstance(key, Decimal) else key


def load(stored: Mapping[str, Any]) -> Register:
    """The register that `dump` made this of."""
    return _loaded_part(Register, stored)


# --- flat: one number by its path ------------------------------------------------------------------------------------
def flatten(part: Additive) -> Flat:
    """Path → number: names and keys joined by `|`, parts of one key by `/`; what is zero is left out.

    Adding two of these number by number is adding the registers.
    """
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
    return "/".join(str(part) for part in key) if isinstance(key, tuple) else str(key)


def unflatten(stored: Mapping[str, Any]) -> Register:
    """The register of paths and numbers; decimals may be text, as JSON keeps them."""
    tree: dict[str, Any] = {}
    for path, value in stored.items():
        *names, last = path.split("|")
        node = tree
        for name in names:
            node = node.setdefault(name, {})
        node[last] = Decimal(value) if isinstance(value, str) else value
    return typing.cast(Register, _grown(Register, tree))


def _grown(kind: Any, tree: Any) -> Any:
    if isinstance(kind, type) and issubclass(kind, Additive):
        hints = _types(kind)
        return kind(**{name: _grown(hints[name], value) for name, value in tree.items()})
    of = typing.get_args(kind)
    if isinstance(tree, dict):
        return {_grown_key(of[0], key): _grown(of[1], one) for key, one in tree.items()}
    return tree


def _grown_key(kind: Any, key: str) -> Any:
    if typing.get_origin(kind) is tuple:
        return tuple(_grown_key(one, part) for one, part in zip(typing.get_args(kind), key.split("/"), strict=True))
    return kind(key)


def plus(left: Mapping[str, Any], right: Mapping[str, Any], sign: int = 1) -> Flat:
    """The sum (or difference) number by number; zeros are left out."""
    found = {path: _number(value) for path, value in left.items()}
    for path, value in right.items():
        found[path] = found.get(path, 0) + sign * _number(value)
    return {path: value for path, value in found.items() if value}


def _number(value: Any) -> int | Decimal:
    return Decimal(value) if isinstance(value, str) else typing.cast("int | Decimal", value)


def as_json(flat: Mapping[str, int | Decimal]) -> dict[str, Any]:
    """Flat components as JSON keeps them exactly: decimals are text."""
    return {path: str(value) if isinstance(value, Decimal) else value for path, value in flat.items()}


_TYPES: dict[type, dict[str, Any]] = {}


def _types(kind: type) -> dict[str, Any]:
    """What each field of a part holds; looked up once for each kind of part."""
    if kind not in _TYPES:
        _TYPES[kind] = typing.get_type_hints(kind)
    return _TYPES[kind]


T = typing.TypeVar("T", bound=Additive)


def _loaded_part(kind: type[T], stored: Mapping[str, Any]) -> T:
    hints = _types(kind)
    return kind(**{name: _loaded(hints[name], value) for name, value in stored.items()})


def _loaded(kind: Any, value: Any) -> Any:
    if isinstance(kind, type) and issubclass(kind, Additive):
        return _loaded_part(kind, value)
    origin = typing.get_origin(kind)
    if origin is not None and isinstance(origin, type) and issubclass(origin, Mapping):
        of_key, of_value = typing.get_args(kind)
        return {_loaded(of_key, key): _loaded(of_value, one) for key, one in value}
    if origin is tuple:
        return tuple(_loaded(one, part) for one, part in zip(typing.get_args(kind), value, strict=True))
    if kind is Decimal or (origin is types.UnionType and isinstance(value, str)):
        return Decimal(value)
    return value
