/** Several trained models that answer as one. */
import { ThalwegError } from '../../base/index.ts'
import type { Dataset } from '../../data/index.ts'
import type { Model } from '../../nn/index.ts'
import type { Metrics, Prediction } from '../../train/index.ts'
import { checkNames } from '../checks.ts'
import { fitTemperature } from './calibration.ts'
import { type Combine, combined, unlike } from './combine.ts'
import { loadMembers, saveMembers } from './folder.ts'
import type { Member } from './member.ts'
import { askAll, type EnsembleReport, metricsOf, reportOn } from './report.ts'

export interface EnsembleOptions {
  /** Default `probabilities` for classes, `mean` for numbers. */
  readonly combine?: Combine | undefined
  /** Divides the combined logits: above 1 the ensemble is less sure of itself. See {@link Ensemble.calibrated}. Default 1. */
  readonly temperature?: number
}

export interface Ensemble {
  readonly members: readonly Member[]
  readonly combine: Combine | undefined
  readonly temperature: number
  /** Predictions for `inputs`, `[examples, ...inputShape]` row-major. `logits` are from before the temperature. */
  predict(inputs: ArrayLike<number>): Prediction
  /** Mean negative log-likelihood and accuracy, or mean squared error and R2. */
  evaluate(dataset: Dataset): Promise<Metrics>
  /** What it gains over its members, and how well its probabilities are calibrated. */
  report(dataset: Dataset): Promise<EnsembleReport>
  /**
   * The same with the temperature that makes `valid` likeliest (Guo et al. 2017), fitted to the combination and not to each
   * member (Rahaman and Thiery 2021): it changes no label. It stays 1 where `valid` has no such temperature ({@link fitTemperature}). Give it data that nothing was trained on, and not the test part.
   */
  calibrated(valid: Dataset): Promise<Ensemble>
  /** Writes `ensemble.json` and the weights of each member; see {@link loadEnsemble}. Node only. */
  save(folder: string): Promise<void>
}

/**
 * @param members runs of `fit`, or what {@link memberOf} makes of saved weights
 * @throws ThalwegError `tune/empty-ensemble`, `tune/unlike-members`, `tune/bad-option`; `tune/wrong-combine` when it predicts
 */
export function ensemble(members: readonly Member[], options: EnsembleOptions = {}): Ensemble {
  const { combine, temperature = 1 } = options
  checkNames('ensemble', options, { combine, temperature })
  checkMembers(members)
  if (!(temperature > 0 && Number.isFinite(temperature))) throw badTemperature(temperature)
  const self: Ensemble = {
    members,
    combine,
    temperature,
    predict: (inputs) =>
      combined(
        members.map((member) => member.predict(inputs)),
        combine,
        temperature,
      ),
    async evaluate(dataset) {
      const answers = askAll(members, dataset)
      return metricsOf(combined(answers.predictions, combine, temperature), answers, temperature)
    },
    report: async (dataset) => reportOn(askAll(members, dataset), combine, temperature),
    async calibrated(valid) {
      const { predictions, truth } = askAll(members, valid)
      const together = combined(predictions, combine, 1)
      if (together.kind === 'number') return self
      return ensemble(members, { combine, temperature: fitTemperature(together.logits, truth) })
    },
    save: (folder) => saveMembers(folder, members, { combine, temperature }),
  }
  return self
}

/**
 * An ensemble that {@link Ensemble.save} wrote.
 *
 * @param modelOf the model of each member, from 0
 * @throws ThalwegError `tune/bad-ensemble`, `train/read-failed`, `train/bad-checkpoint`
 */
export async function loadEnsemble(folder: string, modelOf: (member: number) => Model): Promise<Ensemble> {
  const { members, ...options } = await loadMembers(folder, modelOf)
  return ensemble(members, options)
}

function checkMembers(members: readonly Member[]): void {
  const [first, ...others] = members
  if (!first) {
    throw new ThalwegError('tune/empty-ensemble', {
      rule: 'ensemble: there must be at least one member',
      received: 'no members',
      try: 'give the runs that fit returned, or let trainEnsemble train some',
    })
  }
  for (const { inputShape, target } of others) {
    if (inputShape.join() !== first.inputShape.join()) throw unlike(`inputs [${first.inputShape}] and [${inputShape}]`)
    if (JSON.stringify(target) === JSON.stringify(first.target)) continue
    throw unlike(`${JSON.stringify(first.target)} and ${JSON.stringify(target)}`)
  }
}

function badTemperature(temperature: number): ThalwegError {
  return new ThalwegError('tune/bad-option', {
    rule: 'ensemble: the temperature must be a finite number above 0',
    received: String(temperature),
    try: 'leave it out, and let calibrated(valid) find one',
  })
}
