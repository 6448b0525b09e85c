#!/bin/sh
# A command with the settings of the service, as its user, who may read them: `sudo img-linuxfr explain URI`.
# Copy to /usr/local/bin/img-linuxfr; see docs/operations.md.
settings=/etc/img-linuxfr.env
if [ "$(id -u)" != 0 ]; then
  echo "img-linuxfr: only root can become the user of the service: sudo img-linuxfr $*" >&2
  exit 2
fi
grep -q '^IMG_DIR=' "$settings" || export IMG_DIR=/var/lib/img-linuxfr
# Asked for, since `systemctl edit` may have changed them.
user=$(systemctl show --property=User --value img-linuxfr.service)
group=$(systemctl show --property=Group --value img-linuxfr.service)
if [ -z "$user" ] || [ -z "$group" ]; then
  echo "img-linuxfr: systemd knows no User= and Group= of img-linuxfr.service: install deploy/systemd/img-linuxfr.service" >&2
  exit 2
fi
exec setpriv --reuid="$user" --regid="$group" --init-groups \
  /usr/bin/node --env-file="$settings" /opt/img-linuxfr/dist/server/main.js "$@"
