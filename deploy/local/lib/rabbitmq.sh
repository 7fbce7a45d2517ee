# shellcheck shell=bash
# A private single-node RabbitMQ with management, stream and Prometheus plugins, everything on loopback.
# Its epmd (Erlang's port mapper) is its own too, started and stopped here: Erlang would otherwise leave one running.

rabbitmq_ports() {
  echo rabbitmq rabbitmq_management rabbitmq_dist rabbitmq_prometheus rabbitmq_stream
  process_alive epmd || echo rabbitmq_epmd
}

# The package's inner script: the one in sbin changes to the rabbitmq user and its system-wide folders.
rabbitmq_bin() {
  local file
  for file in /usr/lib/rabbitmq/bin/rabbitmq-server /usr/lib/rabbitmq/lib/rabbitmq_server-*/sbin/rabbitmq-server; do
    [[ -x $file ]] && echo "$file" && return
  done
  return 1
}

rabbitmq_missing_packages() { rabbitmq_bin >/dev/null || echo rabbitmq-server; }

rabbitmq_configure() {
  local folder=$KRYONIX_HOME/rabbitmq
  mkdir -p "$folder"
  chmod 700 "$folder"
  cp "$KRYONIX_ROOT/deploy/rabbitmq/enabled_plugins" "$folder/enabled_plugins"
  # The cookie lets a client do anything in the node; Erlang's own is made from the clock.
  if [[ ! -s $folder/.erlang.cookie ]]; then
    (umask 077 && random_token >"$folder/.erlang.cookie")
    chmod 400 "$folder/.erlang.cookie"
  fi
  # The first start makes default_user instead of guest. Memory and disk limits are absolute because the default,
  # a share of the whole machine, is meant for a machine of its own.
  (umask 077 && cat >"$folder/rabbitmq.conf") <<END
default_user = kryonix_admin
default_pass = $(secret rabbitmq-admin)
default_user_tags.administrator = true
listeners.tcp.1 = 127.0.0.1:$(port rabbitmq)
management.tcp.ip = 127.0.0.1
management.tcp.port = $(port rabbitmq_management)
prometheus.tcp.ip = 127.0.0.1
prometheus.tcp.port = $(port rabbitmq_prometheus)
stream.listeners.tcp.1 = 127.0.0.1:$(port rabbitmq_stream)
vm_memory_high_watermark.absolute = ${KRYONIX_RABBITMQ_MEMORY:-768MB}
disk_free_limit.absolute = ${KRYONIX_RABBITMQ_DISK_FREE:-256MB}
log.file = false
log.console = true
log.console.level = info
END
}

rabbitmq_start() {
  local folder=$KRYONIX_HOME/rabbitmq
  rabbitmq_configure
  if ! process_alive epmd; then
    process_start epmd epmd -address 127.0.0.1 -port "$(port rabbitmq_epmd)"
  fi
  process_await epmd 10 port_open "$(port rabbitmq_epmd)" || return 1
  # RUNNING_UNDER_SYSTEMD makes the script become the Erlang VM, so that the pid is the one to signal.
  process_start rabbitmq env -u NOTIFY_SOCKET \
    RUNNING_UNDER_SYSTEMD=true \
    HOME="$folder" \
    ERL_EPMD_ADDRESS=127.0.0.1 ERL_EPMD_PORT="$(port rabbitmq_epmd)" \
    RABBITMQ_NODENAME="kryonix-$(home_id)@localhost" \
    RABBITMQ_CONF_ENV_FILE=/dev/null \
    RABBITMQ_CONFIG_FILE="$folder/rabbitmq.conf" \
    RABBITMQ_ENABLED_PLUGINS_FILE="$folder/enabled_plugins" \
    RABBITMQ_MNESIA_BASE="$folder/data" \
    RABBITMQ_LOG_BASE="$folder/log" \
    RABBITMQ_PID_FILE="$folder/pid" \
    RABBITMQ_DIST_PORT="$(port rabbitmq_dist)" \
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS='-kernel inet_dist_use_interface {127,0,0,1} -start_epmd false' \
    "$(rabbitmq_bin)"
}

# The management API answers last, and this check only says ok when every virtual host runs.
rabbitmq_ready() {
  local answer
  answer=$(curl -sf -m 3 -K - "$(rabbitmq_management_url)/api/health/checks/virtual-hosts" <<<"user = \"kryonix_admin:$(secret rabbitmq-admin)\"") &&
    [[ $answer == *'"ok"'* ]] && port_open "$(port rabbitmq)"
}

# Starting takes longer the more vhosts there are: with 1,000 of them, most of a second each.
rabbitmq_await() {
  local vhosts
  vhosts=$(find "$KRYONIX_HOME/rabbitmq/data" -path '*/msg_stores/vhosts/*' -prune -printf . 2>/dev/null | wc -c)
  process_await rabbitmq $((120 + vhosts)) rabbitmq_ready
}

rabbitmq_stop() {
  process_stop rabbitmq TERM 40
  process_stop epmd TERM 5
}

# The package's inner script, for the same reason as the server's.
rabbitmq_ctl() {
  local folder=$KRYONIX_HOME/rabbitmq
  HOME="$folder" ERL_EPMD_ADDRESS=127.0.0.1 ERL_EPMD_PORT="$(port rabbitmq_epmd)" \
    RABBITMQ_NODENAME="kryonix-$(home_id)@localhost" RABBITMQ_CONF_ENV_FILE=/dev/null \
    "$(dirname "$(rabbitmq_bin)")/rabbitmqctl" "$@"
}

# Evaluates an Erlang expression in the node. The package's tool does the same, but takes seconds to start.
rabbitmq_eval() {
  HOME=$KRYONIX_HOME/rabbitmq ERL_EPMD_ADDRESS=127.0.0.1 ERL_EPMD_PORT="$(port rabbitmq_epmd)" \
    erl_call -sname "kryonix-$(home_id)@localhost" -e <<<"$1"
}

rabbitmq_management_url() { echo "http://127.0.0.1:$(port rabbitmq_management)"; }

rabbitmq_env() {
  echo "KRYONIX_RABBITMQ_HOST=127.0.0.1"
  echo "KRYONIX_RABBITMQ_PORT=$(port rabbitmq)"
  echo "KRYONIX_RABBITMQ_STREAM_PORT=$(port rabbitmq_stream)"
  echo "KRYONIX_RABBITMQ_MANAGEMENT_URL=$(rabbitmq_management_url)"
  echo "KRYONIX_RABBITMQ_USER=kryonix_admin"
  echo "KRYONIX_RABBITMQ_PASSWORD=$(secret rabbitmq-admin)"
}
