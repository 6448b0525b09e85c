#!/bin/sh
# A command with the settings of the service, as its user, who may read them: `sudo img-linuxfr explain URI`.
# Copy to /usr/local/bin/img-linuxfr; see docs/operations.md.
settings=/etc/img-linuxfr.env
if [ "$(id -u)" != 0 ]; then
  echo "img-linuxfr: only root can become the user of the service: sudo img-linuxfr $*" >&2
  exit 2
fi
grep -q '^IMG_DIR=' "$settings" || export IMG_DIR=/var/lib/img-linuxfr
exec setpriv --reuid=img-linuxfr --regid=img-linuxfr --init-groups \
  /usr/bin/node --env-file="$settings" /opt/img-linuxfr/dist/server/main.js "$@"
