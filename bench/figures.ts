/** What one run of the bench leaves: where, how and what was measured. Tables, pages and pictures are made of it alone. */
import { cpus, release, totalmem, type } from 'node:os'
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
