#!/usr/bin/env bash
# Runs one of the widget's npm scripts with the Node.js that scripts/browser.sh has brought.
# Usage: widget.sh build | check:dist | test | types | screenshots [NAME ...]
set -euo pipefail
cd "$(dirname "$0")/.."
if [ -x .cache/node/bin/node ]; then PATH=$PWD/.cache/node/bin:$PATH; fi
npm --prefix widget run --silent "$1" -- "${@:2}"
