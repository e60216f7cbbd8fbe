"""What the twins of Meta's Graph API share: its errors, its usage headers, its login with long-lived tokens."""

from datetime import datetime

from aiohttp import web

from sandbox.answers import bearer
from sandbox.authorisation import Authorisation, Style
from sandbox.journal import Row
from sandbox.twin import Refusal, Twin

VERSION = "v24.0"
PAGE = "1755847768034402"
PAGE_TOKEN = "page-token-of-the-bakery"  # noqa: S105 - opens nothing but this twin
MOST_CALLS = 200


def problem(status: int, code: int, message: str, subcode: int | None = None, **more: object) -> Refusal:
    """The form of every error of the API."""
    kind = "OAuthException" if code in {1, 2, 10, 100, 102, 190, 200} else "GraphMethodException"
    told: Row = {"message": message, "type": kind, "code": code, "fbtrace_id": "A1b2C3", **more}
    if subcode is not None:
        told["error_subcode"] = subcode
    return Refusal(web.json_response({"error": told}, status=status))


class GraphTwin(Twin):
    """A Graph API with a person who has one page."""

    def add_graph_routes(self, router: web.UrlDispatcher) -> None:
        """Add the login, which the platforms of the Graph API share."""
        self.authorisation = Authorisation(self, Style(refreshes=False, lifetime=3600, pkce=False))
        self.authorisation.add_routes(
            router, authorise=f"/{VERSION}/dialog/oauth", grant=f"/{VERSION}/oauth/access_token"
        )
        router.add_delete(f"/{VERSION}/me/permissions", self._withdraw)

    async def _withdraw(self, request: web.Request) -> web.Response:
        if self.authorisation.token(bearer(request)) is None:
            raise problem(400, 100, "(#100) This call needs the token of a person")
        self.authorisation.withdraw_all()
        self.change_page(open_to_us=False)
        return web.json_response({"success": True})

    @property
    def page_open(self) -> bool:
        """Whether the page's own token works: while the person has not withdrawn it."""
        return bool(self.rows("page").get("state", {}).get("open_to_us", True))

    def change_page(self, *, open_to_us: bool) -> None:
        """Open or close the page to us."""
        self.write("page", "state", open_to_us=open_to_us)

    def enter(self, request: web.Request) -> None:
        """Refuse a request without a valid token, and one that is too many."""
        token = bearer(request) or request.query.get("access_token", "")
        if not (token == PAGE_TOKEN and self.page_open) and self.authorisation.token(token) is None:
            known = self.rows("tokens").get(token)
            expired = known and not known["revoked"] and datetime.fromisoformat(known["until"]) <= self.now
            words = (
                "Error validating access token: Session has expired."
                if expired
                else "Error validating access token: The user has not authorized application."
            )
            raise problem(400, 190, words, 463 if expired else 458)
        used = self._used + 1
        self.write("limit", "calls", used=used)
        if used > self.most_calls:
            raise problem(400, 32, "(#32) Page request limit reached")

    @property
    def _used(self) -> int:
        return int(self.rows("limit").get("calls", {}).get("used", 0))

    @property
    def most_calls(self) -> int:
        """How many calls are allowed before the limit is reached."""
        return int(self.rows("limit").get("setting", {}).get("calls", MOST_CALLS))

    def set_limit(self, calls: int) -> None:
        """Allow this many calls from now on."""
        self.write("limit", "calls", used=0)
        self.write("limit", "setting", calls=calls)

    def answer(self, body: Row) -> web.Response:
        """Answer with the usage headers."""
        return web.json_response(body, headers=self._usage())

    def refusal(self, error: Refusal) -> web.StreamResponse:
        error.response.headers.update(self._usage())
        return error.response

    def _usage(self) -> dict[str, str]:
        share = min(self._used * 100 // max(self.most_calls, 1), 100)
        minutes = 5 if self._used > self.most_calls else 0
        line = f'{{"type":"pages","call_count":{share},"total_cputime":1,"total_time":1,'
        return {
            "X-App-Usage": f'{{"call_count":{share},"total_time":1,"total_cputime":1}}',
            "X-Business-Use-Case-Usage": f'{{"{PAGE}":[{line}"estimated_time_to_regain_access":{minutes}}}]}}',
        }


def stamp(moment: str) -> str:
    """Return a time the way the Graph API writes it."""
    return datetime.fromisoformat(moment).strftime("%Y-%m-%dT%H:%M:%S+0000")
