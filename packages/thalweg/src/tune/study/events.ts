/** What a search says while it goes on: plain data, one type a happening. */
import type { Job } from './job.ts'
import type { Trial } from './study.ts'

export type StudyEvent =
  | {
      readonly type: 'start'
      /** How many there may be, and how many were finished in earlier sittings. */
      readonly trials: number
      readonly finished: number
      /** Jobs at the same time. */
      readonly size: number
      readonly sampler: string
      readonly pruner: string
    }
  /** A job began. */
  | { readonly type: 'job'; readonly job: Job; readonly params: unknown; readonly trials: number }
  /** A value on the way. */
  | { readonly type: 'report'; readonly job: Job; readonly step: number; readonly value: number }
  /** A job is done and written down. */
  | {
      readonly type: 'result'
      readonly job: Job
      readonly trial: Trial
      readonly best: Trial | undefined
      readonly finished: number
      readonly trials: number
    }
