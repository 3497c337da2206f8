/** A babysitter that looks and says what it sees: `fit(model, { ..., babysit: advise() })`. It changes nothing. */
import type { Babysitter } from '../train/index.ts'
import { type AdviseOptions, watchOptions } from './options.ts'
import { openWatch } from './watch.ts'

/** @throws ThalwegError `diagnose/bad-option`, `diagnose/unknown-option` */
export function advise(options: AdviseOptions = {}): Babysitter {
  const checked = watchOptions('advise', options)
  return { mode: 'advise', watch: (run) => openWatch(run, checked) }
}
