#!/bin/sh
# Starts Redis in a container with the users of users.acl.template. The file holds only hashes, and lives in memory.
set -eu
hash() { printf '%s' "$1" | sha256sum | cut -d' ' -f1; }
umask 077
sed -e "s/@ADMIN_PASSWORD_SHA256@/$(hash "$ADMIN_PASSWORD")/" -e "s/@CACHE_PASSWORD_SHA256@/$(hash "$CACHE_PASSWORD")/" \
  -e "s/@GATEWAY_PASSWORD_SHA256@/$(hash "$GATEWAY_PASSWORD")/" \
  /kryonix/users.acl.template >/tmp/users.acl
exec redis-server /kryonix/redis.conf --bind '*' --dir /data --aclfile /tmp/users.acl
