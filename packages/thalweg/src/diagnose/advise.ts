/** A babysitter that looks and says what it sees: `fit(model, { ..., babysit: advise() })`. It changes nothing. */
import type { Babysitter } from '../train/index.ts'
import type { Ailment } from './ailment.ts'
import { watchOptions } from './options.ts'
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

/** @throws ThalwegError `diagnose/bad-option`, `diagnose/unknown-option` */
export function advise(options: AdviseOptions = {}): Babysitter {
  const checked = watchOptions('advise', options)
  return { mode: 'advise', watch: (run) => openWatch(run, checked) }
}
