"""Names of sources, made from addresses."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from flows.adding.names import name_for
from pipelines.setting_values import SourceName


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://www.example.com/en/offers", "example-offers"),
        ("https://www.example.com/ar-sa/offers/", "example-offers"),
        ("https://autocare.com.sa/", "autocare"),
        ("https://shop.autocare.com/promos/index.html", "shop-autocare-promos"),
        ("https://bank.co.uk/personal/cards/offers.html?page=2", "bank-cards-offers"),
        ("http://127.0.0.1:8753/en/offers", "local-offers"),
        ("http://localhost/", "localhost"),
        ("http://192.0.2.7/x", "192-0-2-7-x"),
        ("http://[2001:db8::1]/", "2001-db8-1"),
        ("https://offers.com/offers", "offers"),
        ("https://xn--mgba3gch31f.test/%D8%B9%D8%B1%D9%88%D8%B6", "xn-mgba3gch31f"),
        ("https://example.com/%22%3B--/..%2f", "example"),
    ],
)
def test_host_and_path_name_the_source(url: str, name: str) -> None:
    """Without www, country, language and file ending."""
    assert name_for(url) == name


@given(st.text(alphabet="ab.-_~é0%/\x00", max_size=200), st.text(alphabet="ab-_.%2F/؟é", max_size=300))
def test_every_name_is_one_that_settings_allow(host: str, path: str) -> None:
    """Whatever the address."""
    TypeAdapter(SourceName).validate_python(name_for(f"https://{host.replace('/', '')}/{path}"))
