"""What a run of the tests has left running is found and ended; nothing else is."""

import os
import subprocess
import uuid

from tests import leftovers


def test_ctrl_c_left_the_servers_of_a_killed_runner_running() -> None:
    run = uuid.uuid4().hex
    mine, other = (
        subprocess.Popen(
            ["sleep", "60"], env={**os.environ, "TESTS_RUN_ID": each}, start_new_session=True
        )
        for each in (run, uuid.uuid4().hex)
    )
    try:
        assert leftovers.end(run) == ["sleep 60"]
        assert mine.wait(10) == -9
        assert other.poll() is None
        assert leftovers.end(run) == []
    finally:
        other.kill()
        other.wait(10)
