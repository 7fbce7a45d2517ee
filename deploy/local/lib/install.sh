# shellcheck shell=bash
# Installing Debian packages that are missing, when that is allowed: as root, or through sudo.

# install_packages PACKAGE…
install_packages() {
  local as_root=()
  command -v apt-get >/dev/null || die "please install $* (this machine has no apt-get to do it with)"
  [[ ${KRYONIX_INSTALL:-yes} != no ]] || die "missing packages: $* (KRYONIX_INSTALL=no forbids installing them)"
  if ((EUID != 0)); then
    command -v sudo >/dev/null || die "no permission to install $*: run 'apt-get install $*' as root"
    as_root=(sudo)
    # Without a terminal sudo can't ask for a password: say so rather than hang.
    [[ -t 0 ]] || as_root=(sudo -n)
    "${as_root[@]}" true || die "no permission to install $*: run 'sudo apt-get install $*'"
  fi
  say "installing $*"
  mkdir -p "$KRYONIX_HOME/log"
  "${as_root[@]}" sh "$KRYONIX_ROOT/deploy/local/lib/install-as-root.sh" "$@" >>"$KRYONIX_HOME/log/install.log" 2>&1 </dev/null ||
    die "installing $* failed; see $KRYONIX_HOME/log/install.log"
}

# install_missing_engines NAME…
install_missing_engines() {
  local packages=() name
  command -v curl >/dev/null || packages+=(curl)
  for name in "$@"; do
    mapfile -t -O "${#packages[@]}" packages < <("${name}_missing_packages")
  done
  ((${#packages[@]} == 0)) || install_packages "${packages[@]}"
}
