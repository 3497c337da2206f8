/** One trial of `thalweg tune`: trains the configuration up to its budget and says how good it is on the validation part. */
import { type EpochEvent, fit, type Run, restoresBest } from 'thalweg/train'
import type { Direction, Objective, SearchMetric, Space } from 'thalweg/tune'
import { type Candidate, noValidation, type Tunable } from './tunable.ts'

/** How often a trial saves what it has, for the case that it is killed. */
const CHECKPOINTS = 5

export function directionOf(metric: SearchMetric): Direction {
  return metric === 'validLoss' ? 'min' : 'max'
}

export function objectiveOf({ candidate, metric }: Tunable): Objective<Space> {
  return async (params, { training, report, seed }) => {
    const made = await candidate(params)
    const { model, data, initialize, ...options } = made
    const { train, valid } = data
    if (!valid) throw noValidation(train.name)
    const { epochs, checkpoint, resume } = training
    const store = resume ? undefined : await initialize?.({ model, train, seed })
    const run = await fit(model, {
      ...options,
      ...(store && { store }),
      ...training,
      train,
      valid,
      checkpoint: checkpoint && { ...checkpoint, everyEpochs: Math.ceil(epochs / CHECKPOINTS) },
      onEvent(event) {
        if (event.type === 'epoch') report(figureOf(event, metric), event.epoch)
      },
    })
    const last = finalEpoch(run, made)
    run.store.release()
    run.last?.release()
    return last ? figureOf(last, metric) : Number.NaN
  }
}

/** The one whose weights the run ends with. */
function finalEpoch({ history, bestEpoch }: Run, candidate: Candidate): EpochEvent | undefined {
  return restoresBest(candidate) ? history.find(({ epoch }) => epoch === bestEpoch) : history.at(-1)
}

function figureOf(event: EpochEvent, metric: SearchMetric): number {
  return event[metric] ?? Number.NaN
}
