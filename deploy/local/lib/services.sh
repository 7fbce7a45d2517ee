# shellcheck shell=bash
# The five processes of the platform: their JVM, their environment, starting and stopping them.

SERVICES=(tenant messaging cache backup gateway)
declare -A HEAP=([tenant]=192m [messaging]=256m [cache]=192m [backup]=256m [gateway]=256m)

service_ports() {
  if [[ $1 == gateway ]]; then echo gateway_http; fi
  echo "$1_grpc" "$1_management"
}

service_address() { echo "127.0.0.1:$(port "$1_grpc")"; }

# What one service is told about itself and its surroundings, as shell assignments.
service_settings() {
  local service=$1 other
  printf 'KRYONIX_%s=%q\n' BIND 127.0.0.1 \
    GRPC_PORT "$(port "${service}_grpc")" MANAGEMENT_PORT "$(port "${service}_management")" \
    KEYS_DIR "$KRYONIX_HOME/keys" DATA_DIR "$KRYONIX_HOME/data/$service" \
    STATE_FOLDER "$KRYONIX_HOME/data/$service/state"
  for other in tenant messaging cache backup; do
    echo "KRYONIX_${other^^}_ADDRESS=$(service_address "$other")"
  done
  case $service in
    gateway) echo "KRYONIX_HTTP_PORT=$(port gateway_http)" ;;
    tenant) echo "KRYONIX_ADMIN_API_KEY=$(admin_key)" ;;
  esac
  "$KRYONIX_ROOT/deploy/local/servers" env "$service"
}

# Exports a service's settings. What the caller's environment says about engines, addresses and passwords is taken away,
# because it is of another instance or another service; what tunes a service goes through.
service_environment() {
  local settings variable
  settings=$(service_settings "$1") || exit
  for variable in $(compgen -e KRYONIX_); do
    case $variable in
      *_PASSWORD | *_API_KEY | *_ADDRESS | KRYONIX_POSTGRES_* | KRYONIX_RABBITMQ_* | KRYONIX_REDIS_*) export -n "${variable?}" ;;
    esac
  done
  set -a
  eval "$settings"
  set +a
}

admin_key() { secret admin.key kry_; }

# service_start SERVICE: runs in a subshell, so that no service sees another's environment.
service_start() (
  service=$1
  app=$(app_folder "$service")
  service_environment "$service"
  # The working folder takes what a crashing JVM leaves.
  mkdir -p "$KRYONIX_HOME/data/$service" && cd "$KRYONIX_HOME/data/$service" || exit
  mapfile -t aot < <(service_aot_flags "$app")
  mapfile -t command < <(service_command "$service" "${aot[@]}")
  process_start "$service" "${command[@]}"
)

# One word a line. What the JVM is told must be the same when its AOT cache is made and when it is used.
service_command() {
  local service=$1 app
  app=$(app_folder "$service")
  shift
  printf '%s\n' "$JAVA_HOME/bin/java" "-Xmx${HEAP[$service]}" -XX:+UseSerialGC -XX:+UseCompactObjectHeaders \
    -XX:+ExitOnOutOfMemoryError --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow "$@" \
    -cp "$app/app.jar:$app/lib/*" "dev.kryonix.$service.Application"
}

# The JVM's AOT cache more than halves the processor time of a start. The first run after a build records what such a
# cache needs, and when that run is stopped the cache is made, which takes some seconds; KRYONIX_AOT=no does without.
service_aot_flags() {
  if [[ -e $1/aot ]]; then
    printf '%s\n' "-XX:AOTCache=$1/aot" -Xlog:aot=off -Xlog:cds=off
  elif [[ ${KRYONIX_AOT:-yes} != no ]]; then
    printf '%s\n' -XX:AOTMode=record "-XX:AOTConfiguration=$1/aot.recording" -Xlog:aot=off -Xlog:cds=off
  fi
}

service_aot_create() {
  local app command
  require_jdk
  app=$(app_folder "$1")
  mapfile -t command < <(service_command "$1" -XX:AOTMode=create "-XX:AOTConfiguration=$app/aot.recording" "-XX:AOTCache=$app/aot.new")
  "${command[@]}" >"$KRYONIX_HOME/log/aot-$1.log" 2>&1 && mv "$app/aot.new" "$app/aot"
  rm -f "$app/aot.recording" "$app/aot.new"
}

service_ready() {
  local number
  number=$(port "$1_management")
  port_open "$number" && [[ $(curl -sf -m 3 "http://127.0.0.1:$number/health") == *'"SERVING"'* ]]
}

# In its own words: which of its parts is not up, and why.
service_health() {
  if ! process_alive "$1"; then
    echo stopped
  else
    curl -s -m 3 "http://127.0.0.1:$(port "$1_management")/health" || echo 'no answer on its management port'
  fi
}

service_await() {
  local service=$1 began=$EPOCHREALTIME
  process_await "$service" 90 service_ready "$service" || return 1
  say "$service ready in $(seconds_since "$began") s"
}

# SIGTERM lets a service finish the calls it has.
service_stop() {
  local recording ready=
  recording=$(app_folder "$1")/aot.recording
  # A run that never got ready is no model for a start.
  if service_ready "$1"; then ready=yes; fi
  process_stop "$1" TERM 60
  if [[ $ready && -e $recording ]]; then
    say "making $1's AOT cache, once for this build"
    service_aot_create "$1"
  fi
  rm -f "$recording"
}

# For a service whose jars are about to go: drains it too, but doesn't wait for a cache that nobody will use.
service_discard() {
  local pid deadline=$((SECONDS + 45))
  if [[ ! -e $(app_folder "$1")/aot ]] && pid=$(process_pid "$1"); then
    kill -TERM "$pid"
    # The management port is the last thing that a service closes.
    while port_open "$(port "$1_management")" && ((SECONDS < deadline)); do sleep 0.1; done
    kill -KILL "$pid" 2>/dev/null
  fi
  service_stop "$1"
}

# services_stop service_stop|service_discard SERVICE…
# All at once: each finishes the calls it has and takes no more, so none waits for another.
services_stop() {
  local how=$1 service pids=()
  shift
  for service in "$@"; do
    "$how" "$service" &
    pids+=($!)
  done
  wait "${pids[@]}"
}

# Keys that services sign and seal with, made once; of the platform key another command may know.
keys_prepare() {
  [[ -s $KRYONIX_HOME/keys/services.jwks.json && (-s $KRYONIX_HOME/keys/master.key || ${KRYONIX_MASTER_KEY_COMMAND-}) ]] && return
  "$JAVA_HOME/bin/java" -XX:TieredStopAtLevel=1 -cp "$(app_folder tenant)/app.jar:$(app_folder tenant)/lib/*" \
    dev.kryonix.kit.crypto.GenerateKeys "$KRYONIX_HOME/keys" "${SERVICES[@]}" >>"$KRYONIX_HOME/log/keys.log" 2>&1 ||
    die "making the services' keys failed; see $KRYONIX_HOME/log/keys.log"
}
