"""The assistant in a hurry: ``python -m tests.whatsapp.hurried rasa run ...``.

What it does when a call fails is the same, only sooner: seconds stand for minutes.
"""

from __future__ import annotations

import runpy
import sys
from datetime import timedelta
from functools import partial

from mesobot.channels.whatsapp import sending, service
from mesobot.consultation.retrying import Retrying

CALL_SECONDS = 2.0
MISCONFIGURED_SECONDS = 3.0
SETTLES_SECONDS = 1.5

if __name__ == "__main__":
    quick = timedelta(seconds=0.2)
    service.GraphClient = partial(service.GraphClient, call_seconds=CALL_SECONDS)
    sending.RETRYING = Retrying(
        base=quick,
        longest=2 * quick,
        shortest=quick,
        misconfigured=timedelta(seconds=MISCONFIGURED_SECONDS),
    )
    sending._SETTLES = timedelta(seconds=SETTLES_SECONDS)
    sys.argv = ["mesobot.launch", *sys.argv[1:]]
    runpy.run_module("mesobot.launch", run_name="__main__", alter_sys=True)
