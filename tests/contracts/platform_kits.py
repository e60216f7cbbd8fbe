"""How the contract suite reaches each platform: its twin, an account on it, and how to make its answers go wrong."""

import datetime as dt
import ipaddress
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, Protocol, TypeAlias

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from db.social_accounts import Credentials
from sandbox.faults import Fault
from sandbox.graph import PAGE, PAGE_TOKEN, GraphTwin
from sandbox.mail_server import PASSWORD as MAIL_PASSWORD
from sandbox.mail_server import USERNAME as MAIL_USERNAME
from sandbox.mail_server import MailFault, MailServer
from sandbox.platforms import instagram, linkedin, twitter, wordpress
from sandbox.server import Sandbox
from sandbox.twin import Twin
from tools.outside.contract import Access, Media, Post

Trouble: TypeAlias = Literal[
    "refused", "busy", "server error", "cut before", "cut after", "slow", "nonsense", "half an answer", "error after"
]
PICTURE = b"\xff\xd8\xff\xe0" + b"x" * 200
JPEG = Media("https://pictures.example/bread.jpg", "image/jpeg", PICTURE, alt="A loaf")
SECRET_WORDS = "refused for reasons, and here is what you sent: {secret}"


class Kit(Protocol):
    """One platform under test."""

    access: Access
    post: Post

    @property
    def name(self) -> str: ...

    def published(self) -> list[dict[str, Any]]: ...

    def trouble(self, kind: Trouble, times: int = 1) -> None:
        """Make the next publications go wrong."""
        ...

    def close_account(self) -> None:
        """Make the credentials useless."""
        ...


@dataclass
class TwinKit:
    """A platform reached over HTTP. ``effect`` matches the one request that publishes."""

    twin: Twin
    access: Access
    post: Post
    effect: str
    refusal: Fault
    busy: Fault
    close: Callable[[], None]
    reads: str = ".*"
    figures: dict[str, Any] = field(default_factory=dict[str, Any])
    told: dict[str, int] = field(default_factory=dict[str, int])

    @property
    def name(self) -> str:
        return self.twin.name

    def published(self) -> list[dict[str, Any]]:
        return self.twin.published()

    def trouble(self, kind: Trouble, times: int = 1) -> None:
        faults: dict[Trouble, Fault] = {
            "refused": self.refusal,
            "busy": self.busy,
            "server error": Fault(status=500, body="<h1>Server error</h1>", content_type="text/html"),
            "cut before": Fault(cut="before"),
            "cut after": Fault(cut="after"),
            "slow": Fault(delay=600.0),
            "nonsense": Fault(status=200, body="<html>Hello</html>", content_type="text/html"),
            "half an answer": Fault(cut="middle"),
            "error after": Fault(status=502, body="Bad gateway", content_type="text/plain", done=True),
        }
        change = {"method": "POST", "path": self.effect, "times": times}
        self.twin.faults.add(faults[kind].model_copy(update=change))

    def close_account(self) -> None:
        self.close()

    def give_figures(self, platform_post_id: str) -> None:
        self.twin.change("posts", platform_post_id, **self.figures)


@dataclass
class MailKit:
    """Email, handed to a server that keeps it."""

    server: MailServer
    access: Access
    post: Post

    @property
    def name(self) -> str:
        return "email"

    def published(self) -> list[dict[str, Any]]:
        return self.server.published()

    def trouble(self, kind: Trouble, times: int = 1) -> None:
        words = SECRET_WORDS.format(secret=MAIL_PASSWORD)
        faults: dict[Trouble, MailFault] = {
            "refused": MailFault("message", reply=f"554 5.7.1 {words}"),
            "busy": MailFault("message", reply=f"451 4.7.1 {words}"),
            "server error": MailFault("message", cut="before"),
            "cut before": MailFault("message", cut="before"),
            "cut after": MailFault("message", cut="after"),
            "slow": MailFault("message", delay=600.0),
            "nonsense": MailFault("message", cut="after"),
            "half an answer": MailFault("message", cut="after"),
            "error after": MailFault("message", cut="after"),
        }
        self.server.add(*[faults[kind]] * times)

    def close_account(self) -> None:
        self.server.logins = False


def fault(status: int, body: str, **headers: str) -> Fault:
    """A scripted refusal, as JSON."""
    return Fault(status=status, body=body, headers={name.replace("_", "-"): text for name, text in headers.items()})


def twin_kits(sandbox: Sandbox) -> dict[str, TwinKit]:
    """Return a kit for each twin of the sandbox."""
    kits = [
        _wordpress(sandbox),
        _twitter(sandbox),
        _linkedin(sandbox),
        _facebook(sandbox),
        _instagram(sandbox),
    ]
    return {kit.name: kit for kit in kits}


def a_post(**more: Any) -> Post:
    """A post whose text holds what platforms like to change: markup, brackets, an emoji, a link, hashtags."""
    post = Post(
        key="pub_0123456789abcdef",
        text="Bread & butter <today> (only)_now_: 2 > 1 🥐 — don't miss it!",
        link="https://shop.example/menu?utm_source=x&utm_medium=social",
        hashtags=("#Bread", "#LeedsBakery"),
    )
    return replace(post, **more)


def _token(access: str) -> Credentials:
    return Credentials(access_token=access)


def _wordpress(sandbox: Sandbox) -> TwinKit:
    twin = sandbox.twins["wordpress"]
    secret = wordpress.PASSWORD
    words = SECRET_WORDS.format(secret=secret)
    credentials = Credentials(username=wordpress.USER, password=secret)
    closed = fault(401, '{"code": "incorrect_password", "message": "The password is wrong.", "data": {"status": 401}}')
    return TwinKit(
        twin,
        Access("site.example/1", credentials, {"site": "https://site.example"}),
        a_post(title="Bread today", media=(JPEG, replace(JPEG, data=PICTURE + b"2"))),
        effect="/wp/v2/posts",
        refusal=fault(400, f'{{"code": "rest_invalid_param", "message": "{words}", "data": {{"status": 400}}}}'),
        busy=fault(429, f"{words}", Retry_After="120"),
        close=lambda: twin.faults.add(closed.model_copy(update={"times": 50})),
        figures={"comments": 3},
        told={"comments": 3},
    )


def _twitter(sandbox: Sandbox) -> TwinKit:
    twin = sandbox.twins["twitter"]
    assert isinstance(twin, twitter.TwitterTwin)
    token = twin.authorisation.issue("tweet.read tweet.write users.read media.write offline.access")["token"]
    words = SECRET_WORDS.format(secret=token)
    reset = str(int(twin.now.timestamp()) + 120)
    busy = {"x_rate_limit_limit": "100", "x_rate_limit_remaining": "0", "x_rate_limit_reset": reset}
    return TwinKit(
        twin,
        Access(str(twitter.ME["id"]), _token(token)),
        a_post(media=(JPEG,)),
        effect="/2/tweets",
        refusal=fault(403, f'{{"title": "Forbidden", "detail": "{words}", "status": 403}}'),
        busy=fault(429, f'{{"title": "Too Many Requests", "detail": "{words}", "status": 429}}', **busy),
        close=twin.authorisation.withdraw_all,
        figures={"metrics": {"like_count": 7, "retweet_count": 2, "quote_count": 1, "impression_count": 90}},
        told={"likes": 7, "shares": 3, "views": 90},
    )


def _linkedin(sandbox: Sandbox) -> TwinKit:
    twin = sandbox.twins["linkedin"]
    assert isinstance(twin, linkedin.LinkedInTwin)
    token = twin.authorisation.issue("w_member_social r_organization_social openid profile")["token"]
    words = SECRET_WORDS.format(secret=token)
    return TwinKit(
        twin,
        Access(linkedin.ORGANISATION, _token(token)),
        a_post(media=(JPEG, replace(JPEG, data=PICTURE + b"2"))),
        effect="/rest/posts",
        refusal=fault(422, f'{{"status": 422, "code": "MISSING_FIELD", "message": "{words}"}}'),
        busy=fault(429, f'{{"status": 429, "message": "{words}"}}', Retry_After="120"),
        close=twin.authorisation.withdraw_all,
        figures={"metrics": {"likes": 4, "comments": 2, "impressionCount": 80, "clickCount": 5, "shareCount": 1}},
        told={"likes": 4, "comments": 2, "views": 80, "clicks": 5, "shares": 1},
    )


def _graph(twin: Twin) -> tuple[Fault, Fault, Callable[[], None]]:
    assert isinstance(twin, GraphTwin)
    words = SECRET_WORDS.format(secret=PAGE_TOKEN)
    usage = f'{{"{PAGE}":[{{"type":"pages","call_count":100,"estimated_time_to_regain_access":2}}]}}'
    return (
        fault(400, f'{{"error": {{"message": "{words}", "type": "OAuthException", "code": 100}}}}'),
        fault(
            400,
            f'{{"error": {{"message": "{words}", "type": "OAuthException", "code": 32}}}}',
            X_Business_Use_Case_Usage=usage,
        ),
        lambda: twin.change_page(open_to_us=False),
    )


def _facebook(sandbox: Sandbox) -> TwinKit:
    twin = sandbox.twins["facebook"]
    refusal, busy, close = _graph(twin)
    return TwinKit(
        twin,
        Access(PAGE, _token(PAGE_TOKEN)),
        a_post(media=(JPEG,)),
        effect=r"/v[\d.]+/\d+/feed",
        refusal=refusal,
        busy=busy,
        close=close,
        figures={"metrics": {"views": 70, "reach": 60, "likes": 5, "comments": 1, "shares": 2, "clicks": 9}},
        told={"views": 70, "reach": 60, "likes": 5, "comments": 1, "shares": 2, "clicks": 9},
    )


def _instagram(sandbox: Sandbox) -> TwinKit:
    twin = sandbox.twins["instagram"]
    refusal, busy, close = _graph(twin)
    return TwinKit(
        twin,
        Access(instagram.ACCOUNT, _token(PAGE_TOKEN), {"page_id": PAGE}),
        a_post(link=None, media=(replace(JPEG, data=b""),)),
        effect=r"/v[\d.]+/\d+/media_publish",
        refusal=refusal,
        busy=busy,
        close=close,
        figures={"metrics": {"views": 50, "reach": 40, "likes": 6, "comments": 2, "shares": 1, "saved": 3}},
        told={"views": 50, "reach": 40, "likes": 6, "comments": 2, "shares": 1, "saves": 3},
    )


def mail_kit(server: MailServer) -> MailKit:
    """Return the kit for email."""
    config = {
        "host": "localhost",
        "port": server.port,
        "security": "starttls",
        "sender": "The Bakery <hello@bakery.example>",
        "unsubscribe": "https://bakery.example/unsubscribe",
    }
    credentials = Credentials(username=MAIL_USERNAME, password=MAIL_PASSWORD)
    post = a_post(title="Fresh bread — today", recipients=("ada@example.com",), media=(JPEG,))
    return MailKit(server, Access("hello@bakery.example", credentials, config), post)


def certificates(folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Make a certificate for localhost; return what a server and a client need to use it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    alternatives = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate, secret = folder / "certificate.pem", folder / "key.pem"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server.load_cert_chain(certificate, secret)
    return server, ssl.create_default_context(cafile=str(certificate))
