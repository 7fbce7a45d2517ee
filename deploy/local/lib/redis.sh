# shellcheck shell=bash
# A private Redis (or Valkey) with an append-only file and the users of deploy/redis/users.acl.template:
# the cache service's user can't list, flush or configure, the gateway's sees its own keys only, and the anonymous user is off.

redis_ports() { echo redis; }

redis_bin() { command -v redis-server || command -v valkey-server; }
redis_cli() { command -v redis-cli || command -v valkey-cli; }
redis_missing_packages() { { redis_bin && redis_cli; } >/dev/null || echo redis-server; }

redis_configure() {
  local folder=$KRYONIX_HOME/redis admin cache gateway
  mkdir -p "$folder/data"
  chmod 700 "$folder"
  admin=$(secret redis-admin | sha256sum | cut -d' ' -f1)
  cache=$(secret redis-cache | sha256sum | cut -d' ' -f1)
  gateway=$(secret redis-gateway | sha256sum | cut -d' ' -f1)
  sed -e "s/@ADMIN_PASSWORD_SHA256@/$admin/" -e "s/@CACHE_PASSWORD_SHA256@/$cache/" -e "s/@GATEWAY_PASSWORD_SHA256@/$gateway/" \
    "$KRYONIX_ROOT/deploy/redis/users.acl.template" >"$folder/users.acl"
  chmod 600 "$folder/users.acl"
}

redis_start() {
  redis_configure
  process_start redis "$(redis_bin)" "$KRYONIX_ROOT/deploy/redis/redis.conf" --bind 127.0.0.1 --port "$(port redis)" \
    --dir "$KRYONIX_HOME/redis/data" --aclfile "$KRYONIX_HOME/redis/users.acl" --maxmemory "${KRYONIX_REDIS_MEMORY:-512mb}"
}

redis_ready() {
  [[ $(REDISCLI_AUTH=$(secret redis-admin) timeout 3 "$(redis_cli)" -h 127.0.0.1 -p "$(port redis)" \
    --user kryonix_admin --no-auth-warning ping 2>/dev/null) == PONG ]]
}

redis_await() { process_await redis 30 redis_ready; }
redis_stop() { process_stop redis TERM 20; }

# redis_env SERVICE
redis_env() {
  echo "KRYONIX_REDIS_HOST=127.0.0.1"
  echo "KRYONIX_REDIS_PORT=$(port redis)"
  echo "KRYONIX_REDIS_USER=kryonix_$1"
  echo "KRYONIX_REDIS_PASSWORD=$(secret "redis-$1")"
}
