#!/bin/sh
# mesobot with the settings of this installation, as root: install -m 755 it as /usr/local/sbin/mesobot.
#   mesobot doctor        whatever looks or works at what is kept: as the servers' user, in their folder
#   mesobot publish       publish and release write releases and restart units, so they stay root
set -eu
project=${MESOBOT_PROJECT:-/srv/mesobot}
set -a
. "${MESOBOT_SETTINGS:-/etc/mesobot/mesobot.env}"
set +a
cd "$project"
case "${1:-}" in
publish | release | train | check) exec .venv/bin/mesobot "$@" ;;
esac
export MESOBOT_PRODUCTION=1 MESOBOT_RELEASE=/srv/releases/current MESOBOT_STATE=/var/lib/mesobot HOME=/tmp
exec runuser -u mesobot -- .venv/bin/mesobot "$@"
