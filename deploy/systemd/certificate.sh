#!/bin/sh
# certbot's --deploy-hook: gives the new certificate to the proxy, who runs as nobody of importance.
set -eu
for file in fullchain.pem privkey.pem; do
    install -o mesobot-proxy -g mesobot-proxy -m 400 "$RENEWED_LINEAGE/$file" "/etc/mesobot/tls/$file"
done
systemctl reload mesobot-proxy
