# To be sourced: find_java prints the java of a JDK that runs the classes of this project, or says what to install.

# the release that the classes are compiled for
FLOOR=21

new_enough() {
  [ -x "$1" ] || return 1
  local version
  version=$("$1" -XshowSettings:properties -version 2>&1 | sed -n 's/^ *java\.specification\.version = //p') || return 1
  [[ $version =~ ^[0-9]+$ ]] && [ "$version" -ge "$FLOOR" ]
}

find_java() {
  local candidate
  for candidate in "${JAVA_HOME:+$JAVA_HOME/bin/java}" "$(command -v java || true)" /usr/lib/jvm/*/bin/java /usr/java/*/bin/java /opt/java/*/bin/java \
    "$HOME"/.sdkman/candidates/java/*/bin/java /Library/Java/JavaVirtualMachines/*/Contents/Home/bin/java; do
    if [ -n "$candidate" ] && new_enough "$candidate"; then
      echo "$candidate"
      return 0
    fi
  done
  echo "exchequer: no JDK $FLOOR or newer found: install one, or set JAVA_HOME" >&2
  return 1
}
