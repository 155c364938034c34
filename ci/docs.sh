#!/usr/bin/env bash
# Builds the documentation into target/docs: the guides (mdBook), the API's reference, the server's rustdoc.
# mdBook comes from crates.io the first time; later runs need no network.
set -euo pipefail
cd "$(dirname "$0")/.."
version=0.5.4
mdbook=.cache/tools/bin/mdbook
out=target/docs

say() { echo "docs: $*"; }

python3 -B ci/check-docs.py

if [ "$("$mdbook" --version 2>/dev/null)" != "mdbook v$version" ]; then
  say "installing mdBook $version (some minutes)"
  build=$(mktemp -d)
  trap 'rm -rf "$build"' EXIT
  cargo install mdbook --version "$version" --locked --no-default-features --features search \
    --root .cache/tools --target-dir "$build" --quiet
fi

say "guides"
# only what belongs into the book: the folder has the sample course's files and what tools leave behind
book=$out/book
rm -rf "$out"
mkdir -p "$book/sample-course" "$book/decisions"
cp docs/book.toml docs/*.md "$book"
cp docs/decisions/*.md "$book/decisions"
# mdBook makes an index of a README, but does not follow links to it
mv "$book/decisions/README.md" "$book/decisions/index.md"
cp docs/sample-course/README.md "$book/sample-course/index.md"
sed -i 's|/README\.md|/index.md|g' "$book"/*.md
if [ -d docs/images ]; then cp -R docs/images "$book"; fi
python3 -B ci/openapi-page.py <backend/openapi.json >"$book/api-reference.md"
sed -i 's|^- \[Problems\](problems.md)|- [API reference](api-reference.md)\n&|' "$book/SUMMARY.md"
"$mdbook" build "$book" --dest-dir "$PWD/$out/guides"
rm -rf "$book"

say "API"
mkdir -p "$out/api"
cp backend/openapi.json "$out/api"

say "server"
cargo doc --locked --no-deps --quiet
mkdir -p "$out/rust"
cp -R target/doc/. "$out/rust"

say "guides   $out/guides/index.html"
say "API      $out/api/openapi.json, $out/guides/api-reference.html"
say "server   $out/rust/tenarai/index.html"
