# shellcheck shell=bash
# Every port of the platform, by name. KRYONIX_PORT_<NAME> sets one (KRYONIX_PORT_REDIS=6400);
# otherwise it is the default plus KRYONIX_PORT_OFFSET.

declare -A DEFAULT_PORT=(
  [gateway_grpc]=9090 [gateway_http]=8080 [gateway_management]=9190
  [tenant_grpc]=9091 [tenant_management]=9191
  [messaging_grpc]=9092 [messaging_management]=9192
  [cache_grpc]=9093 [cache_management]=9193
  [backup_grpc]=9094 [backup_management]=9194
  [rabbitmq]=25672 [rabbitmq_management]=25673 [rabbitmq_dist]=25674
  [rabbitmq_prometheus]=25675 [rabbitmq_stream]=25676 [rabbitmq_epmd]=25677
  [rabbitmq_cluster_1]=25681 [rabbitmq_cluster_2]=25682 [rabbitmq_cluster_3]=25683
  [rabbitmq_cluster_management_1]=25684 [rabbitmq_cluster_management_2]=25685 [rabbitmq_cluster_management_3]=25686
  [rabbitmq_cluster_dist_1]=25687 [rabbitmq_cluster_dist_2]=25688 [rabbitmq_cluster_dist_3]=25689
  [rabbitmq_cluster_epmd]=25690
  [redis]=26379 [postgres]=25432
  [redis_cluster_1]=26391 [redis_cluster_2]=26392 [redis_cluster_3]=26393
  [redis_cluster_4]=26394 [redis_cluster_5]=26395 [redis_cluster_6]=26396
  [redis_cluster_bus_1]=26401 [redis_cluster_bus_2]=26402 [redis_cluster_bus_3]=26403
  [redis_cluster_bus_4]=26404 [redis_cluster_bus_5]=26405 [redis_cluster_bus_6]=26406
)

port_variable() { printf 'KRYONIX_PORT_%s' "${1^^}"; }

port() {
  local variable
  variable=$(port_variable "$1")
  printf '%d' "${!variable:-$((DEFAULT_PORT[$1] + KRYONIX_PORT_OFFSET))}"
}

port_open() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# A process that was killed a moment ago may still be letting go of its sockets.
port_await_free() {
  local deadline=$((SECONDS + 4))
  while port_open "$1"; do
    ((SECONDS < deadline)) || return 1
    sleep 0.2
  done
}

# Call it only for something that isn't running: whoever answers on the port is a stranger.
ports_require_free() {
  local name number
  for name in "$@"; do
    number=$(port "$name")
    ((number > 0 && number < 65536)) || die "$(port_variable "$name"): $number is no port number"
    if port_open "$number" && ! port_await_free "$number"; then
      die "port $number ($name) is taken by another program: stop it, or set $(port_variable "$name") or KRYONIX_PORT_OFFSET"
    fi
  done
}
