/** One line at the bottom of a terminal that changes in place. Each change is a single write, so nothing flickers. */
import { stripVTControlCharacters } from 'node:util'

export interface LiveLine {
  /** Shows `text`, cut to the width of the terminal. */
  show(text: string): void
  /** Writes lasting lines above it. */
  print(text: string): void
  /** Takes it away. */
  clear(): void
}

export interface TerminalStream {
  readonly isTTY?: boolean
  readonly columns?: number
  write(text: string): unknown
}

const ESCAPE = '\u001b'
const CLEAR_LINE = `\r${ESCAPE}[2K`

export function liveLine(stream: TerminalStream): LiveLine {
  let shown = ''
  return {
    show(text) {
      const next = cut(text, (stream.columns ?? 80) - 1)
      if (next === shown) return
      shown = next
      stream.write(`\r${next}${ESCAPE}[K`)
    },
    print(text) {
      stream.write(shown ? `${CLEAR_LINE}${text}\n${shown}` : `${text}\n`)
    },
    clear() {
      if (shown) stream.write(CLEAR_LINE)
      shown = ''
    },
  }
}

/** The first `width` visible characters; changes of colour (ESC [ ... m) take no room and are all kept. */
function cut(text: string, width: number): string {
  if (stripVTControlCharacters(text).length <= width) return text
  const [first, ...painted] = text.split(ESCAPE)
  let left = width
  const take = (words: string): string => {
    const taken = words.slice(0, left)
    left -= taken.length
    return taken
  }
  let result = take(first)
  for (const part of painted) {
    const end = part.indexOf('m') + 1
    result += ESCAPE + part.slice(0, end) + take(part.slice(end))
  }
  return result
}
