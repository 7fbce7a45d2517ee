# shellcheck shell=bash
# `kryonix test`: every test of the project, against servers of its own that a running `up` never notices.

# Instances of the tests: servers for the integration tests, and a whole platform for the system tests.
# Both stay below 32768, where Linux begins to hand out ports for outgoing connections.
TEST_HOME=$KRYONIX_ROOT/.kryonix-test
TEST_PORT_OFFSET=${KRYONIX_TEST_PORT_OFFSET:-2500}

run_tests() {
  local kind=${1:-all} result=0
  [[ " all unit integration system faults " == *" $kind "* ]] ||
    die "test: unknown kind $kind (there are unit, integration, system, faults)"
  require_jdk
  tests_environment
  home_prepare
  home_lock tests
  require_maven
  trap tests_clean_up EXIT
  trap 'exit 130' INT TERM
  tests_clean_up
  if [[ $kind == all || $kind == unit ]]; then tests_check_files; fi
  TESTS_BEGAN=$KRYONIX_HOME/began
  touch "$TESTS_BEGAN"
  rm -f "$KRYONIX_HOME"/log/maven-*.log
  if [[ $kind == all || $kind == integration ]]; then
    "$SERVERS" up rabbitmq rabbitmq_cluster postgres redis redis_cluster 9>&- || exit
    tests_gateway_servers up redis || exit
    tests_write_jvm
  fi
  case $kind in
    all)
      tests_modules verify || result=1
      # The contracts have just been generated; once more, and all that is built on them would be built again.
      tests_system verify -Dprotobuf.skip=true || result=1
      ;;
    unit) tests_maven modules -T2 test || result=1 ;;
    faults) tests_faults "${@:2}" || result=1 ;;
    integration) tests_modules verify -Dskip.unit.tests=true || result=1 ;;
    system)
      build
      tests_system verify -Dskip.unit.tests=true || result=1
      ;;
  esac
  if [[ $kind == all || $kind == unit ]]; then "$KRYONIX_ROOT/deploy/check-contracts" || result=1; fi
  tests_report || result=1
  if ((result)); then die "test: failed"; fi
  exit 0
}

tests_environment() {
  local variable
  # Ports that somebody has set for a running platform are not the tests'.
  for variable in $(compgen -v KRYONIX_PORT_); do unset "$variable"; done
  export KRYONIX_HOME=$TEST_HOME KRYONIX_PORT_OFFSET=$TEST_PORT_OFFSET
  export KRYONIX_POSTGRES_SERVICES='tenant messaging cache backup kit'
  read -ra POSTGRES_SERVICES <<<"$KRYONIX_POSTGRES_SERVICES"
}

# Two modules at a time: an integration test mostly waits for an engine. The faults of messaging that take their time are
# left out; the others are tests of its module, on a broker cluster that nothing else here needs.
tests_modules() {
  local result=0
  tests_maven modules -T2 "-Djvm=$KRYONIX_HOME/jvm/bin/java" -pl '!system-tests' "$@" || result=1
  "$SERVERS" down rabbitmq_cluster 9>&-
  return "$result"
}

# Nodes, processes and the network fail under load: every fault, without the other tests.
# tests_faults ARGUMENT…: Maven's, such as -DexcludedGroups=long for those that the whole test runs, too.
tests_faults() {
  local result=0
  "$SERVERS" up rabbitmq_cluster postgres 9>&- || return 1
  tests_write_jvm
  tests_maven faults "-Djvm=$KRYONIX_HOME/jvm/bin/java" -pl messaging-service -am -Dskip.unit.tests=true -Dspotless.check.skip=true \
    '-Dit.test=dev.kryonix.messaging.faults.*Faults' -Dfailsafe.failIfNoSpecifiedTests=false -DexcludedGroups=none "$@" verify || result=1
  "$SERVERS" down rabbitmq_cluster 9>&-
  return "$result"
}

# After the others and alone, as they stop and kill what they measure the answers of. The services' jars lie there already;
# Maven only needs what the tests themselves are compiled against. They start a platform with the launcher, once: a cache for
# the next start is of no use.
tests_system() {
  KRYONIX_LAUNCHER=$KRYONIX_ROOT/kryonix KRYONIX_BUILD=no KRYONIX_AOT=no \
    KRYONIX_SYSTEM_HOME=$TEST_HOME/system KRYONIX_SYSTEM_PORT_OFFSET=$((TEST_PORT_OFFSET + 1000)) \
    tests_maven system -pl system-tests -am '-Dtest=dev/kryonix/system/**/*Test.java' '-Dit.test=dev/kryonix/system/**/*IT.java' \
    -Dsurefire.failIfNoSpecifiedTests=false -Dfailsafe.failIfNoSpecifiedTests=false "$@"
}

# The gateway's tests have a Redis of their own: those of the cache kill theirs, beside them.
tests_gateway_servers() {
  KRYONIX_HOME=$TEST_HOME/gateway KRYONIX_PORT_OFFSET=$((TEST_PORT_OFFSET + 500)) "$SERVERS" "$@" 9>&-
}

# A test that fails keeps no other module's tests from being run, nor its jar from being made for the system tests. Maven
# then ends as if all were well; its log says what was not, also when a JVM died with its tests.
# tests_maven PART ARGUMENT…
tests_maven() {
  local log=$KRYONIX_HOME/log/maven-$1.log
  run_maven "$log" -fae -Dmaven.test.failure.ignore=true "${@:2}" || return 1
  ! grep -qE '^\[ERROR\] There (are|was|were) ' "$log"
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
  if [[ -d $TEST_HOME/gateway ]]; then tests_gateway_servers down; fi
  elsewhere=$(readlink "$TEST_HOME/postgres/data") && rm -rf "$elsewhere"
  rm -rf "$TEST_HOME"/{gateway,postgres,redis,redis_cluster,rabbitmq,rabbitmq_cluster,secrets,jvm}
}

# One Maven run tests all modules, but each service logs in to the servers as itself. Surefire and Failsafe start their
# JVMs in the module's folder, so a `java` that looks where it is can put the right variables into the environment.
# Surefire wants the path to end in bin/java.
tests_write_jvm() {
  local folder=$KRYONIX_HOME/jvm service
  mkdir -p "$folder/bin" "$folder/env"
  chmod 700 "$folder"
  for service in "${POSTGRES_SERVICES[@]}"; do "$SERVERS" env "$service" >"$folder/env/$service"; done
  if [[ -d $TEST_HOME/gateway ]]; then tests_gateway_servers env gateway >"$folder/env/gateway"; fi
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

# Reads reports; see tests_report.
# shellcheck disable=SC2016 # awk's own variables
TESTS_AWK='
function number(name, line) { return match(line, " " name "=\"[0-9]+\"") ? substr(line, RSTART + length(name) + 3, RLENGTH - length(name) - 4) : 0 }
function text(name, line) { return match(line, " " name "=\"[^\"]*\"") ? substr(line, RSTART + length(name) + 3, RLENGTH - length(name) - 4) : "" }
/^<testsuite / {
  part = split(FILENAME, path, "/")
  suite = path[part - 3] " " (path[part - 1] ~ /failsafe/ ? "integration" : "unit")
  if (!(suite in runs)) suites[++count] = suite
  runs[suite] += number("tests", $0); skips[suite] += number("skipped", $0)
  failures[suite] += number("errors", $0) + number("failures", $0)
}
/^ *<testcase / { test = text("classname", $0) "." text("name", $0) }
/^ *<(failure|error)/ { failed[++bad] = test ": " (text("message", $0) != "" ? text("message", $0) : text("type", $0)) }
END {
  for (i = 1; i <= count; i++) {
    split(suites[i], name, " ")
    printf "%-20s %-12s %5d run %4d failed %4d skipped\n", name[1], name[2], runs[suites[i]], failures[suites[i]], skips[suites[i]]
    run += runs[suites[i]]; fails += failures[suites[i]]; skip += skips[suites[i]]
  }
  printf "%-20s %-12s %5d run %4d failed %4d skipped\n", "total", "", run, fails, skip
  for (i = 1; i <= bad; i++) print "failed: " substr(failed[i], 1, 2000)
  if (run == 0) print "no test has run"
  exit (run == 0 || bad > 0)
}
'

# Prints a line for each module and kind, the tests that failed by name, then Maven's own lines. It reads the XML reports
# that this run wrote: modules are tested beside each other, so the order of Maven's lines says nothing.
# Fails when one has failed, and when none has run: then something is wrong with the build.
tests_report() {
  local result
  find "$KRYONIX_ROOT" -path '*/target/*-reports/TEST-*.xml' -newer "$TESTS_BEGAN" -print0 | sort -z |
    xargs -0 awk "$TESTS_AWK"
  result=$?
  grep -hE '^\[(INFO|WARNING|ERROR)\] Tests run:.*[0-9]$' "$KRYONIX_HOME"/log/maven-*.log
  return "$result"
}
