#!/bin/sh
# certbot's --deploy-hook: gives a new certificate to the proxy, which may not read certbot's own folder.
set -eu
for file in fullchain.pem privkey.pem; do
    install -o mesobot-proxy -g mesobot-proxy -m 400 "$RENEWED_LINEAGE/$file" "/etc/mesobot/tls/$file"
done
systemctl reload mesobot-proxy
