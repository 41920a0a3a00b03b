"""Runs test_*.py beside this file and closes with the line that CI counts."""

import sys
import unittest
from pathlib import Path

here = Path(__file__).parent
sys.path.insert(0, str(here))


class Result(unittest.TextTestResult):
    """Keeps what unittest forgets: how many passed, and why the skipped ones were."""

    passed = 0

    def addSuccess(self, test):
        super().addSuccess(test)
        Result.passed += 1

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        print(f"skipped: {test.id()}: {reason}", file=sys.stderr)


if __name__ == "__main__":
    suite = unittest.defaultTestLoader.discover(str(here), pattern="test_*.py")
    result = unittest.TextTestRunner(verbosity=2, resultclass=Result).run(suite)
    failed = len(result.failures) + len(result.errors)
    sys.stderr.flush()
    print(f"{Result.passed} passed, {failed} failed", flush=True)
    sys.exit(0 if failed == 0 and Result.passed > 0 else 1)
