#!/bin/sh
# Dumps databases of Mesobot and removes dumps that are older than 30 days, as long as chats are kept.
# Usage, as postgres: backup.sh FOLDER DATABASE...
set -eu
umask 077
folder=$1
shift
for database in "$@"; do
    file=$folder/$database-$(date -u +%Y%m%d-%H%M%S).dump
    pg_dump --format=custom --file="$file.part" "$database"
    mv "$file.part" "$file" # a dump that broke off never looks like one
done
find "$folder" -maxdepth 1 -name '*.dump*' -mtime +29 -delete
