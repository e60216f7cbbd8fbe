"""Every platform of the house, and how a name people write finds its platform."""

import re
from collections.abc import Mapping
from types import MappingProxyType

from tools.platform import Platform
from tools.platforms import (
    blog,
    email,
    facebook,
    ghost,
    google_ads,
    instagram,
    linkedin,
    medium,
    meta_ads,
    pinterest,
    sms,
    threads,
    tiktok,
    twitter,
    whatsapp,
    wordpress,
    youtube,
)

CATALOGUE: tuple[Platform, ...] = (
    instagram.PLATFORM,
    facebook.PLATFORM,
    twitter.PLATFORM,
    linkedin.PLATFORM,
    tiktok.PLATFORM,
    youtube.PLATFORM,
    email.PLATFORM,
    blog.PLATFORM,
    whatsapp.PLATFORM,
    wordpress.PLATFORM,
    medium.PLATFORM,
    ghost.PLATFORM,
    pinterest.PLATFORM,
    threads.PLATFORM,
    google_ads.PLATFORM,
    meta_ads.PLATFORM,
    sms.PLATFORM,
)
BY_NAME: Mapping[str, Platform] = MappingProxyType({platform.name: platform for platform in CATALOGUE})


def _plain(name: str) -> str:
    return re.sub(r"[\s_\-/()@#]+", " ", name.casefold()).strip()


_BY_ANY_NAME: Mapping[str, Platform] = MappingProxyType(
    {_plain(name): platform for platform in CATALOGUE for name in (platform.name, platform.label, *platform.aliases)}
)


def find_platform(name: str) -> Platform | None:
    """Return the platform a name such as ``IG``, ``X (Twitter)`` or ``Google Ads`` means, or None."""
    return _BY_ANY_NAME.get(_plain(name))
