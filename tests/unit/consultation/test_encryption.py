import secrets
import subprocess

import pytest
from cryptography.fernet import Fernet

from mesobot.consultation.encryption import (
    KEY_VARIABLE,
    MAKE_KEY,
    EncryptionKeyError,
    SealedError,
    Sealer,
)

OLD, NEW = (Fernet.generate_key().decode() for _ in range(2))


def test_without_a_key_values_are_kept_as_they_are() -> None:
    sealer = Sealer.from_environment({})
    assert not sealer.encrypts
    assert "Ayşe" in sealer.seal("Ayşe Yilmazoglu")
    assert sealer.unseal(sealer.seal("Ayşe Yilmazoglu")) == "Ayşe Yilmazoglu"


def test_with_a_key_nothing_of_the_value_is_seen() -> None:
    sealer = Sealer.from_environment({KEY_VARIABLE: NEW})
    assert sealer.encrypts
    sealed = sealer.seal("Ayşe Yilmazoglu")
    assert "Yilmazoglu" not in sealed
    assert sealed != sealer.seal("Ayşe Yilmazoglu")
    assert sealer.unseal(sealed) == "Ayşe Yilmazoglu"


@pytest.mark.parametrize("text", ["sealed:x", "plain:x", ""])
@pytest.mark.parametrize("keys", [[], [NEW]])
def test_a_value_that_looks_like_a_stored_one_stays_what_it_is(text: str, keys: list[str]) -> None:
    sealer = Sealer(keys)
    assert sealer.unseal(sealer.seal(text)) == text


def test_after_a_change_of_keys_old_values_are_read_and_new_ones_need_the_new_key() -> None:
    old = Sealer([OLD]).seal("Ada")
    both = Sealer.from_environment({KEY_VARIABLE: f"{NEW}, {OLD}"})
    assert both.unseal(old) == "Ada"
    assert Sealer([NEW]).unseal(both.seal("Ada")) == "Ada"


def test_what_was_stored_before_there_was_a_key_is_read() -> None:
    assert Sealer([NEW]).unseal(Sealer().seal("Ada")) == "Ada"


def test_a_missing_key_is_said_clearly_without_the_value() -> None:
    sealed = Sealer([OLD]).seal("Ada")
    with pytest.raises(SealedError, match="encrypted, but MESOBOT_ENCRYPTION_KEY is not set"):
        Sealer().unseal(sealed)
    with pytest.raises(SealedError, match="with a key that is not in MESOBOT_ENCRYPTION_KEY"):
        Sealer([NEW]).unseal(sealed)


def test_a_wrong_key_is_refused_without_repeating_it() -> None:
    with pytest.raises(EncryptionKeyError, match="must hold Fernet keys") as caught:
        Sealer.from_environment({KEY_VARIABLE: f"{NEW},secret-password"})
    assert "secret-password" not in str(caught.value)
    assert NEW not in str(caught.value)


def test_pseudonyms_are_the_same_each_time_and_depend_on_the_key() -> None:
    assert Sealer([NEW]).pseudonym("web-1") == Sealer([NEW]).pseudonym("web-1")
    assert len({Sealer(keys).pseudonym("web-1") for keys in ([], [OLD], [NEW])}) == 3


def test_pseudonyms_of_different_parts_differ() -> None:
    assert Sealer().pseudonym("ab", "c") != Sealer().pseudonym("a", "bc")


def test_pseudonyms_from_before_a_change_of_keys_are_among_those_looked_for() -> None:
    looked_for = Sealer([NEW, OLD]).pseudonyms("web-1")
    assert looked_for[0] == Sealer([NEW]).pseudonym("web-1")
    assert Sealer([OLD]).pseudonym("web-1") in looked_for
    assert Sealer().pseudonym("web-1") in looked_for


def test_the_refusal_says_how_to_make_a_key() -> None:
    made = subprocess.run(MAKE_KEY, shell=True, check=True, capture_output=True, text=True).stdout
    assert Sealer.from_environment({KEY_VARIABLE: made}).encrypts
    with pytest.raises(EncryptionKeyError) as caught:
        Sealer([secrets.token_urlsafe(32)])  # what other secrets are made with lacks the padding
    assert MAKE_KEY in str(caught.value)
