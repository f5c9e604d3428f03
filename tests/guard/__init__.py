"""The network guard: sets the environment so that every process of the tests is watched. See ``sitecustomize.py``."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent


def install(folder: Path) -> Path:
    """Watch this process and, through the environment, all that it starts.

    Native code is watched too where a C compiler can build the little library for it (Linux).

    Returns:
        The file in ``folder`` that attempts are written to.
    """
    log = folder / "network.log"
    log.touch()
    os.environ["FORMFACT_NETWORK_LOG"] = str(log)
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(FOLDER), os.environ.get("PYTHONPATH")]))
    import tests.guard.sitecustomize  # noqa: F401  importing it is what installs the hook

    compiler = shutil.which("cc") or shutil.which("gcc")
    if sys.platform == "linux" and compiler:
        library = folder / "guard.so"
        build = [compiler, "-shared", "-fPIC", "-O2", "-o", str(library), str(FOLDER / "connect.c"), "-ldl"]
        subprocess.run(build, check=True)
        os.environ["LD_PRELOAD"] = " ".join(filter(None, [str(library), os.environ.get("LD_PRELOAD")]))
    return log
