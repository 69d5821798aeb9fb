import pytest

from mesobot.channels.web.origins import normal_origin, read_origins
from mesobot.channels.web.settings_error import WebSettingsError

SITE = "https://www.clinic.example"


@pytest.mark.parametrize(
    "origin",
    [
        SITE,
        f"{SITE}:443",
        "HTTPS://WWW.Clinic.Example",
        "https://chat.clinic.example",  # the server itself
    ],
)
def test_listed_origins_and_our_own_are_allowed(origin: str) -> None:
    headers = {"origin": origin, "host": "chat.clinic.example"}
    assert read_origins([f"{SITE}/"]).allow(headers, "https")


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "http://www.clinic.example",
        f"{SITE}:444",
        f"{SITE}.evil.example",
        "https://evil.example/www.clinic.example",
        "https://www.clinic.example@evil.example",
        "https://xwww.clinic.example",
        "null",
        "",
        "*",
        "file://",
        f"{SITE},{SITE}",
        f"{SITE}\n",
    ],
)
def test_all_others_are_refused(origin: str) -> None:
    allowed = read_origins([SITE]).allow({"origin": origin, "host": "x.example"}, "https")
    assert allowed == (origin.strip() == SITE)


def test_our_own_origin_is_the_scheme_as_well() -> None:
    headers = {"origin": "http://chat.clinic.example", "host": "chat.clinic.example"}
    assert read_origins([]).allow(headers, "http")
    assert not read_origins([]).allow(headers, "https")


@pytest.mark.parametrize(
    ("fetched_from", "allowed"),
    [("same-origin", True), ("none", True), ("cross-site", False), ("same-site", False)],
)
def test_without_an_origin_it_must_not_come_from_another_site(
    fetched_from: str, allowed: bool
) -> None:
    assert read_origins([SITE]).allow({"sec-fetch-site": fetched_from}, "http") is allowed


def test_programs_that_are_no_browsers_may_come_in() -> None:
    assert read_origins([]).allow({}, "http")


@pytest.mark.parametrize(
    "text", ["*", "clinic.example", "https://x.example/chat", "ftp://x", "//x"]
)
def test_what_is_no_origin_is_explained(text: str) -> None:
    with pytest.raises(WebSettingsError, match="is no origin"):
        read_origins([text])


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        (" https://A.example/ ", "https://a.example"),
        ("http://a.example:80", "http://a.example"),
        ("https://a.example:80", "https://a.example:80"),
        ("http://[::1]:5005", "http://[::1]:5005"),
    ],
)
def test_origins_are_compared_as_browsers_send_them(text: str, normal: str) -> None:
    assert normal_origin(text) == normal
