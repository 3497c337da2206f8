/** What one run of the bench leaves: where, how and what was measured. Tables, pages and pictures are made of it alone. */
import { readFileSync } from 'node:fs'
import { cpus, release, totalmem, type } from 'node:os'
import { usage } from '../packages/cli/src/errors.ts'
import type { Measurement, Peak } from './report.ts'
import type { ScalingCurve } from './scaling.ts'

export interface Machine {
  readonly processor: string
  readonly cores: number
  readonly memoryGiB: number
  readonly system: string
}

export interface Figures {
  /** As they would be typed to get them again: of the races, of the curves. */
  readonly commands: readonly string[]
  /** Day of the run, `2026-11-23`. */
  readonly date: string
  readonly machine: Machine
  readonly peaks: readonly Peak[]
  readonly measurements: readonly Measurement[]
  readonly scaling: readonly ScalingCurve[]
}

export function describeMachine(): Machine {
  const processors = cpus()
  return {
    processor: processors[0]?.model.trim() ?? 'unknown',
    cores: processors.length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${release()}`,
  }
}

/** @throws ThalwegError `usage/bad-figures` where the file is not what `--json` writes */
export function readFigures(file: string, flag: string): Figures {
  const refuse = (received: string): Error =>
    usage('bad-figures', {
      rule: `${flag} must name a file that the bench wrote`,
      received: `${file}, ${received}`,
      try: 'npm run bench -- --json FILE writes one; a broken one has to be removed first',
    })
  let found: unknown
  try {
    found = JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    throw refuse(error instanceof Error ? error.message : String(error))
  }
  if (isFigures(found)) return found
  throw refuse('which lacks what figures have')
}

/** Holds the file to its outline: what tables and pictures cannot do without. */
function isFigures(found: unknown): found is Figures {
  return has(found, {
    commands: listOf(isText),
    date: isText,
    machine: (machine) => has(machine, { processor: isText, cores: isNumber, memoryGiB: isNumber, system: isText }),
    peaks: listOf((peak) => has(peak, { threads: isNumber, operationsPerSecond: isNumber, bytesPerSecond: isNumber })),
    measurements: listOf((row) => has(row, { workload: isText, contender: isText, threads: isNumber, about: isText })),
    scaling: listOf((curve) =>
      has(curve, {
        name: isText,
        axis: isText,
        contender: isText,
        points: listOf((point) => has(point, { value: isNumber, operations: isNumber })),
      }),
    ),
  })
}

type Check = (value: unknown) => boolean

const isText: Check = (value) => typeof value === 'string'
const isNumber: Check = (value) => typeof value === 'number'
const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check)

function has(value: unknown, fields: Readonly<Record<string, Check>>): boolean {
  if (typeof value !== 'object' || value === null) return false
  const entries = new Map<string, unknown>(Object.entries(value))
  return Object.entries(fields).every(([name, check]) => check(entries.get(name)))
}
