"""`mesobot doctor`: what the clinic has written about itself."""

from __future__ import annotations

from mesobot.consultation.contacts import ContactProblem, Fault, read_phone
from mesobot.consultation.opening_hours import OpeningHoursError, read_opening_hours
from mesobot.consultation.questionnaire import load_questionnaire
from mesobot.knowledge.clinic import load_clinic
from mesobot.knowledge.content import load_content
from mesobot.knowledge.source import ContentError, read_yaml
from mesobot.staff.findings import Finding, fails, fine, note
from mesobot.staff.installation import Installation

_HOURS = (
    'opening_hours: {time_zone: "Europe/Istanbul", holidays: "TR", '
    'days: {monday: ["09:00-13:00", "14:00-18:00"]}}'
)


def check_clinic_file(here: Installation) -> Finding:
    """Whether ``clinic.yml`` can be used."""
    try:
        load_clinic(here.clinic_file, here.environment)
    except ContentError as error:
        return _broken("clinic.yml", error)
    return fine("clinic.yml", "Can be used.")


def check_content(here: Installation) -> Finding:
    """Whether answers and facts can be used."""
    try:
        content = load_content(here.clinic, here.data, here.environment)
    except ContentError as error:
        sentence = f"{len(error.problems)} problem(s) in the clinic's content."
        return fails("content", sentence, "`mesobot check` lists them.")
    return fine("content", f"{len(content.topics)} topics rest on {len(content.facts)} facts.")


def check_questionnaire(here: Installation) -> Finding:
    """Whether the lists, the privacy notice and the consent of requests can be used."""
    try:
        questionnaire = load_questionnaire(here.clinic / "consultation.yml")
    except ContentError as error:
        return _broken("consultation.yml", error)
    notice, consent = questionnaire.notice.version, questionnaire.consent.version
    return fine("consultation.yml", f"Privacy notice {notice}, consent {consent}.")


def check_whatsapp_number(here: Installation) -> Finding:
    """Whether patients are given a number that can exist."""
    topic = "WhatsApp number"
    clinic = here.known_clinic()
    if clinic is None:
        return note(topic, "Not known while clinic.yml cannot be used.")
    try:
        read_phone(clinic.whatsapp)
    except ContactProblem as problem:
        if problem.fault is not Fault.LANDLINE:  # WhatsApp takes a business's landline, too
            return fails(
                topic,
                f"{clinic.whatsapp} is no number of any country; patients get a dead link.",
                "Correct 'contact.whatsapp' in clinic.yml.",
            )
    return fine(topic, f"Patients are given {clinic.whatsapp}.")


def check_opening_hours(here: Installation) -> Finding:
    """Whether patients are told when to expect an answer."""
    topic = "opening hours"
    try:
        written = read_yaml(here.clinic_file).get("opening_hours")
    except ContentError:
        return note(topic, "Not known while clinic.yml cannot be used.")
    if not written:
        return note(
            topic,
            "Not set: patients are not told when to expect an answer.",
            f"Write into clinic.yml, for example: {_HOURS}",
        )
    try:
        hours = read_opening_hours(written)
    except (OpeningHoursError, AttributeError, TypeError) as error:
        problem = str(error) if isinstance(error, OpeningHoursError) else "is no mapping"
        sentence = f"They cannot be used ({problem.splitlines()[0]}); the relay does not start."
        return fails(topic, sentence, "Correct 'opening_hours' in clinic.yml.")
    expected = hours.expectation(here.now)
    if expected is None:
        return note(topic, "Nothing opens in the next 60 days.", "Look at the exceptions.")
    return fine(topic, f"A patient who asks now is answered {expected} ({hours.zone.key}).")


def _broken(file: str, error: ContentError) -> Finding:
    first, *others = error.problems
    more = f" (and {len(others)} more)" if others else ""
    return fails(file, f"Line {first.line}: {first.message}{more}.", "Correct it.")
