"""Secrets are found in the forms people paste them in, and ordinary words are left alone."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memory.secrets import find_secrets, is_card_number, is_iban, without_secrets

SECRET = [
    ("our API key is sk-proj-abc123DEF456ghi789jkl012", "API key"),
    ("My password is hunter2", "password"),
    ("the wifi password for guests is Croissant99", "password"),
    ("pay with 4111 1111 1111 1111, exp 12/27", "card number"),
    ("IBAN DE89 3704 0044 0532 0130 00", "IBAN"),
    ("IBAN: GB82WEST12345698765432 please use it", "IBAN"),
    ("Authorization: Bearer abcdef1234567890ABCDEF", "bearer token"),
    ("postgres://admin:s3cret@db.example.com:5432/shop", "address with credentials"),
    ("-----BEGIN RSA PRIVATE KEY-----\nMIIEow\n-----END RSA PRIVATE KEY-----", "private key"),
    ("ghp_abcdefghijklmnopqrstuvwxyz0123456789", "token"),
    ("AKIAIOSFODNN7EXAMPLE", "API key"),
    ("aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "API key"),
    ("login: admin / pass123!", "password"),
    ("the PIN is 4821", "PIN"),
    ("https://example.com/cb?access_token=abcd1234efgh", "token"),
    ("sort code 12-34-56, account number 12345678", "account number"),
    ("Passwort: Geheim123", "password"),
    ("the token: Zx81kKq2LpQ9", "token"),
]
ORDINARY = [
    "Our opening hours are 9 to 5, and the password reset page is broken.",
    "The password is wrong, please send a new one.",
    "The secret to good bread is time. The secret is patience.",
    "A budget of 8,000 for 200 visitors on 3 December 2026.",
    "Call 0113 496 0000 or +44 20 7946 0958.",
    "campaign cmp_0198f6c2a1b07c3d8e4f5a6b7c8d9e0f",
    "order number 1234567890123",
    "#SmallBusinessSaturdayLeedsBakeryOpening2026",
    "https://www.example.com/blog/2026/11/how-we-bake-sourdough-bread-every-morning-at-4am",
    "Our key message: warm and local. A token of appreciation is a free coffee.",
    "ISBN 978-3-16-148410-0",
    "550e8400-e29b-41d4-a716-446655440000",
]

OTHER_FORMS = [
    "our api key is sk live 4eC39HqLyjWDarjtT1zdp7dc",
    "the stripe key is s k _ l i v e _ 4eC39HqLyjWDarjtT1zdp7dc",
    "the card is four one one one one one one one one one one one one one one one",
    "card: four-one-one-one 1111 1111 1111",
    "my card number is 4111-1111-1111-1111 cvv 123",
    "my card number is 4111.1111.1111.1111",
    "amex 378282246310005",
    "4242 4242 4242 4242",
    "my visa ends on 4242424242424242 exp 04/27",
    "GB82 WEST 1234 5698 7654 32",
    "iban gb82west12345698765432",
    "our iban is DE 89 3704 0044 0532 0130 00",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U",
    "mongodb+srv://admin:Pa55word@cluster0.mongodb.net/shop",
    "redis://:s3cretpass@10.0.0.1:6379",
    "Server=db.example.com;Database=shop;User Id=sa;Password=Tr0ub4dor;",
    "host=db user=admin password=Tr0ub4dor dbname=shop",
    (
        "DefaultEndpointsProtocol=https;AccountName=shop;AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ"
        "1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==;EndpointSuffix=core.windows.net"
    ),
    "my password is correct horse battery staple",
    "my password's hunter2",
    "password hunter2",
    "pass: hunter2",
    "our wifi password: Croissant99",
    "the password for instagram is Sunny!Day22",
    "the login for canva is anna@crumb.example with Sunny!Day22",
    "use username anna and password sunnyday to get in",
    "the code for the door is 4821",
    "the alarm code is 7730",
    "our pin is 1 2 3 4",
    "pin number for the card: 9921",
    "LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVktLS0tLQpNSUlFb3dJQkFBS0NBUUVBdGVzdA==",
    (
        "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQ\n-----END OP"
        "ENSSH PRIVATE KEY-----"
    ),
    "github token ghp_16C7e42F292c6912E7710c838347Ae178B4a",
    "token: xoxb-123456789012-abcdefABCDEF",
    "my openai key sk-abcdefghijklmnopqrstuvwxyz123456",
    "the secret key for mailchimp is 3f2a9c7b1d8e4f5a6b7c8d9e0f1a2b3c-us12",
    "AWS secret: wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "export META_ACCESS_TOKEN=EAABsbCS1iHgBAKZCzZC",
    '"api_key": "a8f5f167f44f4964e6c998dee827110c"',
    '{"password":"hunter22"}',
    "<password>hunter22</password>",
    "curl -u admin:hunter22 https://example.com",
    "curl -H 'X-Api-Key: 9a7b6c5d4e3f2a1b'",
    "my social is 078-05-1120",
    "sort code 12 34 56 account 12345678",
    ("the recovery phrase is abandon ability able about above absent absorb abstract absurd abuse access accident"),
    "verification code 483920",
    "your one time code is 483 920",
    "the 2FA backup codes are 1a2b-3c4d 5e6f-7a8b",
    "passphrase: open-sesame-42",
    "my passwd=hunter22",
    "Our WordPress app password is abcd efgh ijkl mnop qrst uvwx",
    "my password is: hunter2",
    "password → hunter2",
    "My password used to be hunter2",
    "the facebook pw is hunter22",
    "change the password to Sunny!Day22",
]
OTHERS_ORDINARY = [
    "Our shop's phone is 0113 496 0000.",
    "Call us at +44 20 7946 0958 or (0)20 7946 0958",
    "Call 07700 900123 for bookings",
    "order number 4111-2222-3333-4445",
    "order 100-2345678-1234567",
    "Invoice INV-2026-004821 is 1,234.50",
    "The price is £1,234,567.89",
    "Budget 4,000 per month, 48,000 a year, 4 x 12000",
    "tracking number 1Z999AA10123456784",
    "the discount code is BREAD20",
    "use code WELCOME10 at checkout",
    "our voucher code SPRING2026",
    "the postcode is LS1 4AP",
    "door sizes 2040 x 926",
    "the year 2026 and 2027, 14 12 2026 10 00",
    "passwords are a topic for our security blog",
    "we sell password managers",
    "the password field is broken",
    "Our key message is freshness",
    "The token of our appreciation",
    "The secret is in the dough",
    "pin this post to the top",
    "Pin: 4 new boards on Pinterest",
    "the campaign code is SUMMER-SALE-2026",
    "account manager is Anna",
    "our account is @crumb.leeds",
    "The code of conduct is online",
    "barcode 5012345678900",
    "VAT number GB123456789",
    "company number 12345678",
    "EAN 4006381333931",
    "sku 4711-0815-4242",
    "one one two is the emergency number",
    "we have four ovens, one mixer, one till, two vans",
    "the key is to post at 9",
    "our login page is slow",
    "opening 9 to 5, 10-4 on Saturdays, 11 11 2026",
    "What is the password policy for customers?",
    "https://www.example.com/?utm_source=newsletter&utm_campaign=spring_sale_2026",
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk",
    "+49 30 901820",
    "Our hashtag is #CrumbLeeds2026",
    "The model number is WX-45892-AB12",
    "the door opens at 4821 Main Street",
    "our area code is 0113",
    "the zip code is 90210",
    "promo code: FRESH15OFF",
    "Please sign in at the desk with your pass before 9",
    "a security code of practice",
    "the pass is 25 pounds",
]


@pytest.mark.parametrize("text", OTHER_FORMS)
def test_other_forms_are_found(text: str) -> None:
    assert without_secrets(text).removed


@pytest.mark.parametrize(("text", "kind"), SECRET)
def test_secret_is_found_and_named(text: str, kind: str) -> None:
    assert kind in {secret.kind for secret in find_secrets(text)}


@pytest.mark.parametrize("text", [*ORDINARY, *OTHERS_ORDINARY])
def test_ordinary_words_are_left_alone(text: str) -> None:
    assert without_secrets(text).text == text


def test_what_stands_around_a_secret_is_kept() -> None:
    cleaned = without_secrets(
        "Please connect the newsletter tool, the API key is sk_live_4eC39HqLyjWDarjtT1zdp7dc, by Friday"
    )

    assert cleaned.text == "Please connect the newsletter tool, the API key is [API key removed], by Friday"
    assert cleaned.removed == ("API key",)


def test_nothing_is_kept_where_the_secret_was_all_there_was() -> None:
    assert without_secrets("my password is hunter2").text == ""


def test_cleaning_twice_changes_nothing() -> None:
    once = without_secrets("The campaign tool needs this: password is hunter2 and the token: Zx81kKq2LpQ9 as well").text

    assert without_secrets(once).text == once


@given(st.lists(st.integers(0, 9), min_size=12, max_size=17))
def test_exactly_one_check_digit_makes_a_card_number(digits: list[int]) -> None:
    start = "4" + "".join(str(digit) for digit in digits)
    valid = [last for last in range(10) if is_card_number(f"{start}{last}")]

    assert len(valid) == 1


def test_iban_with_a_changed_digit_is_none() -> None:
    assert is_iban("DE89 3704 0044 0532 0130 00")
    assert not is_iban("DE89 3704 0044 0532 0130 01")


@given(st.text(max_size=300))
def test_no_text_breaks_the_reader(text: str) -> None:
    for secret in find_secrets(text):
        assert 0 <= secret.start < secret.end <= len(text)


@pytest.mark.parametrize("sign", ["0", "a", "a1", "0 ", "key ", "=", "my "])
def test_a_long_run_of_anything_costs_what_its_length_does(sign: str) -> None:
    """Ten times the text takes about ten times the processor, not a hundred times."""
    took: list[float] = []
    for length in (3_000, 30_000):
        text = (sign * length)[:length]
        began = time.process_time()
        find_secrets(text)
        took.append(time.process_time() - began)
    assert took[1] < 40 * max(took[0], 0.01)
