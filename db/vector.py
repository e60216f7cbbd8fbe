"""Embeddings as MongoDB keeps them: BSON binary vectors of 32-bit floats, a third of the size of a list of doubles."""

import base64
from collections.abc import Sequence
from typing import Annotated, Any, TypeAlias

import numpy as np
from bson.binary import VECTOR_SUBTYPE, Binary
from numpy.typing import NDArray
from pydantic import PlainSerializer, PlainValidator, WithJsonSchema

Floats: TypeAlias = NDArray[np.float32]

# The first two bytes of a BSON vector: 32-bit floats, no padding.
HEADER = b"\x27\x00"


def _read(value: Any) -> Binary:
    if isinstance(value, bytes):
        if not value.startswith(HEADER):
            raise ValueError("This is no vector of 32-bit floats.")
        return value if isinstance(value, Binary) else Binary(value, VECTOR_SUBTYPE)
    if isinstance(value, str):
        return _read(base64.b64decode(value))
    return pack(value)


def no_vector() -> Binary:
    """Return what stands for an embedding that was not made yet."""
    return Binary(HEADER, VECTOR_SUBTYPE)


def pack(values: Floats | Sequence[float]) -> Binary:
    """Return a vector in the form the database keeps."""
    return Binary(HEADER + np.asarray(values, dtype="<f4").tobytes(), VECTOR_SUBTYPE)


def unpack(stored: bytes) -> Floats:
    """Return the numbers of a stored vector, without a copy where the machine allows it."""
    return np.frombuffer(stored, dtype="<f4", offset=len(HEADER)).astype(np.float32, copy=False)


def products(rows: Floats, vector: Floats) -> Floats:
    """Return the product of each row with a vector, in this thread alone.

    A matrix product would wake threads for it, which spin longer than the work takes where cores are shared.
    """
    found: Floats = np.vecdot(rows, vector)
    return found


def _to_text(vector: Binary) -> str:
    return base64.b64encode(vector).decode()


Vector = Annotated[
    Binary,
    PlainValidator(_read),
    PlainSerializer(_to_text, return_type=str, when_used="json"),
    WithJsonSchema({"type": "binary"}),
]
