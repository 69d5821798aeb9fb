"""What became of the held-out messages, held once for all tests of this folder."""

import os

import pytest

from mesobot import paths, settings
from mesobot.evaluation.evaluate import HELD_OUT
from mesobot.evaluation.held_out import HeldOut, load_held_out
from mesobot.evaluation.replay import Replayer
from mesobot.evaluation.run import Outcomes, hold_all
from mesobot.knowledge.topics import load_topics
from mesobot.running import free_port


@pytest.fixture(scope="session")
def replayer() -> Replayer:
    """Its action server is dead: nothing that is tested here may need one."""
    os.environ["MESOBOT_ACTIONS_URL"] = settings.actions_url(free_port())
    return Replayer(paths.MODEL)


@pytest.fixture(scope="session")
def held_out() -> HeldOut:
    return load_held_out(HELD_OUT)


@pytest.fixture(scope="session")
def outcomes(replayer: Replayer, held_out: HeldOut) -> Outcomes:
    return hold_all(replayer, held_out, load_topics(paths.DATA / "faq"))
