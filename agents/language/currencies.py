"""Currencies: their codes, the signs and names people write for them, and where which one is spent."""

CODES = (
    "GBP", "USD", "EUR", "INR", "CHF", "PLN", "SEK", "NOK", "DKK", "JPY", "AUD", "CAD", "NZD", "CNY", "ZAR", "SGD",
    "BRL", "MXN", "TRY", "AED", "HKD", "CZK", "HUF", "ILS", "KRW", "THB", "NGN", "KES", "PHP", "IDR", "MYR", "SAR",
    "LKR", "GHS", "UGX", "TZS", "VND", "PKR", "EGP", "TWD", "QAR", "JOD", "UAH", "RSD", "BDT", "BGN", "RON",
)  # fmt: skip
SIGNS = {
    "£": "GBP", "€": "EUR", "₹": "INR", "¥": "JPY", "₩": "KRW", "₺": "TRY", "₦": "NGN", "₪": "ILS", "฿": "THB",
    "a$": "AUD", "au$": "AUD", "aud$": "AUD", "c$": "CAD", "ca$": "CAD", "cad$": "CAD", "us$": "USD", "nz$": "NZD",
    "s$": "SGD", "hk$": "HKD", "r$": "BRL", "nt$": "TWD", "$": "USD", "zł": "PLN", "zl": "PLN", "₱": "PHP", "₫": "VND",
    "৳": "BDT", "₴": "UAH", "gh₵": "GHS", "₵": "GHS",
}  # fmt: skip
NAMES = (
    (r"aussie dollars?|australian dollars?", "AUD"), (r"canadian dollars?", "CAD"), (r"us dollars?", "USD"),
    (r"new zealand dollars?|kiwi dollars?", "NZD"), (r"singapore dollars?", "SGD"), (r"hong kong dollars?", "HKD"),
    (r"swiss francs?|schweizer franken|franken|francs?|sfr\.?|fr\.", "CHF"), (r"swedish kron(?:a|or)", "SEK"),
    (r"norwegian kroner?", "NOK"), (r"danish kroner?", "DKK"),
    (r"pounds? sterling|sterling|pounds?|quid|punds?|gbp|squid|libras", "GBP"),
    (r"dollars?|bucks?|usd[ct]?|dólares", "USD"),
    (r"euros?|eur|euro", "EUR"), (r"indian rupees?|rupees?|rs\.?|inr", "INR"), (r"z[lł]oty(?:ch|s)?|z[łl]", "PLN"),
    (r"won(?! (?:the|a|an|us|me|it)\b)", "KRW"),
    (r"yens?", "JPY"), (r"yuan|rmb|renminbi", "CNY"), (r"rands?", "ZAR"), (r"reais|real", "BRL"),
    (r"rupiah|rp\.?", "IDR"), (r"ringgit|rm", "MYR"), (r"forints?|ft", "HUF"), (r"korun[ay]?|kč", "CZK"),
    (r"(?:romanian )?lei", "RON"),
    (r"(?:mexican )?pesos?", "MXN"), (r"shekels?", "ILS"), (r"baht", "THB"), (r"lira", "TRY"),
    (r"dirhams?|dhs?\.?", "AED"), (r"naira", "NGN"), (r"ugandan shillings?|ush\.?", "UGX"),
    (r"tanzanian shillings?|tsh\.?", "TZS"), (r"shillings?|ksh\.?", "KES"), (r"takas?|tk\.?", "BDT"),
    (r"(?:ghana(?:ian)? )?cedis?", "GHS"), (r"kronor|kroner|krona|krone|kr\.?", "SEK"),
)  # fmt: skip
COUNTRY = {
    "GB": "GBP", "US": "USD", "IN": "INR", "CH": "CHF", "PL": "PLN", "SE": "SEK", "NO": "NOK", "DK": "DKK",
    "ZA": "ZAR", "KE": "KES", "NG": "NGN", "JP": "JPY",
    "AU": "AUD", "CA": "CAD", "NZ": "NZD", "CN": "CNY", "SG": "SGD", "HK": "HKD", "CZ": "CZK", "HU": "HUF",
    "RO": "RON", "TR": "TRY", "IL": "ILS", "KR": "KRW", "TH": "THB", "BR": "BRL", "MX": "MXN", "AE": "AED",
    "PH": "PHP", "ID": "IDR", "MY": "MYR", "GH": "GHS", "LK": "LKR", "PK": "PKR", "EG": "EGP", "TW": "TWD",
    "UG": "UGX", "TZ": "TZS", "VN": "VND", "BD": "BDT",
    **dict.fromkeys(
        (
            "DE", "FR", "ES", "IT", "IE", "NL", "BE", "AT", "FI", "PT", "GR", "LU", "HR", "SI", "SK", "EE", "LV", "LT",
            "MT", "CY", "BG",
        ),
        "EUR",
    ),
}  # fmt: skip
# Names several countries give their own money: which one is meant follows from the place.
FAMILIES = tuple(
    (frozenset(names.split()), frozenset(codes.split()))
    for names, codes in (
        ("$ dollar dollars buck bucks", "USD AUD CAD NZD SGD HKD"),
        ("kr kronor kroner krona krone", "SEK NOK DKK CZK"),
        ("rs rupee rupees", "INR PKR LKR"),
        ("shilling shillings", "KES UGX TZS"),
        ("¥", "JPY CNY"),
    )
)
