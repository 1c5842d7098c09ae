"""A server of test runs: each line of standard input names a test file, each line of standard output is pytest's exit code.

Every run is forked from this process, which has imported what the tests import from others, and neither the package nor
a test: those come anew, from the folder this process was started in.
"""

from __future__ import annotations

import os
import sys

import lmsim.metrics
import numpy
import pandas
import pytest
import SALib.analyze.sobol
import SALib.sample.sobol
import scipy.cluster.hierarchy
import scipy.optimize
import scipy.sparse
import scipy.spatial
import scipy.stats
import sklearn.metrics
import statsmodels.api
import statsmodels.formula.api

IMPORTED = (lmsim, numpy, pandas, SALib, scipy, sklearn, statsmodels)


def run(tests: str, said: int) -> int:
    """Exit code of pytest on a file, in a fork of this process that writes to the descriptor ``said``."""
    child = os.fork()
    if child == 0:
        code = 99
        try:
            os.dup2(said, 1)
            os.dup2(said, 2)
            code = int(pytest.main(["-x", "-q", "-p", "no:cacheprovider", tests]))
        finally:
            sys.stdout.flush()
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


if __name__ == "__main__":
    assert not [name for name in sys.modules if name.split(".")[0] in ("harness", "tests", "benchmarks")]
    sys.path[0] = os.getcwd()  # noqa: PTH109  (instead of this file's folder)
    for line in sys.stdin:
        place = os.open("said.txt", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
        print(run(line.strip(), place), flush=True)
        os.close(place)
