# shellcheck shell=bash
# Where one platform instance keeps everything it makes: $KRYONIX_HOME, private to the user who runs it.

KRYONIX_HOME=${KRYONIX_HOME:-$KRYONIX_ROOT/.kryonix}
[[ $KRYONIX_HOME == /* ]] || KRYONIX_HOME=$PWD/$KRYONIX_HOME
KRYONIX_PORT_OFFSET=${KRYONIX_PORT_OFFSET:-0}
[[ $KRYONIX_PORT_OFFSET =~ ^[0-9]+$ ]] || die "KRYONIX_PORT_OFFSET must be a whole number, not '$KRYONIX_PORT_OFFSET'"
export KRYONIX_HOME KRYONIX_PORT_OFFSET

home_prepare() {
  mkdir -p "$KRYONIX_HOME" 2>/dev/null || die "can't create $KRYONIX_HOME (set KRYONIX_HOME to a folder you may write)"
  mkdir -p "$KRYONIX_HOME"/{run,log,secrets,keys,data}
  chmod 700 "$KRYONIX_HOME"/{secrets,keys,data}
}

# Holds the named lock until this process ends, so that two launchers never start the same thing twice.
# Descriptor 9 is closed in every daemon (process_start), which would keep the lock otherwise.
home_lock() {
  exec 9>"$KRYONIX_HOME/run/$1.lock"
  flock -n 9 && return
  say "waiting for another launcher that works on $KRYONIX_HOME"
  flock -w 300 9 || die "another launcher has been working on $KRYONIX_HOME for five minutes"
}

# A machine-made password, made once: 256 bits as 43 characters that need no quoting anywhere.
# secret NAME [PREFIX]
secret() {
  local file=$KRYONIX_HOME/secrets/$1 new
  if [[ ! -s $file ]]; then
    # mktemp's files are private, and of two launchers that get here at once the first link stays.
    new=$(mktemp "$file.XXXXXX")
    printf '%s%s' "${2:-}" "$(random_token)" >"$new"
    ln "$new" "$file" 2>/dev/null
    rm -f "$new"
  fi
  cat "$file"
}

random_token() { head -c 32 /dev/urandom | base64 -w0 | tr '+/' '-_' | tr -d '='; }

# A short name for this home: unique on the machine, the same at every start.
home_id() { printf '%s' "$KRYONIX_HOME" | sha256sum | cut -c1-12; }
