#!/usr/bin/env bash
# Brings what the tests of the chat in a browser need: Chromium, Node.js, and the widget's packages.
# Running the assistant needs none of them. Usage: browser.sh
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf '%s\n' "$*" >&2; }
node_is_new() { "$1" -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' 2>/dev/null; }

if ! command -v chromium >/dev/null && ! command -v chromium-browser >/dev/null && [ -z "${CHROMIUM:-}" ]; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        say "Installing Chromium from the distribution ..."
        apt-get update -qq >&2 && apt-get install -y -qq chromium >&2
    else
        say "Chromium is missing. Please install it (Debian, Ubuntu: apt-get install chromium), or set CHROMIUM to its path."
        exit 1
    fi
fi

if ! node_is_new node || ! command -v npm >/dev/null; then
    if ! node_is_new .cache/node/bin/node; then
        say "Fetching Node.js ..."
        scripts/setup.sh .cache/node requirements/node.txt
    fi
    PATH=$PWD/.cache/node/bin:$PATH
fi

mark=widget/node_modules/.installed
if ! cmp -s widget/package-lock.json "$mark"; then
    say "Fetching the widget's packages ..."
    npm --prefix widget ci --no-audit --no-fund >&2
    cp widget/package-lock.json "$mark"
fi
