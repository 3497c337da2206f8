/** What was found when all 2^32 inputs were tried: record.json, one entry for each function. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Entry {
  /** Largest error in units in the last place, to four places, and an input where it occurs. */
  readonly worst: number
  readonly at: number
  /** The bits of that input. */
  readonly bits: string
  /** Share of all inputs whose result is the float32 nearest to the exact value. */
  readonly nearest: number
  /** SHA-256 over the results of all inputs, and over those of the sample that a test computes again (sweep.ts). */
  readonly hash: string
  readonly sample: string
}

export type UlpRecord = Readonly<Record<string, Entry>>

const file = join(import.meta.dirname, 'record.json')

export function readRecord(): UlpRecord {
  return JSON.parse(readFileSync(file, 'utf8')) as UlpRecord
}

export function writeRecord(record: UlpRecord): void {
  writeFileSync(file, `${JSON.stringify(record, null, 2)}\n`)
}
