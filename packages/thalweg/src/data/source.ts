/**
 * Where the values of a dataset stand in what they were read from, for people who have to find one again. Nothing here is
 * computed with.
 */

/** A number of an example: of its input, flattened, or of its target. */
export interface ValueAt {
  readonly part: 'input' | 'target'
  readonly index: number
}

export interface Place {
  /** Name of the file, or what the table is called. */
  readonly file: string
  /** From 1, as editors count: of the cell where there is one, else where the example begins. */
  readonly line?: number
  /** From 1, below the header. */
  readonly row?: number
  /** As it stands there. */
  readonly cell?: { readonly column: string; readonly text: string }
}

export interface DataSource {
  /** Columns that stand there and are no inputs, because they looked like names of the rows. */
  readonly leftOut: readonly string[]
  /** Where an example stands; with `value`, the cell that this number was made from, where it was made from one. */
  place(example: number, value?: ValueAt): Place
}

/** Of the examples `rows`. */
export function sourceOfRows(source: DataSource, rows: Int32Array): DataSource {
  return { ...source, place: (example, value) => source.place(rows[example], value) }
}

/** Where inputs are mixed, no cell is an input's own. */
export function sourceOfMixtures(source: DataSource): DataSource {
  return { ...source, place: (example, value) => source.place(example, value?.part === 'target' ? value : undefined) }
}
