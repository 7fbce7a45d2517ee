# shellcheck shell=bash
# `kryonix bench`: load against this project and its peers, on a platform of its own that a running `up` never notices.

BENCHES=(gateway tenancy messaging cache)
BENCH_MESSAGING_PARTS=(flow calls end-to-end overload tenants)
BENCH_CACHE_PARTS=(get batch pipeline others ycsb near neighbours memory)
BENCH_HOME=$KRYONIX_ROOT/.kryonix-bench
BENCH_PORT_OFFSET=${KRYONIX_BENCH_PORT_OFFSET:-4500}
BENCH_PROCESSES=(bench_nginx bench_armeria bench_armeria_alone bench_echo)
DEFAULT_PORT+=([bench_echo]=9060 [bench_nginx]=9061 [bench_armeria]=9062 [bench_armeria_alone]=9063)

# No limit of a tenant may stand in for the speed of the gateway: these are larger than any run.
BENCH_REQUESTS_PER_HOUR=1000000000000
BENCH_BURST_PER_SECOND=1000000000

bench_usage() {
  cat <<'END'
./kryonix bench gateway [--quick] [--profile]
                       the gateway beside nginx (gRPC) and Armeria (REST): throughput, latency, processor time, memory
  --quick              short rounds, for trying out: docs/performance.md stays as it is
  --profile            records the gateway under load at the end, and says which methods run most

./kryonix bench tenancy [--quick] [--tenants N]
                       the control plane: creating tenants, ever more of them (300, if not said otherwise; 1000 takes about
                       half an hour), the broker with as many vhosts, suspension, tokens, the state stream

./kryonix bench messaging [--quick] [--profile] [--only PART]
                       messages through messaging-service beside RabbitMQ's PerfTest on the same broker
  --only PART          one part by itself, whose rounds are only shown: flow, calls, end-to-end, overload or tenants
  --profile            records the service under load at the end, and says which methods run most

./kryonix bench cache [--quick] [--profile] [--only PART] [--tenants N]
                       the cache beside Redis itself: single calls, batches, pipelines, YCSB, a noisy neighbour, and the memory
                       of N tenants' entries, 100,000 each (10, if not said otherwise; 100 take some 5 GiB)
  --only PART          one part by itself, whose rounds are only shown: get, batch or pipeline (1 KiB, which have goals),
                       others (other sizes and numbers of callers), ycsb, near, neighbours or memory
  --profile            records the service under what has goals, and says which methods run most

Figures go to $KRYONIX_HOME/bench/NAME.json and NAME.svg, and those of a full run to docs/performance.md. A full run of
`gateway`, `messaging` or `cache` takes ten to fifteen minutes and wants a machine that does nothing else.
END
}

bench() {
  local name=${1:-} results=$KRYONIX_HOME/bench
  if [[ -z $name ]]; then
    bench_usage
    return
  fi
  shift
  [[ " ${BENCHES[*]} " == *" $name "* ]] || die "no such benchmark: $name (there are ${BENCHES[*]})"
  "bench_${name}_options" "$@"
  require_jdk
  # The caller's own instance gets the results and nothing else.
  mkdir -p "$results" 2>/dev/null || die "can't create $results (set KRYONIX_HOME to a folder you may write)"
  bench_environment
  home_prepare
  home_lock bench
  # A run that was killed may have left its processes.
  bench_clean_up
  trap bench_clean_up EXIT
  trap 'exit 130' INT TERM
  "bench_$name" "$results" "$@"
}

bench_gateway_options() { bench_options gateway '--quick --profile' '' "$@"; }
bench_tenancy_options() { bench_options tenancy '--quick --tenants' '' "$@"; }
bench_messaging_options() { bench_options messaging '--quick --profile --only' "${BENCH_MESSAGING_PARTS[*]}" "$@"; }
bench_cache_options() { bench_options cache '--quick --profile --only --tenants' "${BENCH_CACHE_PARTS[*]}" "$@"; }

# bench_options NAME KNOWN PARTS OPTION…
bench_options() {
  local name=$1 known=$2 parts=$3
  shift 3
  while (($#)); do
    [[ " $known " == *" $1 "* ]] || die "bench $name: unknown option $1"
    case $1 in
      --only)
        [[ " $parts " == *" ${2:-} "* ]] || die "bench $name: --only takes one of $parts"
        shift 2
        ;;
      --tenants)
        [[ ${2:-} =~ ^[1-9][0-9]{0,3}$ ]] || die "bench $name: --tenants needs a number from 1 to 9999"
        shift 2
        ;;
      *) shift ;;
    esac
  done
}

bench_environment() {
  local variable
  # Ports that somebody has set for a running platform are not the benchmark's.
  for variable in $(compgen -v KRYONIX_PORT_); do unset "$variable"; done
  KRYONIX_HOME=$BENCH_HOME KRYONIX_PORT_OFFSET=$BENCH_PORT_OFFSET
  export KRYONIX_HOME KRYONIX_PORT_OFFSET
}

# The platform keeps its data for the next run; the log of each process stays too.
bench_clean_up() {
  local name
  for name in "${BENCH_PROCESSES[@]}"; do process_stop "$name" TERM 10; done
  "$KRYONIX_ROOT/kryonix" down 9>&-
}

# Builds the benchmarks, if they have changed, and gives the instance a copy.
bench_install() {
  local stamp=$KRYONIX_ROOT/benchmarks/target/launcher.stamp BUILD
  BUILD=$(build_fingerprint proto service-kit benchmarks)
  if [[ ! -e $(module_jar bench) || $(cat "$stamp" 2>/dev/null) != "$BUILD" ]]; then
    require_maven
    say 'building the benchmarks'
    rm -f "$stamp"
    run_maven "$KRYONIX_HOME/log/build.log" package -pl benchmarks -am -Dmaven.test.skip=true -Dspotless.check.skip=true ||
      die "the build failed; all of its output is in $KRYONIX_HOME/log/build.log"
    printf '%s' "$BUILD" >"$stamp"
  fi
  app_is_current bench || app_install bench
  cp "$KRYONIX_ROOT/benchmarks/target/classes/echo.pb" "$(app_folder bench)/echo.pb"
}

# bench_java CLASS ARGUMENT…: one word a line, with the gateway's own JVM options.
bench_java() {
  local app
  app=$(app_folder bench)
  printf '%s\n' "$JAVA_HOME/bin/java" "-Xmx${HEAP[gateway]}" -XX:+UseSerialGC -XX:+UseCompactObjectHeaders \
    -XX:+ExitOnOutOfMemoryError --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow \
    -Dslf4j.internal.verbosity=ERROR \
    -cp "$app/app.jar:$app/lib/*" "dev.kryonix.bench.$1" "${@:2}"
}

# bench_start NAME COMMAND…
bench_start() {
  process_start "$@"
  process_await "$1" 30 port_open "$(port "$1")" || exit 1
}

# bench_start_java NAME CLASS ARGUMENT…
bench_start_java() {
  local name=$1 command
  shift
  mapfile -t command < <(bench_java "$@")
  bench_start "$name" "${command[@]}"
}

bench_gateway() {
  local results=$1 name echo command nginx
  shift
  bench_gateway_tools
  for name in "${BENCH_PROCESSES[@]}"; do ports_require_free "$name"; done
  echo=$(port bench_echo)
  # As of the other proxies, whose logs are off too.
  export KRYONIX_GATEWAY_ACCESS_LOG=off
  export KRYONIX_GATEWAY_CONTRACTS=$BENCH_HOME/apps/bench/echo.pb KRYONIX_SERVICES_ECHO=127.0.0.1:$echo
  build
  bench_install
  bench_start_java bench_echo gateway.EchoServer "$echo"
  # A JVM that records its start for a cache is not the one that users meet.
  KRYONIX_AOT=no "$KRYONIX_ROOT/kryonix" up >/dev/null 9>&- || exit
  bench_tenant_prepare
  # What the gateway doesn't need for this would only take processor time.
  "$KRYONIX_ROOT/kryonix" stop messaging cache backup 9>&-
  "$SERVERS" down rabbitmq 9>&-

  nginx=$(bench_nginx)
  bench_nginx_configure "$echo"
  bench_start bench_nginx "$nginx" -c "$BENCH_HOME/nginx/nginx.conf" -p "$BENCH_HOME/nginx"
  bench_start_java bench_armeria gateway.ArmeriaPeer "$(port bench_armeria)" "$echo"
  bench_start_java bench_armeria_alone gateway.ArmeriaPeer "$(port bench_armeria_alone)"

  export KRYONIX_BENCH_ECHO KRYONIX_BENCH_GATEWAY KRYONIX_BENCH_REST KRYONIX_BENCH_NGINX KRYONIX_BENCH_ARMERIA \
    KRYONIX_BENCH_ARMERIA_ALONE KRYONIX_BENCH_TOKEN KRYONIX_BENCH_H2LOAD KRYONIX_BENCH_VERSIONS KRYONIX_BENCH_FOLDER
  KRYONIX_BENCH_ECHO="$(process_pid bench_echo) $echo"
  KRYONIX_BENCH_GATEWAY="$(process_pid gateway) $(port gateway_grpc)"
  KRYONIX_BENCH_REST="$(process_pid gateway) $(port gateway_http)"
  KRYONIX_BENCH_NGINX="$(process_pid bench_nginx) $(port bench_nginx)"
  KRYONIX_BENCH_ARMERIA="$(process_pid bench_armeria) $(port bench_armeria)"
  KRYONIX_BENCH_ARMERIA_ALONE="$(process_pid bench_armeria_alone) $(port bench_armeria_alone)"
  issue_token "$DEMO_TENANT" || die "no token: $ANSWER"
  KRYONIX_BENCH_TOKEN=$TOKEN
  KRYONIX_BENCH_H2LOAD=$(command -v h2load)
  KRYONIX_BENCH_VERSIONS="$(bench_versions "$nginx")"
  KRYONIX_BENCH_FOLDER=$BENCH_HOME/load
  mkdir -p "$KRYONIX_BENCH_FOLDER"
  mapfile -t command < <(bench_java Main gateway "$results" "$KRYONIX_ROOT/docs" "$(bench_commit)" "$@")
  "${command[@]}" 9>&-
}

# On an instance of its own that is new each time and goes at the end: it is left with thousands of tenants, some of which
# are nothing but rows.
bench_tenancy() {
  local results=$1 command
  shift
  KRYONIX_HOME=$BENCH_HOME/tenancy
  home_prepare
  trap bench_fresh_clean_up EXIT
  "$KRYONIX_ROOT/kryonix" reset --yes 9>&-
  home_prepare
  # No limit on callers may stand in for the speed of the control plane, nor one on memory for the number of vhosts.
  export KRYONIX_GATEWAY_ACCESS_LOG=off KRYONIX_GATEWAY_ADDRESS_PUBLIC_CALLS=1000000000 \
    KRYONIX_GATEWAY_ADDRESS_FAILURES=1000000000 KRYONIX_RABBITMQ_MEMORY=4GB
  build
  bench_install
  # A JVM that records its start for a cache is not the one that users meet.
  KRYONIX_AOT=no "$KRYONIX_ROOT/kryonix" up >/dev/null 9>&- || exit

  export KRYONIX_BENCH_HOME=$KRYONIX_HOME KRYONIX_BENCH_LAUNCHER=$KRYONIX_ROOT/kryonix \
    KRYONIX_BENCH_GATEWAY KRYONIX_BENCH_TENANT_SERVICE KRYONIX_BENCH_ADMIN_KEY \
    KRYONIX_BENCH_MANAGEMENT KRYONIX_BENCH_MANAGEMENT_PASSWORD KRYONIX_BENCH_PSQL PGPASSWORD
  KRYONIX_BENCH_GATEWAY=$(service_address gateway)
  KRYONIX_BENCH_TENANT_SERVICE=$(service_address tenant)
  KRYONIX_BENCH_ADMIN_KEY=$(admin_key)
  KRYONIX_BENCH_MANAGEMENT=$(rabbitmq_management_url)
  KRYONIX_BENCH_MANAGEMENT_PASSWORD=$(secret rabbitmq-admin)
  KRYONIX_BENCH_PSQL="psql -X -q -h 127.0.0.1 -p $(port postgres) -U kryonix_admin -d kryonix"
  PGPASSWORD=$(secret postgres-admin)
  mapfile -t command < <(bench_java Main tenancy "$results" "$KRYONIX_ROOT/docs" "$(bench_commit)" "$@")
  "${command[@]}" 9>&-
}

# On an instance of its own that is new each time: queues and tenants of an earlier run would be the broker's load in this.
bench_messaging() {
  local results=$1 command
  shift
  KRYONIX_HOME=$BENCH_HOME/messaging
  home_prepare
  trap bench_messaging_clean_up EXIT
  "$KRYONIX_ROOT/kryonix" reset --yes 9>&-
  home_prepare
  # No alarm of the broker's may stand in for the speed of the service: what is published waits in queues.
  export KRYONIX_GATEWAY_ACCESS_LOG=off KRYONIX_GATEWAY_ADDRESS_PUBLIC_CALLS=1000000000 KRYONIX_RABBITMQ_MEMORY=4GB
  build
  bench_install
  # A JVM that records its start for a cache is not the one that users meet.
  KRYONIX_AOT=no "$KRYONIX_ROOT/kryonix" up >/dev/null 9>&- || exit

  export KRYONIX_BENCH_HOME=$KRYONIX_HOME KRYONIX_BENCH_LAUNCHER=$KRYONIX_ROOT/kryonix KRYONIX_BENCH_GATEWAY \
    KRYONIX_BENCH_MESSAGING KRYONIX_BENCH_ADMIN_KEY KRYONIX_BENCH_AMQP KRYONIX_BENCH_MANAGEMENT \
    KRYONIX_BENCH_MANAGEMENT_PASSWORD KRYONIX_BENCH_FOLDER KRYONIX_BENCH_MEMORY
  KRYONIX_BENCH_GATEWAY=$(service_address gateway)
  KRYONIX_BENCH_MESSAGING=$(service_address messaging)
  KRYONIX_BENCH_ADMIN_KEY=$(admin_key)
  KRYONIX_BENCH_AMQP=127.0.0.1:$(port rabbitmq)
  KRYONIX_BENCH_MANAGEMENT=$(rabbitmq_management_url)
  KRYONIX_BENCH_MANAGEMENT_PASSWORD=$(secret rabbitmq-admin)
  KRYONIX_BENCH_FOLDER=$BENCH_HOME/load
  mkdir -p "$KRYONIX_BENCH_FOLDER"
  KRYONIX_BENCH_MEMORY=$(mktemp -d /dev/shm/kryonix-bench.XXXXXX) || die 'no file system in memory at /dev/shm'
  mapfile -t command < <(bench_java Main messaging "$results" "$KRYONIX_ROOT/docs" "$(bench_commit)" "$@")
  "${command[@]}" 9>&-
}

bench_messaging_clean_up() {
  bench_fresh_clean_up
  if [[ ${KRYONIX_BENCH_MEMORY:-} ]]; then rm -rf "$KRYONIX_BENCH_MEMORY"; fi
}

# A run that failed leaves its logs; the next begins by deleting them.
bench_fresh_clean_up() {
  if (($? == 0)); then
    "$KRYONIX_ROOT/kryonix" reset --yes 9>&-
  else
    "$KRYONIX_ROOT/kryonix" down 9>&-
  fi
}

# On an instance of its own, too: it is left with tenants full of entries.
bench_cache() {
  local results=$1 command benchmark
  shift
  bench_cache_tools
  benchmark=$(command -v redis-benchmark || command -v valkey-benchmark) || die 'there is no redis-benchmark'
  KRYONIX_HOME=$BENCH_HOME/cache
  home_prepare
  trap bench_fresh_clean_up EXIT
  "$KRYONIX_ROOT/kryonix" reset --yes 9>&-
  home_prepare
  # No limit on callers or on memory may stand in for the speed of the cache.
  export KRYONIX_GATEWAY_ACCESS_LOG=off KRYONIX_REDIS_MEMORY=12gb
  build
  bench_install
  # A JVM that records its start for a cache is not the one that users meet.
  KRYONIX_AOT=no "$KRYONIX_ROOT/kryonix" up >/dev/null 9>&- || exit

  export KRYONIX_BENCH_SERVICE KRYONIX_BENCH_GATEWAY KRYONIX_BENCH_REST KRYONIX_BENCH_REDIS KRYONIX_BENCH_REDIS_PASSWORD \
    KRYONIX_BENCH_ADMIN_KEY KRYONIX_BENCH_REDIS_BENCHMARK KRYONIX_BENCH_H2LOAD KRYONIX_BENCH_VERSIONS KRYONIX_BENCH_FOLDER
  KRYONIX_BENCH_SERVICE="$(process_pid cache) $(port cache_grpc)"
  KRYONIX_BENCH_GATEWAY="$(process_pid gateway) $(port gateway_grpc)"
  KRYONIX_BENCH_REST="$(process_pid gateway) $(port gateway_http)"
  KRYONIX_BENCH_REDIS="$(process_pid redis) $(port redis)"
  KRYONIX_BENCH_REDIS_PASSWORD=$(secret redis-admin)
  KRYONIX_BENCH_ADMIN_KEY=$(admin_key)
  KRYONIX_BENCH_REDIS_BENCHMARK=$benchmark
  KRYONIX_BENCH_H2LOAD=$(command -v h2load)
  KRYONIX_BENCH_VERSIONS="$("$(redis_bin)" --version | sed 's/ server v=/ /; s/ sha=.*//'), h2load $(h2load --version | head -n 1 | tr '/' ' ')"
  KRYONIX_BENCH_FOLDER=$BENCH_HOME/load
  mkdir -p "$KRYONIX_BENCH_FOLDER"
  mapfile -t command < <(bench_java Main cache "$results" "$KRYONIX_ROOT/docs" "$(bench_commit)" "$@")
  "${command[@]}" 9>&-
}

bench_cache_tools() {
  local packages=()
  command -v redis-benchmark valkey-benchmark >/dev/null || packages+=(redis-tools)
  command -v h2load >/dev/null || packages+=(nghttp2-client)
  ((${#packages[@]} == 0)) || install_packages "${packages[@]}"
}

bench_gateway_tools() {
  local packages=()
  [[ $(bench_nginx) ]] || packages+=(nginx)
  command -v h2load >/dev/null || packages+=(nghttp2-client)
  ((${#packages[@]} == 0)) || install_packages "${packages[@]}"
}

# Debian keeps it where only root looks.
bench_nginx() { PATH=$PATH:/usr/sbin command -v nginx; }

bench_versions() {
  echo "$("$1" -v 2>&1 | sed 's|.*nginx/\([0-9.]*\).*|nginx \1|') ($(getconf _NPROCESSORS_ONLN) workers)," \
    "$(h2load --version | head -n 1 | tr '/' ' ')"
}

bench_commit() {
  local commit
  commit=$(git -C "$KRYONIX_ROOT" rev-parse --short=12 HEAD 2>/dev/null) || commit=unknown
  [[ -z $(git -C "$KRYONIX_ROOT" status --porcelain -uno 2>/dev/null) ]] || commit+=' with changes'
  printf '%s' "$commit"
}

# An ordinary gRPC proxy: a worker per core, connections to the echo service kept, no log of each call.
bench_nginx_configure() {
  local folder=$BENCH_HOME/nginx user=
  mkdir -p "$folder/temp"
  # Root's workers become somebody else otherwise, who may not write here.
  ((EUID != 0)) || user='user root;'
  cat >"$folder/nginx.conf" <<END
$user
daemon off;
worker_processes auto;
worker_rlimit_nofile 16384;
pid $folder/nginx.pid;
error_log stderr warn;
events { worker_connections 8192; }
http {
  access_log off;
  client_body_temp_path $folder/temp;
  proxy_temp_path $folder/temp;
  fastcgi_temp_path $folder/temp;
  uwsgi_temp_path $folder/temp;
  scgi_temp_path $folder/temp;
  tcp_nodelay on;
  keepalive_requests 1000000000;
  upstream echo {
    server 127.0.0.1:$1;
    keepalive 256;
    keepalive_requests 1000000000;
  }
  server {
    listen 127.0.0.1:$(port bench_nginx) http2;
    location / { grpc_pass grpc://echo; }
  }
}
END
}

# The demo tenant with limits that are no limits.
bench_tenant_prepare() {
  issue_token '' || die "no token: $ANSWER"
  gateway_call PATCH "/v1/tenants/$DEMO_TENANT?updateMask=overrides" "$TOKEN" \
    "{\"overrides\": {\"gateway\": {\"requestsPerHour\": \"$BENCH_REQUESTS_PER_HOUR\", \"burstPerSecond\": $BENCH_BURST_PER_SECOND}}}"
  [[ $STATUS == 200 ]] || die "raising the limits of $DEMO_TENANT failed: $STATUS $ANSWER"
}
