/** What is worth saying about a table: columns left out and why, wide columns, missing cells, rare classes. */
import type { DataNote } from '../notes.ts'
import { type Column, columnFlag } from './column.ts'
import { MOST_CLASSES, type Task } from './task.ts'

/** A category column with more values than this keeps only the most frequent ones. */
export const MOST_CATEGORIES = 64
const RARE = 3

export function notesOf(
  columns: readonly Column[],
  classes: readonly string[],
  targets: readonly string[],
): DataNote[] {
  return [...columns.flatMap(columnNotes), ...classNotes(classes, targets)]
}

/**
 * Few whole numbers may name or count. Where nobody has said which, what was decided and how the other is asked for. Two of
 * them leave no doubt, nor do numbers that hardly repeat.
 *
 * @param targets as they are spelled
 */
export function taskNotes({ name, type, distinct }: Column, task: Task, targets: readonly string[]): DataNote[] {
  if (type !== 'number' || distinct < 3 || distinct > MOST_CLASSES || targets.length < 2 * distinct) return []
  const values = [...new Set(targets)].map(Number).sort((a, b) => a - b)
  if (!values.every(Number.isInteger)) return []
  const which = `target ${JSON.stringify(name)}: its ${distinct} integers, ${values[0]} to ${values[distinct - 1]}, are taken as`
  const message =
    task === 'classification'
      ? `${which} classes; ${columnFlag(name, 'number')} predicts a number`
      : `${which} numbers, of which there are too few rows to be classes; ${columnFlag(name, 'class')} predicts classes`
  return [{ code: 'data/integer-target', column: name, message }]
}

function columnNotes(column: Column): DataNote[] {
  const { name } = column
  const quoted = JSON.stringify(name)
  switch (column.leftOut) {
    case 'ignored':
      return []
    case 'empty':
      return [{ code: 'data/empty-column', column: name, message: `column ${quoted} has no values and is left out` }]
    case 'constant':
      return [{ code: 'data/constant-column', column: name, message: `column ${quoted} never varies and is left out` }]
    case 'identifier': {
      const [why, keep] =
        column.type === 'number'
          ? ['counts the rows', columnFlag(name, 'number')]
          : [
              `has ${column.distinct} different texts`,
              `${columnFlag(name, 'class')}, or columns of numbers made of it (of a date: month, weekday)`,
            ]
      const message = `column ${quoted} ${why}, so it looks like an identifier and is left out; to keep it: ${keep}`
      return [{ code: 'data/identifier-column', column: name, message }]
    }
  }
  const notes: DataNote[] = []
  if (column.missing > 0) {
    const filling = column.type === 'number' ? 'the median' : 'the most frequent value'
    const message = `column ${quoted} lacks ${column.missing === 1 ? '1 value, which is' : `${column.missing} values, which are`} filled with ${filling} of the training split`
    notes.push({ code: 'data/missing-values', column: name, message })
  }
  if (column.type === 'category' && column.distinct > MOST_CATEGORIES) {
    const message = `column ${quoted} has ${column.distinct} categories; the ${MOST_CATEGORIES} most frequent ones are kept, the others share none`
    notes.push({ code: 'data/many-categories', column: name, message })
  }
  return notes
}

function classNotes(classes: readonly string[], targets: readonly string[]): DataNote[] {
  const counts = new Map<string, number>()
  for (const name of targets) counts.set(name, (counts.get(name) ?? 0) + 1)
  return classes.flatMap((name) => {
    const count = counts.get(name) ?? 0
    if (count >= RARE) return []
    const message = `class ${JSON.stringify(name)} has ${count} of ${targets.length} rows: too few to train and test it`
    return [{ code: 'data/rare-class', message }]
  })
}
