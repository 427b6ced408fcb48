#!/usr/bin/env bash
# Makes upgrade-fixture.db.gz: the database that an earlier commit leaves after the first days of the made fleet.
# Run it again when the made world changes, since the test lives on from where this stops.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here" && git rev-parse --show-toplevel)
before=99daea8
folder=$(mktemp -d)
trap 'git -C "$root" worktree remove --force "$folder/before"; rm -rf "$folder"' EXIT
git -C "$root" worktree add --quiet --detach "$folder/before" "$before"
cp -a "$root/node_modules" "$folder/before/node_modules"
mkdir "$folder/before/packages/hub/src/pipeline/quiet-month"
cp "$here"/testing-*.ts "$folder/before/packages/hub/src/pipeline/quiet-month/"
cd "$folder/before"
node_modules/.bin/node packages/hub/src/pipeline/quiet-month/testing-make-upgrade.ts "$folder" "$here/upgrade-fixture.db.gz"
ls -l "$here/upgrade-fixture.db.gz"
