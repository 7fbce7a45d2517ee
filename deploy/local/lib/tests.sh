# shellcheck shell=bash
# `kryonix test`: every test of the project, against servers of its own that a running `up` never notices.

# Instances of the tests: servers for the integration tests, and a whole platform for the system tests.
# Both stay below 32768, where Linux begins to hand out ports for outgoing connections.
TEST_HOME=$KRYONIX_ROOT/.kryonix-test
TEST_PORT_OFFSET=${KRYONIX_TEST_PORT_OFFSET:-2500}

run_tests() {
  local kind=${1:-all} result=0 arguments=()
  case $kind in
    all) arguments=(verify) ;;
    unit) arguments=(test) ;;
    integration) arguments=(verify -Dskip.unit.tests=true -pl '!system-tests') ;;
    # The services come from the launcher's build; Maven only needs what the tests themselves are compiled against.
    system) arguments=(verify -Dskip.unit.tests=true -pl system-tests -am '-Dit.test=dev.kryonix.system.**' -Dfailsafe.failIfNoSpecifiedTests=false) ;;
    *) die "test: unknown kind $kind (there are unit, integration, system)" ;;
  esac
  require_jdk
  tests_environment
  home_prepare
  home_lock tests
  require_maven
  trap tests_clean_up EXIT
  trap 'exit 130' INT TERM
  tests_clean_up
  if [[ $kind == all || $kind == unit ]]; then tests_check_files; fi
  if [[ $kind == system ]]; then build; fi
  if [[ $kind == all || $kind == integration ]]; then
    "$SERVERS" up rabbitmq postgres redis redis_cluster 9>&- || exit
    tests_write_jvm
    arguments+=("-Djvm=$KRYONIX_HOME/jvm/bin/java")
  fi
  tests_maven "${arguments[@]}" || result=1
  if [[ $kind == all || $kind == unit ]]; then "$KRYONIX_ROOT/deploy/check-contracts" || result=1; fi
  tests_report "$KRYONIX_HOME/log/maven.log" || result=1
  exit "$result"
}

tests_environment() {
  local variable
  # Ports that somebody has set for a running platform are not the tests'.
  for variable in $(compgen -v KRYONIX_PORT_); do unset "$variable"; done
  export KRYONIX_HOME=$TEST_HOME KRYONIX_PORT_OFFSET=$TEST_PORT_OFFSET
  export KRYONIX_POSTGRES_SERVICES='tenant messaging cache backup kit'
  read -ra POSTGRES_SERVICES <<<"$KRYONIX_POSTGRES_SERVICES"
}

# The system tests start a platform of their own with the launcher, once: a cache for the next start is of no use.
tests_maven() {
  KRYONIX_LAUNCHER=$KRYONIX_ROOT/kryonix KRYONIX_BUILD=no KRYONIX_AOT=no \
    KRYONIX_SYSTEM_HOME=$TEST_HOME/system KRYONIX_SYSTEM_PORT_OFFSET=$((TEST_PORT_OFFSET + 1000)) \
    run_maven "$KRYONIX_HOME/log/maven.log" -fae "$@"
}

# Before, in case an earlier run was killed, and after, whatever happened. Logs stay.
tests_clean_up() {
  local elsewhere
  if [[ -d $TEST_HOME/system/run ]]; then
    KRYONIX_HOME=$TEST_HOME/system KRYONIX_PORT_OFFSET=$((TEST_PORT_OFFSET + 1000)) "$KRYONIX_ROOT/kryonix" down 9>&-
    elsewhere=$(readlink "$TEST_HOME/system/postgres/data") && rm -rf "$elsewhere"
    rm -rf "$TEST_HOME/system"
  fi
  "$SERVERS" down 9>&-
  elsewhere=$(readlink "$TEST_HOME/postgres/data") && rm -rf "$elsewhere"
  rm -rf "$TEST_HOME"/{postgres,redis,redis_cluster,rabbitmq,secrets,jvm}
}

# One Maven run tests all modules, but each service logs in to the servers as itself. Surefire and Failsafe start their
# JVMs in the module's folder, so a `java` that looks where it is can put the right variables into the environment.
# Surefire wants the path to end in bin/java.
tests_write_jvm() {
  local folder=$KRYONIX_HOME/jvm service
  mkdir -p "$folder/bin" "$folder/env"
  chmod 700 "$folder"
  for service in "${POSTGRES_SERVICES[@]}" gateway; do "$SERVERS" env "$service" >"$folder/env/$service"; done
  ln -sfn "$JAVA_HOME/release" "$folder/release"
  cat >"$folder/bin/java" <<END
#!/usr/bin/env bash
module=\$(basename "\$PWD")
module=\${module#service-}
variables=$folder/env/\${module%-service}
if [[ -e \$variables ]]; then
  set -a
  source "\$variables"
fi
exec "$JAVA_HOME/bin/java" "\$@"
END
  chmod 700 "$folder/bin/java"
}

tests_check_files() {
  "$KRYONIX_ROOT/deploy/check-scripts" || exit
  "$KRYONIX_ROOT/deploy/check-compose" || exit
}

# Prints the totals, then Maven's own lines. Fails when no test has run: then something is wrong with the build.
tests_report() {
  awk '
    / --- .*(surefire|failsafe).* @ / { kind = /failsafe/ ? "integration" : "unit"; module = $0; sub(/.* @ /, "", module); sub(/ ---.*/, "", module) }
    /Tests run:/ && !/Time elapsed/ {
      gsub(/[^0-9 ]/, " "); run += $1; failed += $2 + $3; skipped += $4
      printf "%-28s %-12s %5d run %4d failed %4d skipped\n", module, kind, $1, $2 + $3, $4
    }
    END {
      printf "%-28s %-12s %5d run %4d failed %4d skipped\n", "total", "", run, failed, skipped
      if (run == 0) { print "no test has run"; exit 1 }
    }' "$1"
  local result=$?
  grep -E '^\[(INFO|WARNING|ERROR)\] Tests run:.*[0-9]$|^\[INFO\] BUILD' "$1"
  return "$result"
}
