/** Where a value is, in the sentences of findings: the cell as it stands in the file, or else example and number. */
import type { DataSource, Dataset, Place, ValueAt } from '../data/index.ts'
import type { Finding } from '../train/index.ts'
import { spelled } from './words.ts'

export interface PlacedValue {
  readonly example: number
  readonly at: ValueAt
  /** Where no cell is known: `column 'age'`, `target 'y'`. */
  readonly name: string
  readonly value: number
}

export interface ToldValue {
  /** A sentence goes on with a comma. */
  readonly words: string
  /** Whether they are of a cell: its text stands there, and numbers as the network sees them would mean nothing beside it. */
  readonly isCell: boolean
}

/** A cell has room for a novel. */
const LONGEST = 40

/** @param part of the data, where it is not what is trained on */
export function tellValue(
  { source }: Pick<Dataset, 'source'>,
  { example, at, name, value }: PlacedValue,
  part?: 'validation' | 'test',
): ToldValue {
  const number = Number.isFinite(value) ? spelled(value) : String(value)
  const place = source?.place(example, at)
  if (!place) {
    const where = part === undefined ? `example ${example}` : `example ${example} of the ${part} part`
    return { words: `${name} of ${where} is ${number}`, isCell: false }
  }
  const where = part === undefined ? placeWords(place) : `${placeWords(place)} (${part} part)`
  if (!place.cell) return { words: `${name} of ${where} is ${number}`, isCell: false }
  const { column, text } = place.cell
  const read = Number.isFinite(value) ? '' : `, read as ${number}`
  return { words: `${where}, column ${quoted(column)}: ${quoted(text)}${read}`, isCell: true }
}

/** `line 1734 of table.csv`, `row 3 of table`. */
export function placeWords({ file, line, row }: Place): string {
  if (line !== undefined) return `line ${line} of ${file}`
  return row === undefined ? file : `row ${row} of ${file}`
}

/** Of a cell that holds an input: a gap is filled. */
export const MEND_CELL =
  'correct that cell, or empty it if the value is unknown; where it is right, learn from the logarithm of the column'
/** Of one that holds a target, of which there must be one. */
export const MEND_TARGET_CELL =
  'correct that cell, or leave its row out; where it is right, learn the logarithm of the target'

/** Where inputs tell nothing: what they could tell may stand in columns that are no inputs. */
export function withLeftOut(
  { cause, try: advice }: Pick<Finding, 'cause' | 'try'>,
  source: DataSource | undefined,
): Pick<Finding, 'cause' | 'try'> {
  const names = source?.leftOut ?? []
  if (names.length === 0) return { cause, try: advice }
  const more = names.length > SHOWN ? ` and ${names.length - SHOWN} more` : ''
  const listed = `${names.slice(0, SHOWN).map(quoted).join(', ')}${more}`
  return {
    cause: `${cause}; or what tells the target stands in what was left out of the inputs: ${listed}`,
    try: `${advice}; of what was left out, make columns of numbers: of a date its month, weekday or hour`,
  }
}

const SHOWN = 5

function quoted(text: string): string {
  return JSON.stringify(text.length > LONGEST ? `${text.slice(0, LONGEST)}...` : text)
}
