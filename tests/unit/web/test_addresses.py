import pytest

from mesobot.channels.web.addresses import client_address, client_scheme


@pytest.mark.parametrize(
    ("forwarded", "proxies", "address"),
    [
        (None, 0, "10.0.0.1"),
        ("1.2.3.4", 0, "10.0.0.1"),  # nobody may choose an address
        ("1.2.3.4", 1, "1.2.3.4"),
        ("6.6.6.6, 1.2.3.4", 1, "1.2.3.4"),  # what the proxy itself wrote
        ("6.6.6.6, 1.2.3.4, 10.0.0.2", 2, "1.2.3.4"),
        (None, 1, "10.0.0.1"),
        ("1.2.3.4", 2, "10.0.0.1"),
        ("not an address", 1, "10.0.0.1"),
        ("2001:db8:1:2:3:4:5:6", 1, "2001:db8:1:2::/64"),
        ("::ffff:1.2.3.4", 1, "1.2.3.4"),
    ],
)
def test_the_address_that_limits_count_by(
    forwarded: str | None, proxies: int, address: str
) -> None:
    assert client_address("10.0.0.1", forwarded, proxies) == address


@pytest.mark.parametrize(
    ("forwarded", "proxies", "scheme"),
    [("https", 1, "https"), ("https", 0, "http"), (None, 1, "http"), ("gopher", 1, "http")],
)
def test_only_a_proxy_of_ours_says_https(forwarded: str | None, proxies: int, scheme: str) -> None:
    assert client_scheme(forwarded, proxies) == scheme
