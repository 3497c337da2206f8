/** What data, model, first loss and one batch learned by heart say before training, in words and events. */
import { type Checkup, checkup } from 'thalweg/diagnose'
import type { Finding } from 'thalweg/train'
import { fitOptionsOf } from '../recipes/recipe.ts'
import type { Subject } from '../recipes/subject.ts'
import { firstWeights } from '../recipes/weights.ts'
import type { SittingContext } from '../run/sitting.ts'
import { sayNotes } from '../run/words.ts'
import { sayFinding } from '../terminal/findings.ts'
import { count, figure, percent, plural } from '../terminal/format.ts'
import { type Row, sayRows } from '../terminal/summary.ts'

export interface CheckupFindings {
  /** Whether nothing is a warning or worse. */
  readonly passed: boolean
  readonly findings: readonly Finding[]
  readonly initialLoss: number
  readonly blindLoss: number | undefined
  readonly overfit: Checkup['overfit']
}

export async function checkBeforeTraining(
  subject: Subject,
  { voice, signal }: SittingContext,
): Promise<CheckupFindings> {
  const { data, seed, model, recipe } = subject
  const { train, experiment } = data
  voice.show(voice.style.dim('looking at the data and the model'))
  const weights = await firstWeights(recipe, { model, train, seed, experiment: experiment?.definition })
  const options = {
    ...fitOptionsOf(recipe, data, subject),
    test: data.test,
    seed,
    signal,
    ...(weights && { store: weights.store }),
  }
  const checked = await checkup(model, options)
  voice.hide()
  sayRows(voice, rowsOf(checked))
  sayNotes(data, voice)
  voice.say('')
  for (const finding of checked.findings) {
    sayFinding({ type: 'finding', ...finding }, voice)
    voice.event({ type: 'finding', ...finding })
  }
  if (checked.findings.length > 0) voice.say('')
  const { findings, initialLoss, blindLoss, overfit } = checked
  const passed = findings.every(({ severity }) => severity === 'info')
  return { passed, findings, initialLoss, blindLoss, overfit }
}

function rowsOf({ examples, initialLoss, blindLoss, overfit }: Checkup): Row[] {
  const constant = blindLoss === undefined ? '' : `; a constant answer has ${figure(blindLoss)}`
  const { first, lowest, least, steps } = overfit
  const floor = least === 0 ? '' : ` above the least there is (${figure(least)})`
  const left = Number.isFinite(first)
    ? `${percent((lowest - least) / (first - least), 1)} of the loss${floor} left after ${plural(steps, 'step')} on ${plural(overfit.examples, 'example')}`
    : `not learned: the loss is ${first} from the start`
  return [
    ['data', `${count(examples)} examples looked at`],
    ['first loss', `${figure(initialLoss)}${constant}`],
    ['one batch', left],
  ]
}
