#!/bin/sh
# Makes the virtual environment named as the first argument with the first Python found that is new enough.
set -eu

for python in python3.11 python3 python3.12 python3.13 python3.14; do
    if command -v "$python" >/dev/null 2>&1 && "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
        if "$python" -m venv "$1"; then
            exit 0
        fi
        rm -rf "$1"
        echo "$python can't make a virtual environment. On Debian or Ubuntu: apt-get install $python-venv" >&2
        exit 1
    fi
done
echo "Marketing Minds needs Python 3.11 or newer. Install it and run make again." >&2
exit 1
