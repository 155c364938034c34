"""Values as data: what passes between the kernel and the checks, as JSON, never as pickle.

`encode` runs in the kernel, where hostile code may have changed it; it is a courtesy. `decode` runs beside the checks
and is the wall: whatever comes, it makes plain values of exactly these types, or raises `BadValue`.
"""

from __future__ import annotations

import base64
import json
import math
import re
import sys
from collections.abc import Callable
from typing import Any

#: as text
MAX_ENCODED = 8 * 2**20
MAX_BYTES = 4 * 2**20
MAX_ITEMS = 200_000
MAX_DEPTH = 40

#: of numpy: no objects, no records, nothing that carries code
_DTYPE = re.compile(r"([<>|=]?[biufcSU][0-9]{1,7})|([<>=]?[mM]8(\[(Y|M|W|D|h|m|s|ms|us|ns)\])?)")
#: of pandas: what is made anew from a list
_EXTENSION = re.compile(r"str|string|category|boolean|U?Int(8|16|32|64)|Float(32|64)")


class NotPlain(Exception):
    """The value is no plain data; the argument is its type's name."""


class TooBig(Exception):
    """The value is too big to be passed."""


class BadValue(Exception):
    """What came is no encoded value."""


def encode(value: Any) -> str:
    """A plain value as text."""
    text = json.dumps(_Encoder().any(value, 0), allow_nan=False)
    if len(text) > MAX_ENCODED:
        raise TooBig
    return text


def decode(text: Any) -> Any:
    """The value of an encoded text, whoever wrote it."""
    if not isinstance(text, str) or len(text) > MAX_ENCODED:
        raise BadValue("no text, or too much of it")
    try:
        return _Decoder().any(json.loads(text), 0)
    except BadValue:
        raise
    except (Exception, RecursionError) as error:
        raise BadValue(type(error).__name__) from None


class _Counted:
    """Counts what passes, so that neither side works without end."""

    def __init__(self) -> None:
        self.items = 0
        self.bytes = 0

    def count(self, depth: int, size: int = 0) -> None:
        self.items += 1
        self.bytes += size
        if self.items > MAX_ITEMS or depth > MAX_DEPTH or self.bytes > MAX_BYTES:
            raise TooBig


class _Encoder(_Counted):
    """Looks at types, not at what an object says it is."""

    def any(self, value: Any, depth: int) -> Any:
        kind = type(value)
        self.count(depth)
        if value is None or kind is bool:
            return value
        if kind is int:
            self.count(depth, value.bit_length() // 4)
            return value if -(2**53) < value < 2**53 else {"int": hex(value)}
        if kind is float:
            return value if math.isfinite(value) else {"float": repr(value)}
        if kind is str:
            self.count(depth, len(value))
            return value
        if kind is bytes:
            self.count(depth, len(value))
            return {"bytes": base64.b64encode(value).decode()}
        if kind in (list, tuple, set, frozenset):
            self._room_for(len(value))
            return {kind.__name__: [self.any(item, depth + 1) for item in value]}
        if kind is dict:
            self._room_for(len(value))
            return {"dict": [[self.any(key, depth + 1), self.any(item, depth + 1)] for key, item in value.items()]}
        return self._array_or_frame(value, depth)

    def _room_for(self, number: int) -> None:
        if self.items + number > MAX_ITEMS:
            raise TooBig

    def _array_or_frame(self, value: Any, depth: int) -> Any:
        kind = type(value)
        numpy, pandas = sys.modules.get("numpy"), sys.modules.get("pandas")
        if numpy is not None:
            if kind is numpy.ndarray:
                return {"array": self._array(value, depth)}
            if isinstance(value, numpy.generic) and _DTYPE.fullmatch(value.dtype.str):
                return {"scalar": self._array(numpy.asarray(value), depth)}
        if pandas is not None:
            if kind is pandas.DataFrame:
                self._room_for(len(value.columns))
                columns = [self._column(value.iloc[:, at], depth) for at in range(len(value.columns))]
                index, names = self._index(value.index, depth), self._index(value.columns, depth)
                return {"frame": {"columns": names, "index": index, "data": columns}}
            if kind is pandas.Series:
                index, name = self._index(value.index, depth), self.any(value.name, depth + 1)
                return {"series": {"name": name, "index": index, "data": self._column(value, depth)}}
            if isinstance(value, pandas.Index):
                return {"index": self._index(value, depth)}
            if value is pandas.NA:
                return {"na": True}
        raise NotPlain(str(kind.__name__))

    def _array(self, array: Any, depth: int) -> Any:
        self.count(depth, array.nbytes)
        if array.dtype == object:
            self._room_for(array.size)
            return {"shape": list(array.shape), "items": [self.any(item, depth + 1) for item in array.ravel()]}
        if not _DTYPE.fullmatch(array.dtype.str):
            raise NotPlain(f"ndarray of {array.dtype}")
        data = base64.b64encode(array.tobytes()).decode()
        return {"shape": list(array.shape), "dtype": array.dtype.str, "bytes": data}

    def _column(self, series: Any, depth: int) -> Any:
        """The values of a series or an index: as an array where it has one, else a list to make it from."""
        if type(series.dtype).__module__.startswith("numpy"):
            return {"array": self._array(series.to_numpy(), depth)}
        name = str(series.dtype)
        if not _EXTENSION.fullmatch(name):
            raise NotPlain(f"Series of {name}")
        self._room_for(len(series))
        gaps = series.isna()
        items = [None if gap else self.any(item, depth + 1) for item, gap in zip(series, gaps, strict=True)]
        return {"dtype": name, "items": items}

    def _index(self, index: Any, depth: int) -> Any:
        names = [self.any(name, depth + 1) for name in index.names]
        if index.nlevels > 1:
            self._room_for(len(index) * index.nlevels)
            return {"names": names, "rows": [[self.any(part, depth + 1) for part in row] for row in index]}
        return {"names": names, "data": self._column(index, depth)}


class _Decoder(_Counted):
    """Makes values; takes nothing for granted."""

    def any(self, said: Any, depth: int) -> Any:
        self.count(depth)
        if said is None or isinstance(said, (bool, str, int, float)):
            return said
        if not isinstance(said, dict) or len(said) != 1:
            raise BadValue("no value")
        ((kind, content),) = said.items()
        make: Callable[[Any, int], Any] | None = getattr(self, f"_make_{kind}", None) if kind.isidentifier() else None
        if make is None:
            raise BadValue("unknown kind of value")
        return make(content, depth)

    def _items(self, content: list[Any], depth: int) -> list[Any]:
        if not isinstance(content, list):
            raise BadValue("no list")
        return [self.any(item, depth + 1) for item in content]

    def _make_int(self, content: str, depth: int) -> int:
        return int(content, 16)

    def _make_float(self, content: str, depth: int) -> float:
        return {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}[content]

    def _make_bytes(self, content: str, depth: int) -> bytes:
        return base64.b64decode(content, validate=True)

    def _make_list(self, content: list[Any], depth: int) -> list[Any]:
        return self._items(content, depth)

    def _make_tuple(self, content: list[Any], depth: int) -> tuple[Any, ...]:
        return tuple(self._items(content, depth))

    def _make_set(self, content: list[Any], depth: int) -> set[Any]:
        return set(self._items(content, depth))

    def _make_frozenset(self, content: list[Any], depth: int) -> frozenset[Any]:
        return frozenset(self._items(content, depth))

    def _make_dict(self, content: list[list[Any]], depth: int) -> dict[Any, Any]:
        return {self.any(key, depth + 1): self.any(item, depth + 1) for key, item in content}

    def _make_na(self, content: Any, depth: int) -> Any:
        import pandas as pd

        return pd.NA

    def _make_array(self, content: dict[str, Any], depth: int) -> Any:
        import numpy as np

        shape = [_whole(size) for size in content["shape"]]
        if len(shape) > 8:
            raise BadValue("too many dimensions")
        if "items" in content:
            items = self._items(content["items"], depth)
            array = np.empty(len(items), dtype=object)
            for at, item in enumerate(items):
                array[at] = item
            return array.reshape(shape)
        if not isinstance(content["dtype"], str) or not _DTYPE.fullmatch(content["dtype"]):
            raise BadValue("no type of an array")
        dtype, data = np.dtype(content["dtype"]), base64.b64decode(content["bytes"], validate=True)
        if dtype.itemsize == 0:
            if data:
                raise BadValue("bytes of nothing")
            return np.empty(shape, dtype) if math.prod(shape) <= MAX_ITEMS else _refuse()
        if math.prod(shape) * dtype.itemsize != len(data):
            raise BadValue("bytes and shape differ")
        if dtype.kind == "b":  # any other byte than 0 and 1 would be a truth of a third kind
            return (np.frombuffer(data, np.uint8) != 0).reshape(shape)
        array = np.frombuffer(data, dtype).reshape(shape).copy()
        if dtype.kind == "U":
            array.tolist()  # raises for what are no characters
        return array

    def _make_scalar(self, content: dict[str, Any], depth: int) -> Any:
        array = self._make_array(content, depth)
        if array.shape != () or array.dtype == object:
            raise BadValue("no scalar")
        return array[()]

    def _make_index(self, content: dict[str, Any], depth: int) -> Any:
        import pandas as pd

        names = self._items(content["names"], depth)
        if "rows" in content:
            rows = [tuple(self._items(row, depth)) for row in content["rows"]]
            if not rows:
                return pd.MultiIndex.from_arrays([[] for _ in names], names=names)
            return pd.MultiIndex.from_tuples(rows, names=names)
        return pd.Index(self._column(content["data"], depth), name=names[0])

    def _make_series(self, content: dict[str, Any], depth: int) -> Any:
        index = self._make_index(content["index"], depth)
        made = self._column(content["data"], depth)
        made.index, made.name = index, self.any(content["name"], depth + 1)
        return made

    def _make_frame(self, content: dict[str, Any], depth: int) -> Any:
        import pandas as pd

        index, columns = self._make_index(content["index"], depth), self._make_index(content["columns"], depth)
        data = [self._column(column, depth) for column in content["data"]]
        if len(data) != len(columns) or any(len(column) != len(index) for column in data):
            raise BadValue("columns of different length")
        frame = pd.DataFrame(dict(enumerate(data)), index=range(len(index)))
        frame.index, frame.columns = index, columns
        return frame

    def _column(self, content: dict[str, Any], depth: int) -> Any:
        import pandas as pd

        if "array" in content:
            array = self._make_array(content["array"], depth)
            return pd.Series(array, dtype=object if array.dtype == object else None)
        if not isinstance(content["dtype"], str) or not _EXTENSION.fullmatch(content["dtype"]):
            raise BadValue("no type of a column")
        items = self._items(content["items"], depth)
        return pd.Series(items, dtype=content["dtype"])


def _whole(size: Any) -> int:
    if isinstance(size, bool) or not isinstance(size, int) or not 0 <= size <= MAX_BYTES:
        raise BadValue("no size")
    return size


def _refuse() -> Any:
    raise BadValue("too much of nothing")
