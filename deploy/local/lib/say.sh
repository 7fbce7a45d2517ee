# shellcheck shell=bash
# What the launcher prints: progress on standard error, so that standard output stays for data (env, token).

say() { printf '%s\n' "$*" >&2; }

# The one line a failed command ends with.
die() {
  printf 'kryonix: %s\n' "$*" >&2
  exit 1
}

# Seconds since a $EPOCHREALTIME taken earlier, as 1.2.
seconds_since() {
  local now=${EPOCHREALTIME/[.,]/} then=${1/[.,]/}
  local tenths=$(((now - then) / 100000))
  printf '%d.%d' $((tenths / 10)) $((tenths % 10))
}
