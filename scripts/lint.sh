#!/usr/bin/env bash
# Everything that can be said about the code and the content without running the tests.
set -euo pipefail
cd "$(dirname "$0")/.."
tools=.venv-lint/bin

step() { printf '%-14s' "$1"; shift; "$@" && echo "ok"; }

step "ruff"      "$tools/ruff" check --quiet .
step "format"    "$tools/ruff" format --quiet --check .
step "types"     "$tools/mypy" --python-executable .venv/bin/python --no-error-summary
step "yaml"      "$tools/yamllint" --strict .
step "content"   .venv/bin/mesobot check
step "rasa data" .venv/bin/python scripts/validate_data.py
step "container"  "$tools/hadolint" deploy/Dockerfile
step "manifests"  "$tools/kubernetes-validate" --strict --quiet $(ls deploy/kubernetes/*.yml | grep -v kustomization) deploy/kubernetes-whatsapp/settings.yml deploy/kubernetes-whatsapp/network.yml
step "shell"      bash -c 'for file in deploy/*/*.sh; do sh -n "$file" || exit 1; done'
