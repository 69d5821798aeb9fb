"""The sources of this installation's digests: its databases, content and encoder."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.engine import Engine

from mesobot import paths
from mesobot.chats.database import chats_url
from mesobot.consultation.database import database_url, open_database
from mesobot.consultation.questionnaire import load_questionnaire
from mesobot.insight.digest import Sources
from mesobot.insight.grouping import Encode
from mesobot.insight.masking import Masker
from mesobot.insight.missed import Collector
from mesobot.insight.words import load_words
from mesobot.knowledge.source import read_yaml
from mesobot.knowledge.topics import Topic, load_topics

_GROUPS = ("faq", "unanswered")


def open_sources(environment: Mapping[str, str], engine: Engine | None = None) -> Sources:
    """Reads content and encoder; opens no database.

    Args:
        environment: says where the databases are.
        engine: that of the requests, if it is open already.

    Raises:
        ContentError: if the clinic's content cannot be used.
    """
    topics = _load_topics()
    article = {topic.id: topic for topic in topics.values() if topic.group == _GROUPS[0]}
    clinic = read_yaml(paths.CLINIC / "clinic.yml")
    return Sources(
        chats_url=chats_url(environment),
        requests=lambda: engine or open_database(database_url(environment)),
        collector=Collector(load_masker(), load_encode(), article),
        topics=topics,
        clinic=str(clinic.get("name") or f"The clinic in {clinic.get('city')}"),
        kept_days=load_questionnaire(paths.CLINIC / "consultation.yml").retention.chats,
    )


def load_labels() -> dict[str, str]:
    """What topics are called, by id.

    Raises:
        ContentError: if a topic's file cannot be used.
    """
    return {topic.id: topic.label for topic in _load_topics().values()}


def _load_topics() -> dict[str, Topic]:
    return load_topics(*(paths.DATA / group for group in _GROUPS))


def load_masker() -> Masker:
    """Shows the words of this installation's content, and frequent ones."""
    return Masker(load_words([paths.DATA, paths.CLINIC], paths.ENCODER_FOLDER))


def load_encode() -> Encode | None:
    """The sentence encoder that the assistant runs with; None if it was not built here."""
    from mesobot.nlu.encoder import SentenceEncoder

    try:
        encoder = SentenceEncoder(paths.ENCODER_FOLDER)
    except FileNotFoundError:
        return None
    return lambda text: encoder.encode(text)[0]
