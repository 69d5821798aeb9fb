#!/usr/bin/env bash
# Makes a virtual environment from hash-pinned locks. Usage: setup.sh FOLDER LOCK...
# Everything it needs besides Python and a package index it brings itself (uv, Python 3.10).
set -euo pipefail
cd "$(dirname "$0")/.."

folder=$1
shift
mkdir -p .cache

say() { printf '%s\n' "$*" >&2; }
give_up() { say "" "$*"; exit 1; }

working_uv() {
    # A pyenv shim of uv may exist and still fail, so it has to answer.
    if uv --version >/dev/null 2>&1; then
        echo uv
    elif .cache/uv/bin/uv --version >/dev/null 2>&1; then
        echo .cache/uv/bin/uv
    fi
}

install_uv() {
    if ! python3 -c 'import venv, ensurepip' >/dev/null 2>&1; then
        if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
            say "Installing Python from the distribution ..."
            apt-get update -qq >&2 && apt-get install -y -qq python3 python3-venv >&2
        else
            give_up "Python 3 with its venv module is missing. Please install it (Debian, Ubuntu: apt-get install python3-venv) and run the command again."
        fi
    fi
    say "Fetching uv, the package installer ..."
    python3 -m venv .cache/uv >&2
    .cache/uv/bin/python -m pip install --quiet --disable-pip-version-check \
        --require-hashes -r requirements/uv.txt >&2 \
        || give_up "uv could not be installed. Please check the connection to the Python package index, or install uv yourself, and run the command again."
}

uv=$(working_uv)
if [ -z "$uv" ]; then
    install_uv
    uv=$(working_uv)
fi

if [ ! -x "$folder/bin/python" ]; then
    say "Making the Python 3.10 environment $folder ..."
    "$uv" venv --quiet --python "$(cat .python-version)" "$folder" >&2 \
        || give_up "Python 3.10 was not found and could not be fetched. Please install Python 3.10 (for example with pyenv, or your system's package python3.10) and run the command again."
fi

sync() {
    VIRTUAL_ENV="$folder" "$uv" pip sync --quiet --require-hashes --compile-bytecode "$@"
}

say "Installing packages into $folder (a minute the first time) ..."
# uv brings its own certificates; behind a company's proxy only the system's are right.
sync "$@" 2>.cache/setup.log || sync --system-certs "$@" \
    || give_up "The packages could not be installed. Please check the connection to the Python package index and run the command again."
if [ "$folder" = .venv ]; then
    VIRTUAL_ENV="$folder" "$uv" pip install --quiet --no-deps --no-build-isolation --editable .
fi
touch "$folder/.ready"
