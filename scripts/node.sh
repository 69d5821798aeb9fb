#!/usr/bin/env bash
# Sees to it that Node.js and npm are there: tests of the chat use them, running does not.
# Usage: node.sh [OLDEST MAJOR VERSION]
set -euo pipefail

oldest=${1:-18}
works() { command -v npm >/dev/null && node -e 'process.exit(parseInt(process.versions.node) >= process.argv[1] ? 0 : 1)' "$oldest" 2>/dev/null; }

if works; then exit 0; fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing Node.js from the distribution ..." >&2
    apt-get update -qq >&2 && apt-get install -y -qq nodejs npm >&2
fi
works || {
    echo "Node.js $oldest or newer with npm is missing. Please install it (Debian, Ubuntu: apt-get install nodejs npm)." >&2
    exit 1
}
