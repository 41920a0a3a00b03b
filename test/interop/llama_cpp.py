"""llama.cpp as npm has it, prebuilt."""

import fcntl
import subprocess
from pathlib import Path

LLAMA_CPP = Path(__file__).parent / "llamaCpp"


def installed():
    """The folder of read.mjs, with what that imports. Modules of the suite run side by side: one installs, the other waits."""
    with open(LLAMA_CPP / "package.json", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (LLAMA_CPP / "node_modules/node-llama-cpp").exists():
            # Without builds for graphics cards and other machines, 600 MB.
            command = ["npm", "install", "--omit=optional", "--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock"]
            subprocess.run(command, cwd=LLAMA_CPP, check=True, capture_output=True, timeout=900)
    return LLAMA_CPP
