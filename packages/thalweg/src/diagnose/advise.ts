/** A babysitter that looks and says what it sees: `fit(model, { ..., babysit: advise() })`. It changes nothing. */
import { ThalwegError } from '../base/index.ts'
import type { Babysitter } from '../train/index.ts'
import type { Ailment } from './ailment.ts'
import { ailments } from './ailments/index.ts'
import type { Reading } from './reading.ts'
import { openWatch } from './watch.ts'

export interface AdviseOptions {
  /**
   * A reading every so many updates. Default by the work in a step: every 16 for the smallest, 128 for large ones; half as often
   * from update 1024 on, a quarter as often from 2048 on.
   */
  readonly readingEvery?: number
  /** Called with every reading: what the layers are like, for records and pictures. */
  readonly onReading?: ((reading: Reading) => void) | undefined
  /** What to look for. Default everything. */
  readonly ailments?: readonly Ailment[]
}

/** @throws ThalwegError `diagnose/bad-option` */
export function advise(options: AdviseOptions = {}): Babysitter {
  const { readingEvery, onReading, ailments: sought = ailments } = options
  if (readingEvery !== undefined && !(Number.isSafeInteger(readingEvery) && readingEvery >= 1)) {
    throw new ThalwegError('diagnose/bad-option', {
      rule: 'advise: readingEvery must be a whole number of at least 1',
      received: String(readingEvery),
      try: 'leave readingEvery out',
    })
  }
  return { mode: 'advise', watch: (run) => openWatch(run, { readingEvery, onReading, ailments: sought }) }
}
