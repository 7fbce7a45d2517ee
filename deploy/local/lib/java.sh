# shellcheck shell=bash
# Finds the tools the build needs: a JDK 25 or later, whatever `java` on the PATH is, and Maven.

# The feature version of the JDK in a folder, from its release file; fails when there is none.
jdk_version() {
  [[ -x $1/bin/javac && -r $1/release ]] || return 1
  sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release"
}

require_jdk() {
  local folder version best='' best_version=1000
  if version=$(jdk_version "${JAVA_HOME:-/nowhere}") && ((version >= 25)); then return; fi
  # The oldest that will do: it is the one everything has been tried with.
  for folder in /usr/lib/jvm/* /opt/java/* /opt/jdk* "$HOME"/.sdkman/candidates/java/*; do
    version=$(jdk_version "$folder") || continue
    if ((version >= 25 && version < best_version)); then best=$folder best_version=$version; fi
  done
  [[ $best ]] || die "a JDK 25 or later is needed, and neither JAVA_HOME nor /usr/lib/jvm has one: install it (Temurin 25, say) and run this again"
  export JAVA_HOME=$best
}

require_maven() { command -v mvn >/dev/null || install_packages maven; }
