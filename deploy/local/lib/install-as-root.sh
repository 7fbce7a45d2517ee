#!/bin/sh
# Everything the launcher does as root: installs the given Debian packages without letting their own services run.
# The platform starts private instances instead.
set -eu
export DEBIAN_FRONTEND=noninteractive

# No default PostgreSQL cluster. The file is only made when PostgreSQL is new here: an admin's choice stays.
cluster_conf=/etc/postgresql-common/createcluster.conf
if [ ! -e "$cluster_conf" ]; then
  mkdir -p "${cluster_conf%/*}"
  echo 'create_main_cluster = false' >"$cluster_conf"
fi

# Debian's switch against starting services at installation.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  trap 'rm -f "$policy"' EXIT
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod 755 "$policy"
fi

install() {
  apt-get install -y --no-install-recommends -o DPkg::Lock::Timeout=120 -o Dpkg::Options::=--force-confold "$@"
}
# Package lists may be missing or stale, which is only seen by trying.
install "$@" || { apt-get update && install "$@"; }

# Not at the next boot either. Only units of packages that were missing a moment ago are touched.
if [ -d /run/systemd/system ]; then
  for package in "$@"; do
    case $package in
      rabbitmq-server | redis-server | nginx) systemctl disable --now "$package" || true ;;
    esac
  done
fi
