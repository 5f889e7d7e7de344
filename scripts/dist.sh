#!/bin/sh
# Builds a Debian package and a tarball that run without Rust and Node: scripts/dist.sh [FOLDER]. They come to lie in dist/.
# One binary is packed into the same bytes each time; every date is SOURCE_DATE_EPOCH, else that of the commit.
set -eu
umask 022
cd "$(dirname "$0")/.."
dist=${1:-dist}
export LC_ALL=C TZ=UTC0
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
export SOURCE_DATE_EPOCH
unset HOLM_WORKSPACE

cargo=${CARGO:-cargo}
maintainer='Holm maintainers <maintainers@example.org>'
version=$(sed -n '/^\[workspace.package\]/,/^$/s/^version = "\(.*\)"/\1/p' Cargo.toml)
built=$PWD/target/dist-build
crates=${CARGO_HOME:-$HOME/.cargo}
stage=$built/stage
doc=$stage/usr/share/doc/holm

compile() {
  # No path of this machine in the binary: panics name their source files.
  unit=$(printf '\037')
  commit=$(rustc -vV | sed -n 's/^commit-hash: //p')
  flags="--remap-path-prefix=$crates=/cargo$unit--remap-path-prefix=$PWD=/holm"
  flags="$flags$unit--remap-path-prefix=$(rustc --print sysroot)/lib/rustlib/src/rust=/rustc/$commit"
  export CARGO_ENCODED_RUSTFLAGS="$flags"
  # Built apart, half of the crates would be compiled twice for one feature that the example's dependencies switch on.
  # Nothing compiled asks for the date, but at each new one SQLite and all that needs it would be compiled again.
  env -u SOURCE_DATE_EPOCH "$cargo" build --locked --profile dist -p holm-cli --bin holm --example manual --target-dir "$built"
  # The columnar engine: a quarter of an hour or more the first time.
  env -u SOURCE_DATE_EPOCH "$cargo" build --locked --profile statements -p holm-statements-engine --target-dir "$built"
  for binary in "$built/dist/holm" "$built/statements/holm-statements"; do
    if grep -aqF -e "$PWD" -e "$crates" "$binary"; then
      echo "${binary##*/} names folders of this machine" >&2
      exit 1
    fi
  done
}

# Names, versions and licences of the crates that the binaries are made of, and each text of a licence once.
third_parties() {
  texts=$built/texts
  rm -rf "$texts"
  mkdir -p "$texts"
  echo "The programs hold these crates of crates.io, where their sources are. After each: its licence, and which of the texts below"
  echo "it came with."
  echo
  "$cargo" tree --locked -p holm-cli -p holm-statements-engine -e normal,no-proc-macro --target "$(rustc -vV | sed -n 's/^host: //p')" --prefix none \
    --format '{p}|{l}' > "$built/tree"
  sed 's/ (\*)$//' "$built/tree" | grep -v '(/' | sort -u | while IFS='|' read -r crate licence; do
    line="$crate: $licence"
    for file in "$crates"/registry/src/*/"${crate% v*}-${crate##* v}"/*; do
      case ${file##*/} in
        LICEN[CS]E* | COPYING* | NOTICE* | UNLICENSE* | COPYRIGHT* | [Ll]icense*) [ -f "$file" ] || continue ;;
        *) continue ;;
      esac
      name=$(sha256sum < "$file" | cut -c 1-8)
      cp "$file" "$texts/$name"
      line="$line, $name"
    done
    echo "$line"
  done
  for file in "$texts"/*; do
    printf '\n======== %s\n\n' "${file##*/}"
    cat "$file"
  done
}

# The section of this version in CHANGELOG.md, as Debian writes it.
changelog() {
  printf 'holm (%s) unstable; urgency=medium\n\n' "$version"
  awk -v version="$version" '
    /^## / { on = $2 == version; next }
    !on || /^$/ { next }
    /^- / { if (item) print item; item = substr($0, 3); next }
    { sub(/^ +/, " "); item = item $0 }
    END { print item }' CHANGELOG.md | while read -r item; do
    echo "$item" | fold -s -w 74 | sed 's/ *$//; 1s/^/  * /; 2,$s/^/    /'
  done
  printf '\n -- %s  %s\n' "$maintainer" "$(date -R -d "@$SOURCE_DATE_EPOCH")"
}

# What programs and people look for under /usr.
furnish() {
  rm -rf "$stage" "$built/manual"
  install -D -m 755 "$built/dist/holm" "$stage/usr/bin/holm"
  install -D -m 755 "$built/statements/holm-statements" "$stage/usr/bin/holm-statements"
  "$built/dist/examples/manual" "$built/manual"
  share=$stage/usr/share
  for page in "$built"/manual/*.1; do
    install -D -m 644 "$page" "$share/man/man1/${page##*/}"
  done
  gzip -9n "$share"/man/man1/*.1
  install -D -m 644 "$built/manual/holm.bash" "$share/bash-completion/completions/holm"
  install -D -m 644 "$built/manual/_holm" "$share/zsh/vendor-completions/_holm"
  install -D -m 644 "$built/manual/holm.fish" "$share/fish/vendor_completions.d/holm.fish"
  install -D -m 644 packaging/holm.desktop "$share/applications/holm.desktop"
  install -D -m 644 crates/holm-desk/assets/holm.svg "$share/icons/hicolor/scalable/apps/holm.svg"
  # What README.md points to lies where it says.
  for file in README.md ARCHITECTURE.md SECURITY.md scripts/recompute.py docs/*.md docs/*/*; do
    install -D -m 644 "$file" "$doc/$file"
  done
  {
    cat packaging/copyright
    sed -e '1,/^SIL OPEN FONT LICENSE/d' -e 's/^$/./' -e 's/^/ /' crates/holm-typeset/fonts/LICENSE
  } > "$doc/copyright"
  changelog > "$doc/changelog"
  third_parties > "$doc/third-party-licenses"
  gzip -9n "$doc/changelog" "$doc/third-party-licenses"
  # What gives the same bytes again.
  {
    echo "commit $(git describe --always --abbrev=40 --dirty --match '' 2> /dev/null || echo unknown)"
    rustc -V
    ldd --version | head -n 1
  } > "$doc/build"
  find "$stage" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
}

tarball() {
  name=holm-$version-$(uname -m)-linux
  rm -rf "${built:?}/$name"
  cp -a "$stage/usr" "$built/$name"
  # Under /usr/local, zsh looks here.
  mv "$built/$name/share/zsh/vendor-completions" "$built/$name/share/zsh/site-functions"
  cp LICENSE "$built/$name/"
  tar --sort=name --mtime="@$SOURCE_DATE_EPOCH" --owner=0 --group=0 --numeric-owner --format=gnu -I 'gzip -9n' -C "$built" \
    -cf "$dist/$name.tar.gz" "$name"
}

# The libraries that the binaries are linked to, as Debian names them.
libraries() {
  rm -rf "$built/source"
  mkdir -p "$built/source/debian"
  printf 'Source: holm\n\nPackage: holm\nArchitecture: any\n' > "$built/source/debian/control"
  # Its warning, that this is no debian/ folder, is not for the reader.
  (cd "$built/source" && dpkg-shlibdeps -O -e "$stage/usr/bin/holm" -e "$stage/usr/bin/holm-statements" 2> "$built/shlibdeps.err") | sed -n 's/^shlibs:Depends=//p'
}

# Recommended is each program that holm runs: those that read leaks and lay out Word files (crates/holm), and xdg-open.
package() {
  mkdir -p "$stage/DEBIAN"
  (cd "$stage" && find usr -type f | sort | xargs -d '\n' md5sum) > "$stage/DEBIAN/md5sums"
  size=$(find "$stage/usr" -printf '%y %s\n' | awk '{ n += $1 == "f" ? int(($2 + 1023) / 1024) : 1 } END { print n }')
  arch=$(dpkg --print-architecture)
  libraries=$(libraries)
  cat > "$stage/DEBIAN/control" << END
Package: holm
Version: $version
Architecture: $arch
Maintainer: $maintainer
Installed-Size: $size
Depends: ${libraries:?the binary is linked to nothing}
Recommends: libreoffice-writer-nogui | libreoffice-writer, poppler-utils, tesseract-ocr, tesseract-ocr-spa, xdg-utils
Section: utils
Priority: optional
Homepage: https://example.org/holm
Description: share documents as marked, sealed copies and trace leaks
 Holm shares a sensitive document with named people as individually marked,
 sealed copies, and records who was told what in a log that nobody can quietly
 rewrite. When a text leaks, whole, excerpted, retyped, photographed or mixed
 from several copies, Holm names the copy it came from, with a bound on false
 accusation that assumes nothing about the leakers, or says honestly that it
 cannot.
 .
 Others can check the record and the verdict with tools of their own. A desk
 in the browser, served on this machine only, does the same as the commands.
END
  find "$stage/DEBIAN" -exec touch -d "@$SOURCE_DATE_EPOCH" {} +
  dpkg-deb --root-owner-group --threads-max=1 -Zxz --build "$stage" "$dist/holm_${version}_$arch.deb" > "$built/dpkg-deb.out"
}

compile
furnish
mkdir -p "$dist"
rm -f "$dist"/holm[-_]* "$dist/SHA256SUMS"
tarball
package
cd "$dist"
sha256sum holm* | tee SHA256SUMS
