"""``python -m benchmarks.comparison.few_examples MODULE ARGUMENT...``: for load material only.

Our bot refuses topics with too few examples, in training and at the start. What is measured on a tenth
of them is run by way of this.
"""

from __future__ import annotations

import runpy
import sys

from mesobot.knowledge import topics

if __name__ == "__main__":
    topics.FEWEST_EXAMPLES = 1
    del sys.argv[0]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
