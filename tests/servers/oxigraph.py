"""The oxigraph server of PyPI, private, on the loopback."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from tests.servers.process import ServerProcess, free_port


def program() -> str | None:
    """Path of the ``oxigraph`` program: beside this Python, or on the PATH."""
    beside = Path(sys.executable).parent / "oxigraph"
    return str(beside) if beside.exists() else shutil.which("oxigraph")


class OxigraphServer(ServerProcess):
    """``oxigraph serve`` on a folder.

    Attributes:
        base: address without a path.
    """

    def __init__(self, folder: Path, port: int = 0) -> None:
        found = program()
        assert found is not None
        port = port or free_port()
        self.base = f"http://127.0.0.1:{port}"
        super().__init__(
            [
                found,
                "serve",
                "--location",
                str(folder / "data"),
                "--bind",
                f"127.0.0.1:{port}",
            ],
            folder,
            self.base + "/",
        )

    def settings(self) -> dict[str, str]:
        """What ``kg`` needs to use it."""
        return {
            "store": f"sparql+{self.base}/query",
            "remote_update_url": f"{self.base}/update",
            "remote_graph_store_url": f"{self.base}/store",
        }
