/**
 * An ailment: a condition and how it is recognized. One a file, in ailments/; the list there is all that knows them.
 * Thresholds stand in the file of the ailment, with where they come from. A warning must be rare in healthy runs, so each
 * asks for more than one reading, for a margin, and for a run that is old enough to be judged.
 */
import type { Condition, Sign } from '../train/index.ts'
import type { Chart } from './chart.ts'

export interface Ailment extends Condition {
  /**
   * When it is looked for: before the first step, by data and model alone (`before`); with the first reading and the first
   * loss, of weights that no update has touched (`start`); every few steps (`loss`); at each reading (`reading`); after an
   * epoch (`epoch`).
   */
  readonly when: 'before' | 'start' | 'loss' | 'reading' | 'epoch'
  /** The signs of it, the worst first; none where all is well or nothing can be said. */
  readonly examine: (chart: Chart) => readonly Sign[]
}
