/** Labels and values in two columns: what a run begins with and what it ends with. */
import type { Voice } from '../voice.ts'

export type Row = readonly [label: string, value: string]

export const LABEL = 15

/** Values that are too wide go on below themselves. */
export function sayRows(voice: Voice, rows: readonly Row[]): void {
  const room = Math.max(40, voice.width() - LABEL - 3)
  const lines = rows.flatMap(([label, value]) =>
    wrap(value, room).map((line, index) => `  ${voice.style.dim((index === 0 ? label : '').padEnd(LABEL))}${line}`),
  )
  voice.say(lines.join('\n'))
}

/** In lines of so many characters, broken between words. */
export function wrap(text: string, room: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > room) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line]
}
