# shellcheck shell=bash
# A private PostgreSQL: one database, a schema and two roles per service (deploy/postgres/service-roles.sql).
# Passwords over loopback TCP only, no Unix socket.

postgres_ports() { echo postgres; }
# Tests add a schema of their own.
read -ra POSTGRES_SERVICES <<<"${KRYONIX_POSTGRES_SERVICES:-tenant messaging cache backup}"

# The folder with PostgreSQL's programs: the version the data was made with, else the newest.
postgres_bin() {
  local version='*' found
  [[ -s $KRYONIX_HOME/postgres/data/PG_VERSION ]] && version=$(<"$KRYONIX_HOME/postgres/data/PG_VERSION")
  # shellcheck disable=SC2086 # the version may be a pattern
  found=$(printf '%s\n' /usr/lib/postgresql/$version/bin/postgres /usr/pgsql-$version/bin/postgres | sort -V |
    while read -r file; do [[ -x $file ]] && echo "$file"; done | tail -n 1)
  [[ $found ]] || found=$(command -v postgres) || return 1
  dirname "$found"
}

postgres_missing_packages() { postgres_bin >/dev/null || echo postgresql; }

# PostgreSQL refuses to run as root: root hands it to the package's own user.
postgres_as_user() {
  if ((EUID == 0)); then
    setpriv --reuid=postgres --regid=postgres --clear-groups -- "$@"
  else
    "$@"
  fi
}

# The data folder. Root's home is closed to the postgres user, so for a checkout in there
# the data lies under PostgreSQL's own home, with a link to it.
postgres_prepare_folder() {
  local folder=$KRYONIX_HOME/postgres elsewhere
  mkdir -p "$folder"
  ((EUID == 0)) || return 0
  chown postgres: "$folder"
  postgres_as_user test -x "$folder" && return 0
  elsewhere=/var/lib/postgresql/kryonix-$(home_id)
  if [[ ! -L $folder/data ]]; then
    # Left by an earlier instance of this very folder, which has been deleted since.
    rm -rf "$elsewhere"
    ln -s "$elsewhere" "$folder/data"
  fi
  mkdir -p "$elsewhere"
  chown postgres: "$elsewhere"
  chmod 700 "$elsewhere"
}

postgres_init() {
  local data=$KRYONIX_HOME/postgres/data bin=$1 password_file
  [[ -s $data/PG_VERSION && -e $KRYONIX_HOME/postgres/initialized ]] && return
  # An initdb that was cut short leaves half a cluster, which holds nothing yet.
  if [[ -d $data/ && ! -e $KRYONIX_HOME/postgres/initialized ]]; then find "$data/" -mindepth 1 -delete; fi
  password_file=$(mktemp)
  secret postgres-admin >"$password_file"
  if ((EUID == 0)); then chown postgres: "$password_file"; fi
  data=$(readlink -m "$data")
  (cd / && postgres_as_user "$bin/initdb" -D "$data" -U kryonix_admin --pwfile="$password_file" \
    --auth=scram-sha-256 --encoding=UTF8 --locale=C.UTF-8) >>"$KRYONIX_HOME/log/postgres.log" 2>&1 || {
    rm -f "$password_file"
    die "creating the PostgreSQL cluster failed; see $KRYONIX_HOME/log/postgres.log"
  }
  rm -f "$password_file"
  touch "$KRYONIX_HOME/postgres/initialized"
}

postgres_psql() {
  PGPASSWORD=$(secret postgres-admin) PGCONNECT_TIMEOUT=3 \
    psql -X -q -h 127.0.0.1 -p "$(port postgres)" -U kryonix_admin -d "${POSTGRES_DATABASE:-kryonix}" "$@"
}

postgres_ready() { POSTGRES_DATABASE=postgres postgres_psql -At -c 'SELECT 1' >/dev/null 2>&1; }

# Roles and schemas only need doing again when the list, the SQL or the cluster is new.
postgres_roles() {
  local sql=$KRYONIX_ROOT/deploy/postgres/service-roles.sql stamp=$KRYONIX_HOME/postgres/roles want service
  want="${POSTGRES_SERVICES[*]} $(cksum <"$sql")"
  [[ -e $stamp && $(<"$stamp") == "$want" ]] && return
  [[ $(POSTGRES_DATABASE=postgres postgres_psql -At -c "SELECT 1 FROM pg_database WHERE datname = 'kryonix'") ]] ||
    POSTGRES_DATABASE=postgres postgres_psql -c 'CREATE DATABASE kryonix' || return 1
  for service in "${POSTGRES_SERVICES[@]}"; do
    OWNER_PASSWORD=$(secret "postgres-$service-owner") APP_PASSWORD=$(secret "postgres-$service-app") \
      postgres_psql -v service="$service" -f "$sql" >/dev/null || return 1
  done
  printf '%s' "$want" >"$stamp"
}

# After kill -9 of the postmaster its children may live on for a moment, and PostgreSQL refuses to start over the lock
# file. Every PostgreSQL process works in its data folder: when none does, the lock file is stale.
postgres_drop_stale_lock() {
  local data deadline=$((SECONDS + 10)) folder busy
  data=$(readlink -f "$KRYONIX_HOME/postgres/data")
  [[ -e $data/postmaster.pid ]] || return 0
  while ((SECONDS < deadline)); do
    busy=
    for folder in /proc/[0-9]*/cwd; do
      [[ $(readlink "$folder" 2>/dev/null) != "$data" ]] || busy=yes
    done
    [[ $busy ]] || { rm -f "$data/postmaster.pid" && return; }
    sleep 0.2
  done
}

postgres_start() {
  local bin
  bin=$(postgres_bin) || die "PostgreSQL of the version that made $KRYONIX_HOME/postgres isn't installed any more"
  postgres_prepare_folder
  postgres_init "$bin"
  postgres_drop_stale_lock
  local as_user=()
  ((EUID == 0)) && as_user=(setpriv --reuid=postgres --regid=postgres --clear-groups --)
  process_start postgres "${as_user[@]}" "$bin/postgres" -D "$(readlink -f "$KRYONIX_HOME/postgres/data")" \
    -c listen_addresses=127.0.0.1 -c "port=$(port postgres)" -c unix_socket_directories= \
    -c max_connections=200 -c shared_buffers=64MB -c timezone=UTC -c log_timezone=UTC
}

postgres_await() { process_await postgres 60 postgres_ready && postgres_roles; }

# INT is PostgreSQL's fast shutdown: clients are cut off, data is safe.
postgres_stop() { process_stop postgres INT 30; }

postgres_env_common() { echo "KRYONIX_POSTGRES_URL=jdbc:postgresql://127.0.0.1:$(port postgres)/kryonix"; }

# postgres_env_service SERVICE PREFIX
postgres_env_service() {
  local service=$1 prefix=$2
  echo "${prefix}POSTGRES_USER=kryonix_${service}_app"
  echo "${prefix}POSTGRES_PASSWORD=$(secret "postgres-$service-app")"
  echo "${prefix}POSTGRES_OWNER_USER=kryonix_${service}_owner"
  echo "${prefix}POSTGRES_OWNER_PASSWORD=$(secret "postgres-$service-owner")"
}
