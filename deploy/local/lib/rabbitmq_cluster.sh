# shellcheck shell=bash
# A private RabbitMQ cluster of three nodes for the tests of faults, with the same users and settings as the node of
# rabbitmq.sh and an epmd of its own. Its nodes are processes rabbitmq_cluster_1 to rabbitmq_cluster_3.

RABBITMQ_CLUSTER_NODES=(1 2 3)

rabbitmq_cluster_ports() {
  local node
  for node in "${RABBITMQ_CLUSTER_NODES[@]}"; do
    echo "rabbitmq_cluster_$node" "rabbitmq_cluster_management_$node" "rabbitmq_cluster_dist_$node"
  done
  echo rabbitmq_cluster_epmd
}

rabbitmq_cluster_missing_packages() { rabbitmq_missing_packages; }

# All of them run: a single one that died is started again by `up`.
rabbitmq_cluster_alive() {
  local node
  for node in "${RABBITMQ_CLUSTER_NODES[@]}"; do process_alive "rabbitmq_cluster_$node" || return 1; done
}

rabbitmq_cluster_node() { echo "kryonix-$(home_id)-$1@localhost"; }

# Without the plugins for streams' own protocol and for Prometheus, each of which has a listener. Of the memory that counts
# towards the alarm, two thirds are free in Erlang's allocators once queues have come and gone.
rabbitmq_cluster_configure() {
  local node=$1 other folder=$KRYONIX_HOME/rabbitmq_cluster/$1
  mkdir -p "$folder"
  chmod 700 "$folder"
  echo '[rabbitmq_management,rabbitmq_event_exchange].' >"$folder/enabled_plugins"
  (umask 077 && secret rabbitmq-cluster-cookie >"$folder/.erlang.cookie.new")
  mv -f "$folder/.erlang.cookie.new" "$folder/.erlang.cookie"
  chmod 400 "$folder/.erlang.cookie"
  {
    cat <<END
default_user = kryonix_admin
default_pass = $(secret rabbitmq-admin)
default_user_tags.administrator = true
listeners.tcp.1 = 127.0.0.1:$(port "rabbitmq_cluster_$node")
management.tcp.ip = 127.0.0.1
management.tcp.port = $(port "rabbitmq_cluster_management_$node")
vm_memory_high_watermark.absolute = ${KRYONIX_RABBITMQ_CLUSTER_MEMORY:-768MB}
disk_free_limit.absolute = ${KRYONIX_RABBITMQ_DISK_FREE:-256MB}
cluster_partition_handling = pause_minority
cluster_formation.peer_discovery_backend = classic_config
log.file = false
log.console = true
log.console.level = info
END
    for other in "${RABBITMQ_CLUSTER_NODES[@]}"; do
      echo "cluster_formation.classic_config.nodes.$other = $(rabbitmq_cluster_node "$other")"
    done
  } >"$folder/rabbitmq.conf.new"
  chmod 600 "$folder/rabbitmq.conf.new"
  mv -f "$folder/rabbitmq.conf.new" "$folder/rabbitmq.conf"
}

# One scheduler each: three nodes that spin on every core would take the machine from what they are tested with. A message
# that was on its way from one queue to another when the other's leader died is sent again after ten seconds, not three minutes.
rabbitmq_cluster_start_node() {
  local node=$1 folder=$KRYONIX_HOME/rabbitmq_cluster/$1
  rabbitmq_cluster_configure "$node"
  process_start "rabbitmq_cluster_$node" env -u NOTIFY_SOCKET \
    RUNNING_UNDER_SYSTEMD=true \
    HOME="$folder" \
    ERL_EPMD_ADDRESS=127.0.0.1 ERL_EPMD_PORT="$(port rabbitmq_cluster_epmd)" \
    RABBITMQ_NODENAME="$(rabbitmq_cluster_node "$node")" \
    RABBITMQ_CONF_ENV_FILE=/dev/null \
    RABBITMQ_CONFIG_FILE="$folder/rabbitmq.conf" \
    RABBITMQ_ENABLED_PLUGINS_FILE="$folder/enabled_plugins" \
    RABBITMQ_MNESIA_BASE="$folder/data" \
    RABBITMQ_LOG_BASE="$folder/log" \
    RABBITMQ_PID_FILE="$folder/pid" \
    RABBITMQ_DIST_PORT="$(port "rabbitmq_cluster_dist_$node")" \
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS='-kernel inet_dist_use_interface {127,0,0,1} -start_epmd false +S 1:1 +sbwt none -rabbit dead_letter_worker_publisher_confirm_timeout 10000' \
    "$(rabbitmq_bin)"
}

rabbitmq_cluster_start() {
  local node
  if ! process_alive rabbitmq_cluster_epmd; then
    process_start rabbitmq_cluster_epmd epmd -address 127.0.0.1 -port "$(port rabbitmq_cluster_epmd)"
  fi
  process_await rabbitmq_cluster_epmd 10 port_open "$(port rabbitmq_cluster_epmd)" || return 1
  for node in "${RABBITMQ_CLUSTER_NODES[@]}"; do
    process_alive "rabbitmq_cluster_$node" || rabbitmq_cluster_start_node "$node"
  done
}

rabbitmq_cluster_get() {
  curl -sf -m 3 -K - "$(rabbitmq_cluster_management_url "$1")/api/$2" <<<"user = \"kryonix_admin:$(secret rabbitmq-admin)\""
}

# The node serves every virtual host, and sees all three running.
rabbitmq_cluster_node_ready() {
  local answer
  answer=$(rabbitmq_cluster_get "$1" health/checks/virtual-hosts) && [[ $answer == *'"ok"'* ]] || return 1
  answer=$(rabbitmq_cluster_get "$1" 'nodes?columns=running') || return 1
  [[ $(grep -o '"running":true' <<<"$answer" | wc -l) == "${#RABBITMQ_CLUSTER_NODES[@]}" ]] &&
    port_open "$(port "rabbitmq_cluster_$1")"
}

rabbitmq_cluster_ready() {
  local node
  for node in "${RABBITMQ_CLUSTER_NODES[@]}"; do rabbitmq_cluster_node_ready "$node" || return 1; done
}

# A node that asks another for its feature flags while that one is starting may end (3.10.8: incompatible_feature_flags):
# it is started again.
rabbitmq_cluster_await() {
  local node restarts=0 deadline=$((SECONDS + 150))
  until rabbitmq_cluster_ready; do
    for node in "${RABBITMQ_CLUSTER_NODES[@]}"; do
      process_alive "rabbitmq_cluster_$node" && continue
      ((restarts++ < 3)) || {
        say "rabbitmq_cluster_$node ended while starting; see $KRYONIX_HOME/log/rabbitmq_cluster_$node.log"
        return 1
      }
      rabbitmq_cluster_start_node "$node"
    done
    ((SECONDS < deadline)) || {
      say "rabbitmq_cluster isn't ready; see $KRYONIX_HOME/log"
      return 1
    }
    sleep 0.3
  done
}

rabbitmq_cluster_stop() {
  local node
  for node in "${RABBITMQ_CLUSTER_NODES[@]}"; do process_stop "rabbitmq_cluster_$node" TERM 40 & done
  wait
  process_stop rabbitmq_cluster_epmd TERM 5
}

# rabbitmq_cluster_ctl NODE ARGUMENT…
rabbitmq_cluster_ctl() {
  local node=$1
  shift
  HOME="$KRYONIX_HOME/rabbitmq_cluster/$node" ERL_EPMD_ADDRESS=127.0.0.1 ERL_EPMD_PORT="$(port rabbitmq_cluster_epmd)" \
    RABBITMQ_NODENAME="$(rabbitmq_cluster_node "$node")" RABBITMQ_CONF_ENV_FILE=/dev/null \
    "$(dirname "$(rabbitmq_bin)")/rabbitmqctl" "$@"
}

rabbitmq_cluster_management_url() { echo "http://127.0.0.1:$(port "rabbitmq_cluster_management_$1")"; }

# For the tests: the service itself is told of a cluster by KRYONIX_RABBITMQ_NODES.
rabbitmq_cluster_env() {
  local node nodes=() urls=()
  rabbitmq_cluster_alive || return 0
  for node in "${RABBITMQ_CLUSTER_NODES[@]}"; do
    nodes+=("127.0.0.1:$(port "rabbitmq_cluster_$node")")
    urls+=("$(rabbitmq_cluster_management_url "$node")")
  done
  (
    IFS=,
    echo "KRYONIX_RABBITMQ_CLUSTER_NODES=${nodes[*]}"
    echo "KRYONIX_RABBITMQ_CLUSTER_MANAGEMENT_URLS=${urls[*]}"
  )
  echo "KRYONIX_SERVERS=$KRYONIX_ROOT/deploy/local/servers"
}
