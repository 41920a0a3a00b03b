"""Runs test_*.py beside this file, a process for each and two at a time, since most of their time goes into programs that use one
core. Says which tests were skipped and why, and closes with the line that CI counts. A test that is skipped without a reason
fails the run. `run.py NAME` runs one of them here."""

import json
import os
import subprocess
import sys
import tempfile
import time
import unittest
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

here = Path(__file__).parent
AT_ONCE = 2


class Result(unittest.TextTestResult):
    """Keeps what unittest forgets: how many passed."""

    passed = 0

    def addSuccess(self, test):
        super().addSuccess(test)
        Result.passed += 1


def run_here(name, report):
    sys.path.insert(0, str(here))
    suite = unittest.defaultTestLoader.loadTestsFromName(name)
    result = unittest.TextTestRunner(stream=sys.stdout, verbosity=2, resultclass=Result).run(suite)
    faults = [(test.id(), trace.strip().splitlines()[-1]) for test, trace in result.failures + result.errors]
    skipped = [(test.id(), " ".join(reason.split())) for test, reason in result.skipped]
    Path(report).write_text(json.dumps({"passed": Result.passed, "faults": faults, "skipped": skipped}))


def run_apart(name, folder):
    report = Path(folder) / f"{name}.json"
    command = [sys.executable, str(here / "run.py"), name, str(report)]
    started = time.monotonic()
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
    print(f"\n== {name}, {time.monotonic() - started:.0f} s\n{done.stdout}", flush=True)
    if report.exists():
        return json.loads(report.read_text())
    return {"passed": 0, "faults": [(name, f"ended with status {done.returncode} and left no report")], "skipped": []}


def run_all():
    names = sorted(path.stem for path in here.glob("test_*.py"))
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(AT_ONCE) as pool:
        reports = list(pool.map(lambda name: run_apart(name, folder), names))
    passed = sum(report["passed"] for report in reports)
    skipped = [each for report in reports for each in report["skipped"]]
    faults = [each for report in reports for each in report["faults"]]
    faults += [(test, "skipped without a reason") for test, reason in skipped if not reason]
    explained = [(test, reason) for test, reason in skipped if reason]
    for title, lines in (("Skipped", explained), ("Failed", faults)):
        if lines:
            print(f"\n== {title}")
        for test, said in lines:
            print(f"interop: {test}: {said[:500]}")
    print(f"\n{passed} passed, {len(faults)} failed, {len(explained)} skipped", flush=True)
    return 0 if not faults and passed > 0 else 1


if __name__ == "__main__":
    if len(sys.argv) == 1:
        sys.exit(run_all())
    run_here(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else os.devnull)
