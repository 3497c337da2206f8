/** The commands that the documentation shows: found in code spans and blocks, each with the place where it stands. */

export interface Shown {
  /** `docs/article.md:12`. */
  readonly place: string
  /** Words of the command without `npx`: `['thalweg', 'train', 'moons']`. */
  readonly words: readonly string[]
  /** Whether it is only named: `thalweg plot`, or an option without its value. */
  readonly isMention: boolean
}

/** What a command begins with; everything else that looks like code is none. */
const BEGINNING = /^(npx (vitest|tsx|thalweg|@thalweg\/cli)|npm (run|test|start)|thalweg) /

/**
 * Commands of a page: lines of blocks without a language, and spans in running text. A span that begins with an option
 * stands for the thalweg command before it on its line with this option instead or besides.
 */
export function commandsOf(page: string, text: string): Shown[] {
  const shown: Shown[] = []
  let block: string | undefined
  const lines = text.replaceAll('\\\n', ' ').split('\n')
  for (const [index, line] of lines.entries()) {
    const place = `${page}:${index + 1}`
    const fence = line.match(/^\s*```(\w*)$/)
    if (fence) {
      block = block === undefined ? fence[1] : undefined
      continue
    }
    if (block !== undefined ? block === '' : line.startsWith('    ')) {
      const command = line.trim().split(/\s#|\s{3}|\s&&\s/)[0]
      if (BEGINNING.test(command)) shown.push({ place, words: wordsOf(command), isMention: false })
      continue
    }
    if (block !== undefined) continue
    let before: readonly string[] | undefined
    for (const [, span] of line.matchAll(/`([^`]+)`/g)) {
      if (BEGINNING.test(span)) {
        before = wordsOf(span)
        shown.push({ place, words: before, isMention: before[0] === 'thalweg' && before.slice(2).every(isOption) })
      } else if (span.startsWith('--') && before?.[0] === 'thalweg') {
        shown.push({ place, words: withOptions(before, wordsOf(span)), isMention: !span.includes(' ') })
      }
    }
  }
  return shown
}

/** Options of the same name go, each with its value: a command takes an option once. */
function withOptions(command: readonly string[], options: readonly string[]): string[] {
  const kept = command.filter((word, index) => {
    const option = isOption(word) ? word : (command[index - 1] ?? '')
    return !isOption(option) || !options.includes(option)
  })
  return [...kept, ...options]
}

function isOption(word: string): boolean {
  return word.startsWith('--')
}

/** As a shell takes them apart, as far as quotes go; `npx` and the package's long name are left out. */
function wordsOf(command: string): string[] {
  const words = [...command.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
    ([, double, single, bare]) => double ?? single ?? bare,
  )
  if (words[0] === 'npx') words.shift()
  if (words[0] === '@thalweg/cli') words[0] = 'thalweg'
  return words
}
