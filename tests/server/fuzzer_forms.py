"""How the fuzzer sends bodies it has no form of its own for: the bytes of a recording, as they are."""

from typing import Any

import schemathesis


@schemathesis.serializer("audio/wav", "audio/webm", "audio/mpeg")
def recording(_context: Any, value: Any) -> bytes:
    """Return the body of a request."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")
