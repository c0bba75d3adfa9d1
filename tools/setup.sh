#!/usr/bin/env bash
# Makes .venv with everything pinned in constraints.txt; returns at once when that was done already.
set -euo pipefail
cd "$(dirname "$0")/.."

stamp=.venv/installed-from
recipe=$(cat pyproject.toml constraints.txt tools/setup.sh | cksum; pwd)
if [ -x .venv/bin/freshet ] && [ "$(cat "$stamp" 2>/dev/null)" = "$recipe" ]; then
    exit 0
fi

usable() { # 3.11 or newer, able to make an environment
    "$1" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

if ! usable .venv/bin/python || [ "$(sed -n 2p "$stamp" 2>/dev/null || pwd)" != "$(pwd)" ]; then
    python=
    for candidate in "${PYTHON:-}" python3.11 python3.12 python3.13 python3; do
        if [ -n "$candidate" ] && usable "$candidate"; then
            python=$candidate
            break
        fi
    done
    if [ -z "$python" ]; then
        echo "Freshet needs Python 3.11 or newer with its venv module, and found: $(python3 --version 2>&1 || true)." >&2
        echo "Install it (Debian: apt-get install python3 python3-venv), or name one: make setup PYTHON=/path/to/python3" >&2
        exit 2
    fi
    echo "Making .venv with $("$python" --version)"
    "$python" -m venv --clear .venv
fi

echo "Installing what pyproject.toml asks for; the first time this takes some minutes"
install() {
    .venv/bin/python -m pip install --quiet --quiet --no-input --disable-pip-version-check -c constraints.txt "$@"
}
install "$(grep -i '^torch==' constraints.txt)" # first and by itself: what follows must not choose another build
install -e '.[dev,render]'
printf '%s\n' "$recipe" >"$stamp"
