/** Whether a target asks for a class or for a number. */
import type { Column } from './column.ts'

export type Task = 'classification' | 'regression'

export const MOST_CLASSES = 20
const LEAST_ROWS_PER_CLASS = 5

/**
 * Text and booleans are classes. Numbers are classes when they are integers and few: two different ones, or at most 20
 * with at least five rows each on average; other numbers are measured, not named.
 */
export function inferTask(column: Column, integers: boolean, rows: number): Task {
  if (column.type !== 'number') return 'classification'
  const few = column.distinct <= Math.min(MOST_CLASSES, rows / LEAST_ROWS_PER_CLASS)
  return integers && (column.distinct === 2 || few) ? 'classification' : 'regression'
}
