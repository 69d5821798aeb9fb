"""Reads a name, a phone number and an e-mail address out of what a patient wrote.

Each is accepted within a sentence. What cannot be accepted is refused with the reason, so that
the assistant can say what to change.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from enum import Enum

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from phonenumbers import Leniency, PhoneNumberFormat, PhoneNumberType, ValidationResult

LONGEST_NAME = 80
"""Characters of a name."""


class Fault(str, Enum):
    """Why something was refused."""

    # phone numbers
    NOT_A_NUMBER = "not_a_number"
    TOO_SHORT = "too_short"
    INVALID = "invalid"
    NEEDS_COUNTRY_CODE = "needs_country_code"
    LANDLINE = "landline"
    # e-mail addresses
    NOT_AN_EMAIL = "not_an_email"
    # names
    NO_LETTER = "no_letter"
    TOO_LONG = "too_long"
    QUESTION = "question"
    MARKUP = "markup"
    FORMULA = "formula"
    LINK = "link"
    EMAIL_AS_NAME = "email_as_name"
    NUMBER_AS_NAME = "number_as_name"
    # more than one of them
    SEVERAL = "several"
    CONTROL_CHARACTERS = "control_characters"


class ContactProblem(Exception):
    """Something that a patient wrote cannot be accepted; the text does not repeat it."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.value)
        self.fault = fault


@dataclass(frozen=True)
class Phone:
    """A phone number that can have WhatsApp.

    Attributes:
        e164: as it is stored and dialled, e.g. ``+905321234567``.
        international: as it is printed, e.g. ``+90 532 123 45 67``.
    """

    e164: str = field(repr=False)
    international: str = field(repr=False)


_CAN_HAVE_WHATSAPP = {
    PhoneNumberType.MOBILE,
    PhoneNumberType.FIXED_LINE_OR_MOBILE,
    PhoneNumberType.PERSONAL_NUMBER,
    PhoneNumberType.VOIP,
}
_DIGITS_WITH_SEPARATORS = re.compile(r"\+?[\d][\d\s()./-]*|\(\d[\d\s()./-]*")
_FEWEST_DIGITS, _MOST_DIGITS = 8, 15
_JOINERS = "\u200c\u200d"  # within names of some scripts
_EMAIL = re.compile(r"[^\s<>,;:\"()\[\]]+@[^\s<>,;:\"()\[\]]+")
_AROUND_AT = re.compile(r"\s*@\s*")
_EMAIL_ENDS = ".!?'’"
_INTRODUCTION = re.compile(
    r"^\W*(?:(?:hi|hello|hey|no|sorry|ok|oh|well)[\s,!.]+)*(?:(?:and )?(?:my )?(?:full |first )?"
    r"name(?: is|['’]s|:)|my name|(?:benim )?ad[ıi]m|i['’]m|im(?=\s+\S)|i am|it['’]s|it is|this is"
    r"|(?:you can |please )?call me)\s+",
    re.IGNORECASE,
)
_AGE = re.compile(
    r"[\s,;(]+(?:and\s+)?(?:(?:i\s?am|i['’]?m|aged?)\s+\d{1,2}\b.*|\d{1,2}\s*(?:years?|yrs?|y\.?o|yaş).*)$"
    r"|[,;(]\s*\d{1,2}\W*$",
    re.IGNORECASE | re.DOTALL,
)
"""Patients like to say it beside their name; the clinic has not asked for it."""
_LINK = re.compile(
    r"://|\bwww\.|\b(?:javascript|data|mailto):|\w\.(?:com|net|org|info|io|biz|xyz|tr|ru|de)\b",
    re.IGNORECASE,
)
_FORMULA_STARTS = "=+-@"
_MOST_DIGITS_IN_NAME = 4


def read_phone(text: str, region: str = "TR") -> Phone:
    """The phone number in a message.

    Args:
        text: what the patient wrote; digits of any script.
        region: country of numbers without a country code. Those of other countries are
            welcome with ``+`` or ``00``.

    Raises:
        ContactProblem: NOT_A_NUMBER, TOO_SHORT, INVALID, NEEDS_COUNTRY_CODE (complete, but
            not of this region), LANDLINE (or another that cannot have WhatsApp), SEVERAL.
    """
    plain = _ascii_digits(text)
    matches = phonenumbers.PhoneNumberMatcher(plain, region, leniency=Leniency.VALID)
    numbers = {_format(match.number, PhoneNumberFormat.E164): match.number for match in matches}
    if not numbers:
        raise ContactProblem(_fault_of_phone(plain, region))
    if len(numbers) > 1:
        raise ContactProblem(Fault.SEVERAL)
    ((e164, number),) = numbers.items()
    number.extension = None
    if phonenumbers.number_type(number) not in _CAN_HAVE_WHATSAPP:
        raise ContactProblem(Fault.LANDLINE)
    return Phone(e164, _format(number, PhoneNumberFormat.INTERNATIONAL))


def read_email(text: str) -> str:
    """The e-mail address in a message, normalised and in ASCII.

    Raises:
        ContactProblem: NOT_AN_EMAIL, SEVERAL, CONTROL_CHARACTERS.
    """
    line = text.strip()
    if _has_control_characters(line):
        raise ContactProblem(Fault.CONTROL_CHARACTERS)
    found = _EMAIL.findall(line) or _EMAIL.findall(_AROUND_AT.sub("@", line))
    candidates = (_email(candidate.strip(_EMAIL_ENDS)) for candidate in found)
    addresses = {address.casefold(): address for address in candidates if address}
    if not addresses:
        raise ContactProblem(Fault.NOT_AN_EMAIL)
    if len(addresses) > 1:
        raise ContactProblem(Fault.SEVERAL)
    return next(iter(addresses.values()))


def read_name(text: str) -> str:
    """The name in a message, in any script, without "my name is" and "and I am 34".

    Raises:
        ContactProblem: CONTROL_CHARACTERS, MARKUP, QUESTION, EMAIL_AS_NAME, LINK, FORMULA
            (spreadsheets would run it), NO_LETTER, NUMBER_AS_NAME, TOO_LONG.
    """
    line = unicodedata.normalize("NFC", text.strip())
    if _has_control_characters(line, allowed=_JOINERS):
        raise ContactProblem(Fault.CONTROL_CHARACTERS)
    said = _AGE.sub("", _INTRODUCTION.sub("", f"{line} ").strip())
    name = " ".join(said.split()).rstrip(" .,;!")
    fault = _fault_of_name(name)
    if fault:
        raise ContactProblem(fault)
    return name


def _fault_of_phone(plain: str, region: str) -> Fault:
    """What is wrong with a message that holds no valid number."""
    pieces = _DIGITS_WITH_SEPARATORS.findall(plain)
    piece = max(pieces, key=lambda piece: sum(map(str.isdigit, piece)), default="")
    digits = "".join(filter(str.isdigit, piece))
    if not digits or (len(digits) < _FEWEST_DIGITS and any(map(str.isalpha, plain))):
        return Fault.NOT_A_NUMBER
    if piece.startswith("+") or digits.startswith("00"):
        return _fault_of_international(f"+{digits.lstrip('0')}")
    return _fault_of_national(digits, region)


def _fault_of_national(digits: str, region: str) -> Fault:
    if len(digits) < _FEWEST_DIGITS:
        return Fault.TOO_SHORT
    if len(digits) > _MOST_DIGITS:
        return Fault.INVALID
    number = phonenumbers.example_number_for_type(region, PhoneNumberType.MOBILE)
    mobile, national = str(number.national_number) if number else "", digits.lstrip("0")
    if mobile and national.startswith(mobile[0]):
        if len(national) > len(mobile):
            return Fault.INVALID
        # One digit less is also what a complete number of some neighbours looks like.
        if len(national) < len(mobile) - 1:
            return Fault.TOO_SHORT
    return Fault.NEEDS_COUNTRY_CODE


def _fault_of_international(digits: str) -> Fault:
    try:
        number = phonenumbers.parse(digits)
    except phonenumbers.NumberParseException:
        return Fault.INVALID
    reason = phonenumbers.is_possible_number_with_reason(number)
    short = (ValidationResult.TOO_SHORT, ValidationResult.IS_POSSIBLE_LOCAL_ONLY)
    return Fault.TOO_SHORT if reason in short else Fault.INVALID


def _fault_of_name(name: str) -> Fault | None:
    digits = sum(map(str.isdigit, name))
    checks = [
        (Fault.MARKUP, "<" in name or ">" in name),
        (Fault.QUESTION, any(mark in name for mark in "?？؟")),
        (Fault.FORMULA, unicodedata.normalize("NFKC", name)[:1] in tuple(_FORMULA_STARTS)),
        (Fault.EMAIL_AS_NAME, "@" in name),
        (Fault.LINK, bool(_LINK.search(name))),
        (Fault.NO_LETTER, not any(map(str.isalpha, name))),
        (Fault.NUMBER_AS_NAME, digits > _MOST_DIGITS_IN_NAME),
        (Fault.TOO_LONG, len(name) > LONGEST_NAME),
    ]
    return next((fault for fault, applies in checks if applies), None)


def _email(candidate: str) -> str | None:
    try:
        # Not every mail server takes other than ASCII; domains of other scripts have a form in it.
        return validate_email(
            candidate, check_deliverability=False, allow_smtputf8=False
        ).ascii_email
    except EmailNotValidError:
        return None


def _has_control_characters(text: str, allowed: str = "") -> bool:
    """Whether there are control, invisible, line-breaking or half characters in it."""
    return any(
        unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")
        for character in text
        if character not in allowed
    )


def _ascii_digits(text: str) -> str:
    """The text with digits and plus signs in ASCII, without the marks that come with pasting."""
    visible = (letter for letter in text if unicodedata.category(letter) != "Cf")
    plain = unicodedata.normalize("NFKC", "".join(visible))
    return "".join(str(unicodedata.decimal(letter, letter)) for letter in plain)


def _format(number: phonenumbers.PhoneNumber, style: int) -> str:
    return str(phonenumbers.format_number(number, style))
