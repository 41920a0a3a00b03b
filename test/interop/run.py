"""Runs test_*.py beside this file, says which tests were skipped and why, and closes with the line that CI counts. A test that
is skipped without a reason fails the run."""

import sys
import unittest
from pathlib import Path

here = Path(__file__).parent
sys.path.insert(0, str(here))


class Result(unittest.TextTestResult):
    """Keeps what unittest forgets: how many passed."""

    passed = 0

    def addSuccess(self, test):
        super().addSuccess(test)
        Result.passed += 1


if __name__ == "__main__":
    suite = unittest.defaultTestLoader.discover(str(here), pattern="test_*.py")
    result = unittest.TextTestRunner(verbosity=2, resultclass=Result).run(suite)
    sys.stderr.flush()
    if result.skipped:
        print("\n== Skipped")
    for test, reason in result.skipped:
        print(f"interop: {test.id()}: {' '.join(reason.split()) or 'NO REASON GIVEN'}")
    faults = [(test, trace.strip().splitlines()[-1]) for test, trace in result.failures + result.errors]
    faults += [(test, "skipped without a reason") for test, reason in result.skipped if not reason.strip()]
    if faults:
        print("\n== Failed")
    for test, said in faults:
        print(f"interop: {test.id()}: {said[:500]}")
    unexplained = sum(not reason.strip() for _, reason in result.skipped)
    failed = len(faults)
    skipped = len(result.skipped) - unexplained
    print(f"\n{Result.passed} passed, {failed} failed, {skipped} skipped", flush=True)
    sys.exit(0 if failed == 0 and Result.passed > 0 else 1)
