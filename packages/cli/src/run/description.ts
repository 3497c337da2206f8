/** What is trained, and how, in words: what the beginning of a sitting and the page of a run say of it. */
import { averageText } from '../recipes/average.ts'
import { describeModel } from '../recipes/model.ts'
import { penaltyText } from '../recipes/penalty.ts'
import type { Recipe } from '../recipes/recipe.ts'
import { count, figure, plural } from '../terminal/format.ts'
import type { Row } from '../terminal/summary.ts'
import type { Manifest } from './manifest.ts'

export function describeRun(manifest: Manifest): Row[] {
  return [
    ['data', describeParts(manifest)],
    ['network', describeModel(manifest.recipe.model)],
    ...rows('inputs', describeInputs(manifest)),
    ['recipe', describeRecipe(manifest)],
    ...rows('update', describeUpdate(manifest.recipe)),
    ...(manifest.ensemble === undefined ? [] : [['ensemble', describeEnsemble(manifest)] as const]),
  ]
}

function describeParts({ data: { train, valid, test } }: Manifest): string {
  const parts = [
    [train, 'for training'],
    [valid, 'for validation'],
    [test, 'for testing'],
  ] as const
  return parts.flatMap(([part, purpose]) => (part ? [`${count(part.examples)} ${purpose}`] : [])).join(', ')
}

/** Nothing where there is nothing to say. */
function rows(label: string, parts: readonly (string | undefined)[]): Row[] {
  const said = parts.filter((one) => one !== undefined)
  return said.length > 0 ? [[label, said.join(', ')]] : []
}

/** What is done to examples that is not the usual thing. */
function describeInputs({ preprocess, augment }: Manifest): (string | undefined)[] {
  return [preprocess, augment === undefined ? undefined : `augmented by ${augment}`]
}

/** What is done to gradients and weights beside the optimizer's own step. */
function describeUpdate({
  clipNorm,
  clipParameterNorm,
  clipValue,
  penalty,
  maxNorm,
  lookahead,
  finalMomentum,
}: Recipe): (string | undefined)[] {
  const told = (words: string, value: unknown): string | undefined =>
    value === undefined ? undefined : `${words} ${value}`
  const options = Object.entries(lookahead ?? {}).map(([name, value]) => ` ${name} ${value}`)
  return [
    lookahead && `lookahead${options.join()}`,
    told('momentum towards', finalMomentum),
    told('gradients clipped to norm', clipNorm),
    told('each gradient clipped to norm', clipParameterNorm),
    told('gradients clipped to values of', clipValue),
    told('penalty', penaltyText(penalty)),
    told('norm of weights at most', maxNorm),
  ]
}

export function describeRecipe({ recipe, seed }: Pick<Manifest, 'recipe' | 'seed'>): string {
  const { optimizer, schedule, epochs, batchSize, order, earlyStopping, accumulate, average, statistics } = recipe
  const patience = earlyStopping ? ` at most (patience ${earlyStopping.patience})` : ''
  const ending = [
    average ? `; it ends with the average ${averageText(average)}` : '',
    statistics ? `; batch norm ends with ${statistics} statistics` : '',
  ].join('')
  const highest = Number(optimizer.options.learningRate)
  const rates = describeRates(schedule, figure(highest))
  const update = accumulate === undefined ? '' : `${accumulate} `
  const size = batchSize === 'all' ? 'all examples a step' : `${update}batches of ${batchSize}`
  return `${optimizer.name}, ${rates}, ${size}${describeOrder(order)}, ${plural(epochs, 'epoch')}${patience}, seed ${seed}${ending}`
}

function describeEnsemble({ ensemble = 0, members, seed }: Manifest): string {
  return members === 'snapshots'
    ? `${ensemble} minima of one network, whose rate falls to 0 as many times`
    : `${ensemble} networks, from seeds ${seed} to ${seed + ensemble - 1}`
}

function describeRates({ name, warmupEpochs }: Recipe['schedule'], highest: string): string {
  if (name === 'experiment') return "the experiment's schedule"
  const warmup = warmupEpochs === undefined ? '' : ` after ${plural(warmupEpochs, 'epoch')} of warm-up`
  if (name === 'fixed') return `rate ${highest}${warmup}`
  return name === 'one-cycle'
    ? `one cycle up to rate ${highest}`
    : `${name} ${name === 'cyclic' ? 'up to' : 'from'} rate ${highest}${warmup}`
}

function describeOrder({ name, by }: Recipe['order']): string {
  if (name === 'shuffled') return ''
  return by === undefined ? ` ${name === 'experiment' ? "in the experiment's order" : name}` : `, curriculum by ${by}`
}
