/** What the columns of a table hold, where it is said and not inferred. */
import type { ColumnType } from 'thalweg/data'
import { z } from 'zod'

export type ColumnTypes = Readonly<Record<string, ColumnType | 'ignore'>>

/** By the names that the command line has for them. Of the target, the type decides what is predicted: numbers or classes. */
export const columnTypes: Readonly<Record<string, ColumnType | 'ignore'>> = {
  number: 'number',
  class: 'category',
  boolean: 'boolean',
  ignore: 'ignore',
}

export const columnTypesSchema: z.ZodType<ColumnTypes> = z.record(
  z.string(),
  z.enum(['number', 'category', 'boolean', 'ignore']),
)

/** As they are typed: `price=number, zip=class`. */
export function columnsText(columns: ColumnTypes | undefined): string | undefined {
  if (!columns) return undefined
  const nameOf = (type: string): string | undefined =>
    Object.keys(columnTypes).find((name) => columnTypes[name] === type)
  const types = Object.entries(columns).map(([column, type]) => `${column}=${nameOf(type)}`)
  return types.sort().join(', ')
}
