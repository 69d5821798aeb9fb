"""The relay as a process of its own, with times short enough for a test.

Arguments: the clinic's file, the status file, and the paces as JSON.
"""

import json
import os
import sys
from datetime import timedelta
from pathlib import Path

from mesobot.consultation.relay import Pace
from mesobot.consultation.relay_process import run_relay
from mesobot.consultation.retrying import Retrying

if __name__ == "__main__":
    clinic_file, status_file, pace = sys.argv[1:]
    quick = timedelta(seconds=0.2)
    sys.exit(
        run_relay(
            os.environ,
            clinic_file=Path(clinic_file),
            status_file=Path(status_file),
            pace=Pace(**json.loads(pace)),
            retrying=Retrying(base=quick, shortest=quick),
        )
    )
