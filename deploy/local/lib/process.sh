# shellcheck shell=bash
# Long-running processes, known by a pid file that also holds when the process was born:
# a pid that the system has given to somebody else since is never signalled.

# Start time in clock ticks since boot and the boot it counts from; fails for a process that is gone or a zombie.
process_birth() {
  local stat boot
  stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
  # The command name in parentheses may hold blanks; the state is the first field after it, the start time the 20th.
  read -ra stat <<<"${stat##*) }"
  [[ ${stat[0]} != Z ]] || return 1
  read -r boot </proc/sys/kernel/random/boot_id
  printf '%s@%s' "${stat[19]}" "$boot"
}

# Prints the pid of a named process that runs, or fails.
process_pid() {
  local pid birth
  { read -r pid birth <"$KRYONIX_HOME/run/$1.pid"; } 2>/dev/null || return 1
  [[ $(process_birth "$pid") == "$birth" ]] || return 1
  printf '%d' "$pid"
}

process_alive() { process_pid "$1" >/dev/null; }

# process_start NAME COMMAND…: in a session of its own, so that closing the terminal or Ctrl-C leaves it alone.
process_start() {
  local name=$1 log=$KRYONIX_HOME/log/$1.log pid
  shift
  # Each run has its own log, and the one before is kept.
  if [[ -e $log ]]; then mv "$log" "$log.1"; fi
  setsid "$@" </dev/null >>"$log" 2>&1 9>&- &
  pid=$!
  printf '%d %s\n' "$pid" "$(process_birth "$pid")" >"$KRYONIX_HOME/run/$name.pid"
}

# process_stop NAME SIGNAL SECONDS: asks politely, then kills. Returns once the process is gone.
process_stop() {
  local name=$1 signal=$2 seconds=$3 pid
  if pid=$(process_pid "$name"); then
    kill "-$signal" "$pid" 2>/dev/null
    process_await_end "$name" "$seconds" || {
      say "$name didn't stop within $seconds s: killed"
      kill -KILL "$pid" 2>/dev/null
      process_await_end "$name" 10
    }
  fi
  rm -f "$KRYONIX_HOME/run/$name.pid"
}

process_await_end() {
  local name=$1 deadline=$((SECONDS + $2))
  while process_alive "$name"; do
    ((SECONDS < deadline)) || return 1
    sleep 0.05
  done
}

# process_await NAME SECONDS CHECK…: until CHECK succeeds; fails at once when the process has died.
process_await() {
  local name=$1 deadline=$((SECONDS + $2))
  shift 2
  until "$@"; do
    process_alive "$name" || {
      say "$name ended while starting; the end of $KRYONIX_HOME/log/$name.log:"
      tail -n 12 "$KRYONIX_HOME/log/$name.log" | cut -c1-400 >&2
      return 1
    }
    ((SECONDS < deadline)) || {
      say "$name isn't ready; see $KRYONIX_HOME/log/$name.log"
      return 1
    }
    sleep 0.2
  done
}
