# shellcheck shell=bash
# May this run here, and is the folder ours?

require_root() { [ "$(id -u)" = 0 ] || unavailable 'this needs root: it works in a chroot'; }

require_host() {
  command -v apt-get > /dev/null && command -v dpkg-deb > /dev/null ||
    unavailable 'this is not a Debian-like system: apt-get and dpkg-deb are needed'
  unshare --mount --propagation private mount -t tmpfs none /mnt 2> /dev/null ||
    unavailable 'mounting is not permitted here (no CAP_SYS_ADMIN): real root or a privileged container is needed'
}

# Marks DIR as ours, or refuses a folder that holds something else. Holds the lock from here on.
claim_folder() {
  if [ ! -e "$STATE/version" ]; then
    [ -z "$(ls -A "$DIR" 2> /dev/null)" ] || fail "$DIR is not empty and was not made by this command"
    mkdir -p "$STATE/run" "$STATE/log"
    chmod 700 "$STATE"
    echo "$VERSION" > "$STATE/version"
  fi
  [ "$(< "$STATE/version")" = "$VERSION" ] || fail "$DIR holds Odoo $(< "$STATE/version"), not $VERSION"
  take_lock
}

# One command at a time per folder. Processes that stay must be started with 9>&-, or they would keep the lock.
take_lock() {
  exec 9> "$STATE/lock"
  if flock --nonblock 9; then return; fi
  say "another command is at work in $DIR; waiting for it"
  flock 9
}

purge_folder() {
  # Our mounts live in private namespaces; one that shows here is somebody else's and must not be emptied.
  ! grep -qF " $DIR/" /proc/self/mounts || fail "something is mounted below $DIR; not removing it"
  rm -rf --one-file-system "$DIR"
  say "removed $DIR"
}
