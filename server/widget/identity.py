"""Who a site's server says somebody is: a short-lived token signed with the site's identity secret."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final

import jwt
from pydantic import BaseModel, Field, ValidationError

from core.errors import NotAuthenticated
from db.sites import Site
from server.rest.text import Line

ALGORITHM: Final = "HS256"
LONGEST_LIFE: Final = timedelta(minutes=10)
SKEW: Final = timedelta(seconds=30)


class _Claims(BaseModel):
    sub: Annotated[Line, Field(min_length=1, max_length=200)]
    name: Annotated[Line, Field(max_length=100)] | None = None
    email: Annotated[Line, Field(max_length=254)] | None = None
    team: bool = False


@dataclass(frozen=True, slots=True)
class Vouched:
    """Somebody the site's server knows. ``team``: it says they are a person of the account, not a customer."""

    subject: str
    name: str | None
    email: str | None
    team: bool


def vouched(site: Site, token: str, now: datetime) -> Vouched:
    """Return who a token names. NotAuthenticated says to the site's developer what is wrong with it."""
    claims = _read(site, token, now)
    _require_short_life(claims, now)
    try:
        known = _Claims.model_validate(claims)
    except ValidationError as error:
        raise NotAuthenticated(f"The user token has a claim that can't be used: {_field(error)}.") from error
    return Vouched(known.sub, known.name or None, known.email or None, known.team)


def _read(site: Site, token: str, now: datetime) -> dict[str, Any]:
    secrets = [site.identity_secret]
    if site.previous_until and site.previous_until > now:
        secrets.append(site.previous_secret)
    for secret in filter(None, secrets):
        try:
            return jwt.decode(
                token,
                secret,
                algorithms=[ALGORITHM],
                audience=site.site_key,
                options={
                    "require": ["sub", "exp", "aud"],
                    "verify_exp": False,
                    "verify_nbf": False,
                    "verify_iat": False,
                },
            )
        except jwt.InvalidSignatureError:
            continue
        except (jwt.InvalidTokenError, ValueError, TypeError) as error:
            raise NotAuthenticated(f"The user token can't be used: {error}.") from error
    raise NotAuthenticated("The user token is not signed with this site's identity secret.")


def _require_short_life(claims: dict[str, Any], now: datetime) -> None:
    try:
        ends = datetime.fromtimestamp(claims["exp"], UTC)
    except (ValueError, TypeError, OverflowError, OSError) as error:
        raise NotAuthenticated("The user token's `exp` is no time.") from error
    if ends <= now - SKEW:
        raise NotAuthenticated("The user token has expired. Make a new one for each page.")
    if ends > now + LONGEST_LIFE + SKEW:
        raise NotAuthenticated("The user token lives too long. Let it expire within 10 minutes.")


def _field(error: ValidationError) -> str:
    return ", ".join(str(part) for problem in error.errors() for part in problem["loc"])
