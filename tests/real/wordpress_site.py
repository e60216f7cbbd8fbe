"""A real WordPress on loopback: Debian's package on a MariaDB of its own, served by PHP itself, all in one folder."""

import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

SOURCE = Path("/usr/share/wordpress")
PROGRAMS = ("php", "mariadbd", "mariadb-install-db")
PACKAGES = "wordpress php-cli php-mysql mariadb-server"
PATIENCE = 60.0
USER = "editor"

CONFIG = """<?php
define('DB_NAME', 'wordpress');
define('DB_USER', 'root');
define('DB_PASSWORD', '');
define('DB_HOST', '127.0.0.1:{database}');
define('DB_CHARSET', 'utf8mb4');
define('DB_COLLATE', '');
define('WP_HOME', '{url}');
define('WP_SITEURL', '{url}');
define('WP_ENVIRONMENT_TYPE', 'local');
define('WP_HTTP_BLOCK_EXTERNAL', true);
define('DISABLE_WP_CRON', true);
define('AUTOMATIC_UPDATER_DISABLED', true);
{salts}
$table_prefix = 'wp_';
if (!defined('ABSPATH')) {{ define('ABSPATH', __DIR__ . '/'); }}
require_once ABSPATH . 'wp-settings.php';
"""
SALTS = ("AUTH_KEY", "SECURE_AUTH_KEY", "LOGGED_IN_KEY", "NONCE_KEY", "AUTH_SALT", "SECURE_AUTH_SALT")
NEW_PASSWORD = (
    "require 'wp-load.php';"
    "$user = get_user_by('login', '{user}');"
    "echo WP_Application_Passwords::create_new_application_password($user->ID, array('name' => '{name}'))[0];"
)
NEW_USER = (
    "require 'wp-load.php';"
    "wp_insert_user(array('user_login' => '{user}', 'user_pass' => wp_generate_password(), 'role' => '{role}',"
    " 'user_email' => '{user}@example.com'));"
)
COMMENT = (
    "require 'wp-load.php';"
    "wp_insert_comment(array('comment_post_ID' => {post}, 'comment_content' => 'Lovely', 'comment_approved' => 1));"
)


@dataclass(frozen=True)
class Site:
    """A running site and how to work on it from inside."""

    url: str
    folder: Path

    def password_of(self, user: str) -> str:
        """Make an application password."""
        return self.php(NEW_PASSWORD.format(user=user, name=secrets.token_hex(4)))

    def add_user(self, user: str, role: str) -> None:
        """Make a user."""
        self.php(NEW_USER.format(user=user, role=role))

    def comment_on(self, post: str) -> None:
        """Let somebody comment on a post."""
        self.php(COMMENT.format(post=int(post)))

    def php(self, code: str) -> str:
        """Run PHP code inside of the site."""
        ran = subprocess.run(["php", "-r", code], cwd=self.folder, capture_output=True, text=True, check=False)
        assert ran.returncode == 0, ran.stderr + ran.stdout
        return ran.stdout.strip()


def lacking() -> str:
    """Say what this machine lacks to run it; empty if nothing."""
    missing = [program for program in PROGRAMS if shutil.which(program) is None]
    if not (SOURCE / "wp-load.php").exists():
        missing.append(str(SOURCE))
    if not missing:
        return ""
    return (
        f"A real WordPress needs {', '.join(missing)}. As root on Debian, .ci/run installs it; "
        f"by hand: apt-get install {PACKAGES}."
    )


@contextmanager
def running_site(folder: Path) -> Generator[Site]:
    """Install and run a site in a folder, until it is no longer needed."""
    missing = lacking()
    assert not missing, missing
    with ExitStack() as stack:
        database = _database(folder, stack)
        port = _free_port()
        site = Site(f"http://127.0.0.1:{port}", folder / "site")
        # Debian links parts of the tree to other packages; the copy is a plain one.
        shutil.copytree(SOURCE, site.folder, symlinks=False, ignore_dangling_symlinks=True)
        salts = "\n".join(f"define('{name}', '{secrets.token_hex(32)}');" for name in SALTS)
        config = site.folder / "wp-config.php"
        config.unlink(missing_ok=True)
        config.write_text(CONFIG.format(database=database, url=site.url, salts=salts))
        command = ["php", "-d", "upload_max_filesize=16M", "-d", "post_max_size=16M", "-S", f"127.0.0.1:{port}"]
        _started(stack, command, site.folder, folder / "php.log")
        _until(lambda: httpx.get(f"{site.url}/wp-admin/install.php").status_code == 200, folder / "php.log")
        _install(site)
        yield site


def _database(folder: Path, stack: ExitStack) -> int:
    data, log = folder / "mysql", folder / "mariadb.log"
    as_root = ["--user=root"] if os.getuid() == 0 else []
    common = ["--no-defaults", f"--datadir={data}", *as_root]
    made = subprocess.run(
        ["mariadb-install-db", *common, "--auth-root-authentication-method=normal", "--skip-test-db"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stderr + made.stdout
    port, path = _free_port(), f"{data}/s.sock"
    listening = [f"--port={port}", "--bind-address=127.0.0.1", f"--socket={path}", f"--pid-file={data}/mariadb.pid"]
    lean = ["--innodb-flush-log-at-trx-commit=0", "--innodb-buffer-pool-size=32M", "--skip-log-bin"]
    _started(stack, ["mariadbd", *common, *listening, *lean], folder, log)
    create = f"$c = new mysqli('127.0.0.1', 'root', '', '', {port}); $c->query('CREATE DATABASE wordpress');"
    _until(lambda: subprocess.run(["php", "-r", create], capture_output=True, check=False).returncode == 0, log)
    return port


def _install(site: Site) -> None:
    password = secrets.token_hex(12)
    form = {
        "weblog_title": "The Bakery",
        "user_name": USER,
        "admin_password": password,
        "admin_password2": password,
        "pw_weak": "1",
        "admin_email": "editor@example.com",
        "blog_public": "0",
        "language": "",
    }
    answer = httpx.post(f"{site.url}/wp-admin/install.php?step=2", data=form, timeout=PATIENCE)
    assert answer.status_code == 200, answer.text[:500]
    assert "wp-login.php" in answer.text, answer.text[-1500:]


def _started(stack: ExitStack, command: list[str], folder: Path, log: Path) -> None:
    """Run a program until the stack is unwound."""
    output = stack.enter_context(log.open("wb"))
    process = subprocess.Popen(command, cwd=folder, stdout=output, stderr=output, start_new_session=True)

    def end() -> None:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    stack.callback(end)


def _until(ready: Callable[[], bool], log: Path) -> None:
    end = time.monotonic() + PATIENCE
    while True:
        try:
            if ready():
                return
        except httpx.TransportError:
            pass
        assert time.monotonic() < end, f"It did not start. Its log says: {log.read_text(errors='replace')[-1500:]}"
        time.sleep(0.1)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
