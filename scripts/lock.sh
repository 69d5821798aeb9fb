#!/usr/bin/env bash
# Pins the dependencies of requirements/*.in with hashes, for every platform, without addresses.
set -euo pipefail
cd "$(dirname "$0")/.."
uv=$(command -v uv || echo .cache/uv/bin/uv)
for name in uv runtime test lint node; do
    echo "requirements/$name.txt" >&2
    "$uv" pip compile --quiet --upgrade --universal --python-version 3.10 --generate-hashes \
        --no-emit-index-url --no-header "requirements/$name.in" -o "requirements/$name.txt"
done
