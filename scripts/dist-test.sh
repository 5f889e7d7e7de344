#!/bin/sh
# Tries what scripts/dist.sh built, with no program in reach but the package's own: scripts/dist-test.sh.
set -eu
cd "$(dirname "$0")/.."
export LC_ALL=C
work=$PWD/target/dist-test
root=$work/root
desk=

fail() {
  echo "dist-test: $*" >&2
  exit 1
}

# The installed program, found where the package put it, in an environment that has nothing else.
holm() {
  env -i HOME="$work/home" PATH="$root/usr/bin" "$root/usr/bin/holm" "$@"
}

packed_again() {
  (cd dist && sha256sum --check --quiet SHA256SUMS)
  (umask 077 && TZ=Asia/Tokyo sh scripts/dist.sh "$work/again" > /dev/null)
  cmp dist/SHA256SUMS "$work/again/SHA256SUMS" || fail "packed again, the files differ"
  echo "packed twice: the same bytes"
}

installed() {
  deb=$(echo dist/holm_*.deb)
  dpkg -x "$deb" "$root"
  mkdir -p "$work/tar" "$work/home"
  tar -xzf dist/holm-*.tar.gz -C "$work/tar"
  cmp "$root/usr/bin/holm" "$work"/tar/holm-*/bin/holm
  for command in $(holm --help | awk '/^Commands:/ { on = 1; next } /^$/ { on = 0 } on && /^  [a-z]/ { print $1 }'); do
    [ "$command" = help ] || [ -f "$root/usr/share/man/man1/holm-$command.1.gz" ] || fail "\`holm $command\` has no manual page"
  done
  said=$(env -i "$root/usr/bin/holm-statements" < /dev/null 2>&1 || true)
  case $said in
    "error: the request cannot be read"*) ;;
    *) fail "\`holm-statements\` says \`$said\` to nothing" ;;
  esac
  completions=$root/usr/share/bash-completion/completions/holm
  completed=$(bash -c '. "$0" && COMP_WORDS=(holm tra) COMP_CWORD=1 && _holm holm tra holm && echo "${COMPREPLY[*]}"' "$completions")
  [ "$completed" = trace ] || fail "bash completes \`holm tra\` to \`$completed\`"
}

# Each library that the loader finds belongs to a package that is depended on.
libraries_are_depended_on() {
  depends=$(dpkg-deb --field "$deb" Depends)
  ldd "$root/usr/bin/holm" | awk '$2 == "=>" { print $3 } $1 ~ "^/" { print $1 }' > "$work/libraries"
  [ -s "$work/libraries" ] || fail "no library was found"
  while read -r library; do
    owner=$(dpkg -S "$library" 2> /dev/null || dpkg -S "$(realpath "$library")") || fail "\`$library\` is of no package"
    case ", $depends," in
      *", ${owner%%:*},"* | *", ${owner%%:*} ("*) ;;
      *) fail "\`$library\` is of ${owner%%:*}, which is not in: $depends" ;;
    esac
  done < "$work/libraries"
  echo "libraries: $(wc -l < "$work/libraries"), all in: $depends"
}

runs() {
  for program in cargo rustc node; do
    env -i PATH="$root/usr/bin" /bin/sh -c "command -v $program" && fail "$program is in reach"
  done
  holm --version
  holm demo "$work/world" --no-desk > "$work/demo.out"
  grep -q '^NAMED: ' "$work/demo.out" || fail "the example world names nobody"
  echo "example world: $(wc -l < "$work/demo.out") lines, a copy named"
}

# A browser's first visit: the link gives a cookie and leads to the first page.
serves() {
  env -i HOME="$work/home" PATH="$root/usr/bin" "$root/usr/bin/holm" demo "$work/world" --no-open --port 0 > "$work/desk.out" &
  desk=$!
  trap 'kill $desk' EXIT
  link=
  for _ in $(seq 100); do
    link=$(sed -n 's/^the desk is at //p' "$work/desk.out")
    [ -z "$link" ] || break
    sleep 0.1
  done
  [ -n "$link" ] || fail "the desk did not start: $(cat "$work/desk.out")"
  curl -sSf -L -b "$work/cookies" -c "$work/cookies" -o "$work/page.html" "$link"
  grep -q '<h1' "$work/page.html" || fail "the desk's first page has no heading"
  echo "desk: a page of $(wc -c < "$work/page.html") bytes"
}

rm -rf "$work"
mkdir -p "$work"
packed_again
installed
libraries_are_depended_on
runs
serves
