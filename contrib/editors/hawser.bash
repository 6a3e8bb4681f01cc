# SPDX-License-Identifier: MIT
# Completion of hawser's command line in bash. The options and the commands are those that the program itself prints.

_hawser() {
  local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
  COMPREPLY=()
  if [ "${COMP_WORDS[1]}" = ask ] && [ "$COMP_CWORD" -gt 2 ]; then
    _hawser_command "$word" "${COMP_WORDS[@]:3:COMP_CWORD-3}"
    return
  fi
  case $previous in
    -f | -p | convert | ask) mapfile -t COMPREPLY < <(compgen -f -- "$word") ;;
    -C) mapfile -t COMPREPLY < <(compgen -d -- "$word") ;;
    --list) _hawser_words "$word" "$(hawser -dKall | sed -n 's/^\([a-z-]*\):$/\1/p')" ;;
    *)
      local words
      words=$(hawser -h | sed -n 's/^  \(-[A-Za-z-]*\).*/\1/p')
      [ "$COMP_CWORD" -gt 1 ] || words+=" ask convert"
      _hawser_words "$word" "$words"
      ;;
  esac
}

_hawser_words() { mapfile -t COMPREPLY < <(compgen -W "$2" -- "$1"); }

# The word that comes next in a command of the runtime socket, whose words so far are $2...
_hawser_command() {
  local word=$1 so_far
  shift
  so_far="$*${1:+ }"
  _hawser_words "$word" "$(hawser -vv | sed -n '/^Available commands/,/^$/s/^  //p' |
    sed -n "s/^${so_far//\//\\/}\([^ ]*\).*/\1/p" | sort -u)"
}

complete -o filenames -F _hawser hawser
