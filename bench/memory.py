"""Memory of the idle service, and its time from start to first answer.

Example: ``python -m bench.memory``
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from tests.servers.service import Service


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        service = Service(Path(folder), shipped="yes")
        for start in ("first start, the graph is loaded", "second start"):
            started = time.monotonic()
            service.start()
            service.query("ASK {}")
            print(f"{start}: {time.monotonic() - started:.2f} s to the first answer")
            time.sleep(2)
            parts = sorted(service.memory_by_process().values(), reverse=True)
            print(
                f"  {len(parts)} processes, {sum(parts):.0f} MiB (PSS):"
                f" {[round(mb) for mb in parts]}"
            )
            service.stop()


if __name__ == "__main__":
    main()
