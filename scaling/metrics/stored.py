"""Components as plain JSON and back, exactly: whole numbers stay whole, decimals are text, empty parts are left out."""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from scaling.metrics.cells import Additive, Register


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
