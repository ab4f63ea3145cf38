#!/bin/sh
# Unpacks what needs it and surveys this machine's GPU: ./run [FOLDER] [--seconds N], or sh run ...
set -eu
export PATH="${PATH:-/usr/local/bin:/usr/bin:/bin}:/usr/sbin:/sbin"
here=$(cd "$(dirname "$0")" && pwd)
if [ ! -w "$here" ]; then
  copy=$(mktemp -d)
  cp -r "$here/." "$copy"
  here=$copy
fi

find "$here/bin" "$here/node_modules" -name '*.gz' | while read -r packed; do
  file=${packed%.gz}
  [ -e "$file" ] && continue
  gzip -dc "$packed" > "$file.part"
  chmod +x "$file.part"
  mv "$file.part" "$file"
done

# Only the libraries that the system lacks: its own are newer, and know their drivers.
known=$(ldconfig -p 2> /dev/null || true)
rm -rf "$here/lacking"
mkdir "$here/lacking"
for library in "$here"/lib/*; do
  name=${library##*/}
  case $known in
    *"$name "*) ;;
    *) ln -s "$library" "$here/lacking/$name" ;;
  esac
done
export LD_LIBRARY_PATH="${LD_LIBRARY_PATH:+$LD_LIBRARY_PATH:}$here/lacking"

exec "$here/bin/node" "$here/survey.mjs" "$@"
