#!/bin/sh
# Dumps databases of Mesobot and removes dumps that are older than 30 days, as long as chats are kept.
# Usage, as postgres: backup.sh FOLDER DATABASE...
# Ends with 1 if one of them could not be dumped; the others are, and what is too old goes anyway.
set -eu
umask 077
folder=$1
shift
status=0
for database in "$@"; do
    file=$folder/$database-$(date -u +%Y%m%d-%H%M%S).dump
    # Under its name only when it is whole: a dump that broke off never looks like one.
    if pg_dump --format=custom --file="$file.part" "$database"; then
        mv "$file.part" "$file"
    else
        rm -f "$file.part"
        status=1
    fi
done
find "$folder" -maxdepth 1 -name '*.dump*' -mtime +29 -delete
exit "$status"
