# shellcheck shell=bash
# A private Redis Cluster for the tests, three masters with a replica each, with the same users and settings as the
# Redis of redis.sh. Its nodes are processes redis_cluster_1 to redis_cluster_6. A master that waits for a busy disk, up to
# two seconds with appendfsync everysec, and for a busy machine, is not taken for dead: what its replica had not received
# yet would be lost.

REDIS_CLUSTER_NODES=(1 2 3 4 5 6)

redis_cluster_ports() {
  local node
  for node in "${REDIS_CLUSTER_NODES[@]}"; do echo "redis_cluster_$node" "redis_cluster_bus_$node"; done
}

redis_cluster_missing_packages() { redis_missing_packages; }

# All of them run: a single one that died is started again by `up`.
redis_cluster_alive() {
  local node
  for node in "${REDIS_CLUSTER_NODES[@]}"; do process_alive "redis_cluster_$node" || return 1; done
}

redis_cluster_cli() {
  local node=$1
  shift
  REDISCLI_AUTH=$(secret redis-admin) timeout 10 "$(redis_cli)" -h 127.0.0.1 -p "$(port "redis_cluster_$node")" \
    --user kryonix_admin --no-auth-warning "$@" 2>/dev/null
}

redis_cluster_configure() {
  local node=$1 folder=$KRYONIX_HOME/redis_cluster/$1
  mkdir -p "$folder"
  chmod 700 "$folder"
  cat >"$folder/redis.conf" <<END
include "$KRYONIX_ROOT/deploy/redis/redis.conf"
bind 127.0.0.1
port $(port "redis_cluster_$node")
dir "$folder"
aclfile "$KRYONIX_HOME/redis/users.acl"
masteruser kryonix_admin
masterauth $(secret redis-admin)
maxmemory ${KRYONIX_REDIS_CLUSTER_MEMORY:-96mb}
cluster-enabled yes
cluster-port $(port "redis_cluster_bus_$node")
cluster-config-file nodes.conf
cluster-node-timeout 10000
cluster-replica-validity-factor 0
cluster-require-full-coverage no
repl-diskless-sync-delay 0
END
  chmod 600 "$folder/redis.conf"
}

redis_cluster_start() {
  local node
  redis_configure
  for node in "${REDIS_CLUSTER_NODES[@]}"; do
    process_alive "redis_cluster_$node" && continue
    redis_cluster_configure "$node"
    process_start "redis_cluster_$node" "$(redis_bin)" "$KRYONIX_HOME/redis_cluster/$node/redis.conf"
  done
}

redis_cluster_answers() { [[ $(redis_cluster_cli "$1" ping) == PONG ]]; }

# Every node knows of all, every slot is served, and each master has its replica.
redis_cluster_ready() {
  local node info
  for node in "${REDIS_CLUSTER_NODES[@]}"; do
    info=$(redis_cluster_cli "$node" cluster info) || return 1
    [[ $info == *cluster_state:ok* && $info == *cluster_slots_ok:16384* && $info == *cluster_known_nodes:6* ]] || return 1
    [[ $(redis_cluster_cli "$node" info replication) =~ (master_link_status:up|connected_slaves:[1-9]) ]] || return 1
  done
}

redis_cluster_await() {
  local node addresses=()
  for node in "${REDIS_CLUSTER_NODES[@]}"; do
    process_await "redis_cluster_$node" 30 redis_cluster_answers "$node" || return 1
    addresses+=("127.0.0.1:$(port "redis_cluster_$node")")
  done
  if [[ $(redis_cluster_cli 1 cluster info) == *cluster_known_nodes:1[^0-9]* ]]; then
    REDISCLI_AUTH=$(secret redis-admin) timeout 60 "$(redis_cli)" --user kryonix_admin --no-auth-warning \
      --cluster create "${addresses[@]}" --cluster-replicas 1 --cluster-yes >"$KRYONIX_HOME/log/redis_cluster.log" 2>&1 || {
      say "the cluster could not be made; see $KRYONIX_HOME/log/redis_cluster.log"
      return 1
    }
  fi
  process_await redis_cluster_1 30 redis_cluster_ready
}

redis_cluster_stop() {
  local node
  for node in "${REDIS_CLUSTER_NODES[@]}"; do process_stop "redis_cluster_$node" TERM 20 & done
  wait
}

# For the tests: the service itself is told of a cluster by KRYONIX_REDIS_NODES.
redis_cluster_env() {
  local node nodes=()
  redis_cluster_alive || return 0
  for node in "${REDIS_CLUSTER_NODES[@]}"; do nodes+=("127.0.0.1:$(port "redis_cluster_$node")"); done
  (
    IFS=,
    echo "KRYONIX_REDIS_CLUSTER_NODES=${nodes[*]}"
  )
  echo "KRYONIX_SERVERS=$KRYONIX_ROOT/deploy/local/servers"
}
