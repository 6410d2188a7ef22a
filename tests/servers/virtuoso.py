"""Virtuoso with an ini of its own, private, on the loopback."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from tests.servers.process import ServerProcess, free_port

PASSWORD = "only-for-this-test"

INI = """
[Database]
DatabaseFile = {folder}/virtuoso.db
ErrorLogFile = {folder}/virtuoso.log
LockFile = {folder}/virtuoso.lck
TransactionFile = {folder}/virtuoso.trx
xa_persistent_file = {folder}/virtuoso.pxa
MaxCheckpointRemap = 2000
[TempDatabase]
DatabaseFile = {folder}/virtuoso-temp.db
TransactionFile = {folder}/virtuoso-temp.trx
[Parameters]
ServerPort = 127.0.0.1:{sql_port}
ServerThreads = 20
NumberOfBuffers = {buffers}
MaxDirtyBuffers = {dirty}
DirsAllowed = {folder}, {load_folder}
CheckpointInterval = 10
DefaultIsolation = 2
[HTTPServer]
ServerPort = 127.0.0.1:{http_port}
ServerRoot = {folder}
ServerThreads = 10
MaxClientConnections = 10
KeepAliveTimeout = 10
[SPARQL]
ResultSetMaxRows = {max_rows}
MaxQueryCostEstimationTime = 400
MaxQueryExecutionTime = 60
"""


def program() -> str | None:
    """Path of ``virtuoso-t``."""
    return shutil.which("virtuoso-t")


class VirtuosoServer(ServerProcess):
    """A Virtuoso whose ``dba`` has our own password.

    Args:
        folder: empty folder for its files.
        max_rows: its ``ResultSetMaxRows``.
        buffers: pages of 8 KiB it may hold in memory.
        load_folder: a further folder its own bulk loader may read.

    Attributes:
        base: address without a path.
    """

    def __init__(
        self,
        folder: Path,
        max_rows: int = 10_000,
        buffers: int = 20_000,
        load_folder: Path | None = None,
    ) -> None:
        found = program()
        assert found is not None
        self._sql_port = free_port()
        http_port = free_port()
        self.base = f"http://127.0.0.1:{http_port}"
        ini = folder / "virtuoso.ini"
        ini.write_text(
            INI.format(
                folder=folder,
                sql_port=self._sql_port,
                http_port=http_port,
                max_rows=max_rows,
                buffers=buffers,
                dirty=buffers * 3 // 4,
                load_folder=load_folder or folder,
            )
        )
        super().__init__(
            [found, "+foreground", "+configfile", str(ini)],
            folder,
            self.base + "/sparql",
        )
        self._secured = False

    def start(self) -> None:
        """Start; the first time, set the password of ``dba``."""
        super().start()
        if not self._secured:
            self.sql(f"USER_CHANGE_PASSWORD('dba', 'dba', '{PASSWORD}')", "dba")
            self.sql("checkpoint")
            self._secured = True

    def sql(self, statement: str, password: str = PASSWORD) -> str:
        """Run one SQL statement as ``dba``; its output."""
        done = subprocess.run(
            ["isql-vt", f"127.0.0.1:{self._sql_port}", "dba", password, "VERBOSE=OFF"],
            input=statement + ";\n",
            capture_output=True,
            text=True,
            timeout=3600,
            check=False,
        )
        if done.returncode or "Error" in done.stderr + done.stdout:
            raise RuntimeError(done.stdout + done.stderr)
        return done.stdout

    def settings(self) -> dict[str, str]:
        """What ``kg`` needs to use it."""
        return {
            "store": f"sparql+{self.base}/sparql",
            "remote_update_url": f"{self.base}/sparql-auth",
            "remote_graph_store_url": f"{self.base}/sparql-graph-crud-auth",
            "remote_auth": "digest",
            "remote_user": "dba",
            "remote_password": PASSWORD,
            "remote_parameters": "timeout={timeout_ms}",
        }
