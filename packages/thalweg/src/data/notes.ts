/** What a reader of data found worth saying, as data: nothing here stops a run, and nothing is printed. */

export interface DataNote {
  /** Stable and machine-readable: `data/constant-column`. */
  readonly code: string
  /** The column it is about, if it is about one. */
  readonly column?: string
  /** One sentence for people. */
  readonly message: string
}
