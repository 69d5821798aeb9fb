"""The consultation service as this installation has it: its database, keys and messages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from mesobot.consultation.clock import utc_now
from mesobot.consultation.database import database_url, shared_database
from mesobot.consultation.encryption import Sealer
from mesobot.consultation.environment import SettingsError
from mesobot.consultation.mail_settings import read_whatsapp_settings
from mesobot.consultation.privacy import Privacy
from mesobot.consultation.questionnaire import Questionnaire, load_questionnaire
from mesobot.consultation.request import DeliveryKind, NewRequest, Way
from mesobot.consultation.service import ConsultationService


def open_desk(environment: Mapping[str, str]) -> ConsultationService:
    """The service; the database stays open for the life of the process.

    Raises:
        DatabaseUnavailableError: if the database does not answer.
    """
    engine = shared_database(database_url(environment))
    sealer = Sealer.from_environment(environment)
    try:
        staff_whatsapp = read_whatsapp_settings(environment) is not None
    except SettingsError:  # the relay and `mesobot doctor` say what is wrong; nothing is lost
        staff_whatsapp = False

    def notifications(request: NewRequest) -> Sequence[DeliveryKind]:
        kinds = [DeliveryKind.CLINIC_EMAIL]
        if staff_whatsapp:
            kinds.append(DeliveryKind.CLINIC_WHATSAPP)
        if request.way is Way.EMAIL:
            kinds.append(DeliveryKind.PATIENT_EMAIL)
        return kinds

    return ConsultationService(engine, sealer, utc_now, notifications)


def open_privacy(environment: Mapping[str, str]) -> Privacy:
    """Erasure and retention on the same database.

    Raises:
        DatabaseUnavailableError: if the database does not answer.
    """
    engine = shared_database(database_url(environment))
    return Privacy(engine, Sealer.from_environment(environment), utc_now)


@lru_cache(maxsize=4)
def open_questionnaire(path: Path) -> Questionnaire:
    """The clinic's lists and notice, read once in the life of the process.

    Raises:
        ContentError: if something in the file cannot be used.
    """
    return load_questionnaire(path)
