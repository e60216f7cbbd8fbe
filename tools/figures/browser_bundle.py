"""The script that draws interactive charts in a browser: made once, in a process of its own, and kept compressed.

Vega, Vega-Lite and their loader come out of the drawing library, so that no address is ever asked for them.
``python -m tools.figures.browser_bundle`` writes the script to its standard output.
"""

import asyncio
import gzip
import sys
from contextlib import suppress
from importlib.metadata import version
from typing import Final

from core.errors import ToolFailed

PATIENCE_SECONDS: Final = 120.0
# Only the loader is given to the page; it brings the interpreter that needs no eval.
SNIPPET: Final = "window.vegaEmbed = vegaEmbed;"
LOST: Final = "The chart script could not be made. The tables behind the charts hold every figure."


class BrowserBundle:
    """Makes the script on first use; whoever asks meanwhile waits for the same one."""

    def __init__(self) -> None:
        self._making = asyncio.Lock()
        self._packed: bytes | None = None

    @property
    def edition(self) -> str:
        """Name which script it is: another library, another name."""
        return version("vl-convert-python")

    async def packed(self) -> bytes:
        """Return the script, compressed with gzip; ToolFailed if it can't be made."""
        async with self._making:
            if self._packed is None:
                script = await _made()
                self._packed = await asyncio.to_thread(gzip.compress, script, 6, mtime=0)
            return self._packed


async def _made() -> bytes:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tools.figures.browser_bundle"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        script, _ = await asyncio.wait_for(process.communicate(), timeout=PATIENCE_SECONDS)
    except TimeoutError:
        raise ToolFailed(LOST) from None
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    if process.returncode != 0 or not script:
        raise ToolFailed(LOST)
    return script


def main() -> int:
    """Write the script."""
    import vl_convert

    sys.stdout.buffer.write(vl_convert.javascript_bundle(SNIPPET).encode())
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
