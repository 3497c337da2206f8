/**
 * An ailment: a condition and how it is recognized. One a file, in ailments/; the list there is all that knows them.
 * Thresholds stand in the file of the ailment, with where they come from. A warning must be rare in healthy runs, so each
 * asks for more than one reading, for a margin, and for a run that is old enough to be judged.
 */
import type { Condition, Sign } from '../train/index.ts'
import type { Chart } from './chart.ts'

export type Occasion = 'before' | 'start' | 'loss' | 'reading' | 'epoch'

export interface Ailment extends Condition {
  /**
   * When it is looked for: before the first step, by data and model alone (`before`); with the first reading and the first
   * loss, of weights that no update has touched (`start`); every few steps (`loss`); at each reading (`reading`); after an
   * epoch (`epoch`).
   */
  readonly when: Occasion | readonly Occasion[]
  /**
   * Codes that rule it out once they are told as warnings: they say the opposite, or say more precisely what it would say.
   * Two verdicts of one run do not contradict each other.
   */
  readonly unless?: readonly string[]
  /** Codes of what brings it about: where one was told before, as a warning, the finding names that as its cause. */
  readonly follows?: readonly string[]
  /** The signs of it, the worst first; none where all is well or nothing can be said. */
  readonly examine: (chart: Chart) => readonly Sign[]
}
