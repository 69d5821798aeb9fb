#!/bin/sh
# Fills our variables into the configuration, leaves nginx's own alone, and becomes nginx.
# Usage: start.sh [-t]; with -t the configuration is only tried.
set -eu
mkdir -p "$MESOBOT_RUN/site" "$MESOBOT_RUN/acme"
awk '{
    while (match($0, /\$\{MESOBOT_[A-Z_]+\}/)) {
        name = substr($0, RSTART + 2, RLENGTH - 3)
        if (!(name in ENVIRON)) {
            print name " is missing" > "/dev/stderr"
            exit 1
        }
        $0 = substr($0, 1, RSTART - 1) ENVIRON[name] substr($0, RSTART + RLENGTH)
    }
    print
}' "$(dirname "$0")/nginx.conf.template" > "$MESOBOT_RUN/nginx.conf"
exec "${MESOBOT_NGINX:-nginx}" -c "$MESOBOT_RUN/nginx.conf" -g "daemon off; ${MESOBOT_NGINX_GLOBALS:-}" "$@"
