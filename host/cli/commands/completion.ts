export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** The script that lets a shell ask the program, called by `name`, for what may stand for a word. */
export function completionScript(shell: Shell, name: string): string {
  const self = `_${name.replaceAll(/\W/g, '_')}_completion`;
  return SCRIPTS[shell](name, self);
}

/** Each calls `NAME completion --words WORD...`, which prints one candidate a line. A setting ends with "=", after which the user goes on typing. */
const SCRIPTS: Readonly<Record<Shell, (name: string, self: string) => string>> = {
  // Bash takes "=" for the end of a word, so that only what follows it is completed; inside quotes the whole word is. An alias is not known inside a
  // function, and like a path it may hold quotes.
  bash: (name, self) => `${self}() {
  local line=\${COMP_LINE:0:COMP_POINT} words run=() word candidate quoted= IFS=$' \\t\\n'
  read -ra words <<< "$line"
  [[ $line == *[[:space:]] ]] && words+=("")
  local last=$((\${#words[@]} - 1))
  local current=\${words[last]}
  [[ $current == [\\"\\']* ]] && quoted=1 words[last]=\${current:1}
  if [[ $1 == */* && -x $1 ]]; then
    run=("$1")
  else
    while IFS= read -r word; do run+=("$word"); done < <(xargs printf '%s\\n' <<< "\${BASH_ALIASES[$1]:-$1}" 2> /dev/null)
  fi
  COMPREPLY=()
  while IFS= read -r candidate; do
    [[ $candidate == *= ]] && compopt -o nospace 2> /dev/null
    [[ -z $quoted && $current == *=* && $COMP_WORDBREAKS == *=* ]] && candidate=\${candidate#*=}
    COMPREPLY+=("$candidate")
  done < <("\${run[@]}" completion --words "\${words[@]:1}" 2> /dev/null)
}
complete -o default -F ${self} ${name}
`,
  zsh: (name, self) => `#compdef ${name}
${self}() {
  local -a found
  found=("\${(@f)$(\${(z)\${aliases[$words[1]]:-$words[1]}} completion --words "\${(@)words[2,CURRENT-1]}" "$PREFIX" 2> /dev/null)}")
  found=(\${found:#})
  if (( $#found )); then
    compadd -S '' -- \${(M)found:#*=}
    compadd -- \${found:#*=}
  else
    _files
  fi
}
compdef ${self} ${name}
`,
  fish: (name, self) => `function ${self}
  set -l words (commandline -opc)
  set -l current (commandline -ct)
  set -l found ($words[1] completion --words $words[2..] "$current" 2> /dev/null)
  if test (count $found) -gt 0
    printf '%s\\n' $found
  else
    __fish_complete_path "$current"
  end
end
complete -c ${name} -f -a '(${self})'
`,
};
