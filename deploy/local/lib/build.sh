# shellcheck shell=bash
# Builds the services when their sources have changed, and gives each instance a copy of what was built:
# a build or a test run in the checkout never pulls the jars from under running services.

BUILD_STAMP=$KRYONIX_ROOT/target/launcher.stamp

# Name, size and time of every file that ends up in a jar of those modules, and the JDK: cheap, and it changes whenever
# they do.
# build_fingerprint MODULE…
build_fingerprint() {
  (
    cd "$KRYONIX_ROOT" || exit
    find pom.xml .mvn "${@/%//pom.xml}" "${@/%//src}" -path '*/src/test' -prune -o -type f -printf '%p %s %T@\n' 2>/dev/null | LC_ALL=C sort
    cat "$JAVA_HOME/release"
  ) | sha256sum | cut -c1-16
}

module_folder() {
  case $1 in
    gateway) echo gateway ;;
    demo) echo system-tests ;;
    bench) echo benchmarks ;;
    *) echo "$1-service" ;;
  esac
}

module_jar() {
  local folder
  folder=$(module_folder "$1")
  echo "$KRYONIX_ROOT/$folder/target/kryonix-$folder-1.0.0-SNAPSHOT.jar"
}

build_is_current() {
  local module
  [[ -e $BUILD_STAMP && $(<"$BUILD_STAMP") == "$1" ]] || return 1
  for module in "${SERVICES[@]}" demo; do [[ -e $(module_jar "$module") ]] || return 1; done
}

# Maven's output goes to a log; what a person wants to see of it while it works goes to the terminal.
# run_maven LOG ARGUMENT…
run_maven() {
  local log=$1
  shift
  (cd "$KRYONIX_ROOT" && mvn -B -ntp "$@" 2>&1 9>&-) | tee "$log" |
    grep --line-buffered -E '^\[INFO\] Building .*\[[0-9]+/[0-9]+\]|^\[(INFO|WARNING|ERROR)\] Tests run:|^\[ERROR\]|^\[WARNING\] .*\.java:|BUILD (SUCCESS|FAILURE)|Total time' |
    grep --line-buffered -vE '^\[ERROR\] *($|To see the full|Re-run Maven|For more information|After correcting|\[Help|  mvn |-> \[Help)' |
    print_once >&2
  return "${PIPESTATUS[0]}"
}

# Maven says every compiler error twice.
print_once() {
  local line
  local -A seen=()
  while IFS= read -r line; do
    if [[ $line == '[INFO]'* || -z ${seen[$line]:-} ]]; then printf '%s\n' "$line"; fi
    seen[$line]=yes
  done
}

# Sets BUILD to the fingerprint of what is in the target folders.
# KRYONIX_BUILD=no takes them as they are: the system tests run inside a build that has just made them.
build() {
  local began=$EPOCHREALTIME log=$KRYONIX_HOME/log/build.log
  BUILD=$(build_fingerprint proto service-kit {tenant,messaging,cache,backup}-service gateway system-tests)
  [[ ${KRYONIX_BUILD:-yes} == no ]] && return
  mkdir -p "$KRYONIX_ROOT/target"
  # Instances of one checkout share its target folders.
  exec 8>"$KRYONIX_ROOT/target/launcher.lock"
  flock 8
  if ! build_is_current "$BUILD"; then
    require_maven
    say 'building'
    rm -f "$BUILD_STAMP"
    run_maven "$log" -T2 package -pl '!benchmarks' -Dmaven.test.skip=true -Dspotless.check.skip=true 8>&- ||
      die "the build failed; all of its output is in $log"
    printf '%s' "$BUILD" >"$BUILD_STAMP"
    say "built in $(seconds_since "$began") s"
  fi
  exec 8>&-
}

app_folder() { echo "$KRYONIX_HOME/apps/$1"; }
app_is_current() { [[ $(cat "$(app_folder "$1")/build" 2>/dev/null) == "$BUILD" ]]; }

# Times are kept, because the AOT cache is only valid for the very jars it was made with.
app_install() {
  local folder module
  folder=$(app_folder "$1")
  module=$(module_folder "$1")
  [[ -e $(module_jar "$1") ]] || die "$(module_jar "$1") is missing: build it with ./kryonix up or mvn package"
  rm -rf "$folder"
  mkdir -p "$folder"
  cp -p --reflink=auto "$(module_jar "$1")" "$folder/app.jar"
  cp -pr --reflink=auto "$KRYONIX_ROOT/$module/target/lib" "$folder/lib"
  printf '%s' "$BUILD" >"$folder/build"
}
