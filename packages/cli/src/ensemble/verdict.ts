/** What several trained networks are worth together: calibrated on the validation part, judged on the test part. */
import type { Dataset } from 'thalweg/data'
import { type Combine, type Ensemble, type EnsembleReport, ensemble, type Member } from 'thalweg/tune'
import type { Result } from '../run/folder.ts'
import { loss, percent, plural, r2 } from '../terminal/format.ts'
import { type Row, sayRows } from '../terminal/summary.ts'
import type { Voice } from '../voice.ts'

export interface Verdict {
  /** With its temperature. */
  readonly ensemble: Ensemble
  /** On the test part, if there is one: with the temperature, and without. */
  readonly report: EnsembleReport | undefined
  readonly unscaled: EnsembleReport | undefined
}

export async function judged(
  members: readonly Member[],
  combine: Combine | undefined,
  { valid, test }: { readonly valid?: Dataset | undefined; readonly test?: Dataset | undefined },
): Promise<Verdict> {
  const plain = ensemble(members, { combine })
  const scaled = valid && combine !== 'vote' ? await plain.calibrated(valid) : plain
  return { ensemble: scaled, report: test && (await scaled.report(test)), unscaled: test && (await plain.report(test)) }
}

export function resultOf(
  { report, ensemble: { temperature } }: Verdict,
  spent: { readonly epochs: number; readonly seconds: number },
): Result {
  if (!report) return { ...spent, temperature }
  const together = report.ensemble
  const score = together.task === 'class' ? { testAccuracy: together.accuracy } : { testR2: together.r2 }
  return { testLoss: together.loss, ...score, ...spent, temperature }
}

/** For the last event. */
export function verdictFields({ report }: Verdict): Readonly<Record<string, unknown>> {
  if (!report) return {}
  const { members, ensemble: _, ...rest } = report
  return { ensemble: { members: members.length, ...rest } }
}

export function sayVerdict({ report, unscaled, ensemble: { temperature } }: Verdict, voice: Voice): void {
  if (!report || !unscaled) return
  const text = report.score === 'accuracy' ? percent : r2
  const { single, gain, gainError, ensemble, examples } = report
  const score = ensemble.task === 'class' ? ensemble.accuracy : ensemble.r2
  const rows: Row[] = [
    [
      `test ${report.score === 'accuracy' ? 'accuracy' : 'R2'}`,
      `${voice.style.bold(text(score))}  (${plural(examples, 'unseen example')})`,
    ],
    [
      'one alone',
      `${text(single.mean)} on average, ${text(single.worst)} to ${text(single.best)}, deviation ${text(single.deviation)}`,
    ],
    ['gain', `${text(gain)}${Number.isNaN(gainError) ? '' : ` (standard error ${text(gainError)})`}`],
  ]
  const [before, after] = [unscaled.calibration, report.calibration]
  if (before && after) {
    rows.push([
      'calibration',
      `error ${percent(before.single.error)} alone, ${percent(before.ensemble.error)} together, ${percent(after.ensemble.error)} at temperature ${temperature.toFixed(3)} (15 bins)`,
    ])
    rows.push([
      'likelihood',
      `loss ${loss(before.single.loss)} alone, ${loss(before.ensemble.loss)} together, ${loss(after.ensemble.loss)} at the temperature`,
    ])
  }
  voice.say('')
  sayRows(voice, rows)
}
