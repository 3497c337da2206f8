/** What patches would change of a configuration, before and after, in words that a record keeps: `learning rate 10 → 0.1`. */

import { he, lecun, xavier } from '../../nn/index.ts'
import { describeMatch } from '../../optim/groups.ts'
import { clipByGlobalNorm, createOptimizer } from '../../optim/index.ts'
import { rateBehind } from '../../train/apply-patch.ts'
import { birthsOf } from '../../train/case.ts'
import type { Change, Configuration, Mend, Patch, Settings } from '../../train/index.ts'
import { type Anatomy, anatomyOf, type LayerFacts } from '../anatomy.ts'
import { constraintsOf } from '../constraints.ts'
import { short } from '../words.ts'

/** @param firstWeights what the weights were drawn by, where the layers do not say it */
export function changesOf(
  { model, settings }: Configuration,
  patches: readonly Patch[],
  firstWeights: string | undefined,
): Change[] {
  const { layers } = anatomyOf(model, settings.train.inputShape, settings.batchSize)
  return patches.flatMap((patch) => changeBy(patch, settings, layers, firstWeights))
}

/** What becomes different where a run goes on with another of its attempts: mends are undone, others done again. */
export function changesBetween(mends: readonly Mend[], from: number, to: number): Change[] {
  const [here, there] = [birthsOf(from, mends), birthsOf(to, mends)]
  const undone = here.filter((mend) => !there.includes(mend)).flatMap(({ changes }) => [...changes].reverse())
  const done = there
    .filter((mend) => !here.includes(mend))
    .reverse()
    .flatMap(({ changes }) => changes)
  return [...undone.map(({ what, before, after }) => change(what, after, before)), ...done]
}

function clippingOf(clip: Settings['clip']): string {
  if (clip === undefined) return 'none'
  return clip.name === 'clipByGlobalNorm' ? `norm ${clip.options.norm}` : `${clip.name}${listed(clip.options)}`
}

function changeBy(
  patch: Patch,
  settings: Settings,
  layers: Anatomy['layers'],
  firstWeights: string | undefined,
): Change | Change[] {
  const { optimizer, clip, orders, batchSize, penalty, groups = [] } = settings
  switch (patch.kind) {
    case 'learning-rate':
      return rateChange(optimizer, patch.factor)
    case 'clip-norm':
      return change('gradient clipping', clippingOf(clip), clippingOf(clipByGlobalNorm(patch.norm)))
    case 'optimizer':
      return byOptimizer(settings, patch)
    case 'shuffle':
      return change('order of the examples', orders.name, 'shuffled')
    case 'batch-size':
      return change('batch size', String(batchSize), String(Math.min(patch.size, settings.train.size)))
    case 'no-decay': {
      const decay = penalty ? `${penalty.name}${listed(penalty.options)}` : String(optimizer.options.weightDecay)
      return change('weight decay', decay, 'none')
    }
    case 'no-constraint': {
      const constraints = constraintsOf(settings).map(({ name, options }) => `${name}${listed(options)}`)
      return change('constraint', constraints.join(' and ') || 'none', 'none')
    }
    case 'unfreeze': {
      const frozen = groups.filter(({ rate }) => rate === 0).map(({ match }) => String(describeMatch(match)))
      return change('frozen', frozen.join(' and '), 'nothing')
    }
    case 'initializer':
      return change('first weights', firstWeights ?? initializersIn(layers), patch.name)
    case 'scale-inputs':
      return change('inputs', 'as they are', 'of mean 0 and deviation 1, scaled in front of the model')
    case 'scale-outputs': {
      const scaled = change(
        'outputs',
        'as they are',
        'of the mean and deviation of the targets, scaled behind the model',
      )
      const factor = rateBehind(patch, optimizer)
      return factor === 1 ? scaled : [scaled, rateChange(optimizer, factor)]
    }
    case 'insert-activations':
      return change('activations between layers with weights', 'none', patch.name)
    case 'widen-layer':
      return change(`units of ${patch.layer}`, distinct(layers.filter(at(patch.layer)), 'units'), String(patch.units))
    case 'activation':
      return change('activation', patch.from, patch.to)
    case 'remove-layer':
      return change(patch.layer, layers.find(at(patch.layer))?.kind ?? 'none', 'left out')
    case 'dropout-rate':
      return change('dropout rate', distinct(layers.filter(of('dropout')), 'rate'), short(patch.rate))
    case 'norm-momentum':
      return change(
        'momentum of batch norm',
        distinct(layers.filter(of('batchNorm')), 'momentum'),
        short(patch.momentum),
      )
  }
}

function rateChange({ learningRate }: Pick<Settings['optimizer'], 'learningRate'>, factor: number): Change {
  return change('learning rate', short(learningRate), short(learningRate * factor))
}

function change(what: string, before: string, after: string): Change {
  return { what, before, after, text: `${what} ${before} → ${after}` }
}

/** Of the same optimizer the options that become others, those that it falls back to included; of another one all that its patch names. */
function byOptimizer(
  { optimizer }: Settings,
  { name, options }: Extract<Patch, { kind: 'optimizer' }>,
): Change | Change[] {
  const before: Readonly<Record<string, unknown>> = { ...optimizer.options, learningRate: optimizer.learningRate }
  if (name !== optimizer.name) {
    const kept = Object.fromEntries(Object.entries(before).filter(([option]) => CARRYING.has(option)))
    return change('optimizer', `${optimizer.name}${listed(kept)}`, `${name}${listed(options)}`)
  }
  const patched = createOptimizer(name, options)
  return Object.entries({ ...patched.options, learningRate: patched.learningRate })
    .filter(([option, value]) => value !== before[option])
    .map(([option, value]) => change(inWords(option), written(before[option]), written(value)))
}

/** Of the options of an optimizer, those that somebody chooses. */
const CARRYING: ReadonlySet<string> = new Set(['learningRate', 'momentum'])

function listed(options: Readonly<Record<string, unknown>>): string {
  const words = Object.entries(options).flatMap(([option, value]) => {
    return value === undefined || value === 0 ? [] : [`${inWords(option)} ${written(value)}`]
  })
  return words.length === 0 ? '' : ` (${words.join(', ')})`
}

/** `learning rate` for `learningRate`. */
function inWords(option: string): string {
  return option.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
}

function written(value: unknown): string {
  return typeof value === 'number' ? short(value) : value === undefined ? 'none' : String(value)
}

/** What an option is in these layers; where it differs, each value once. */
function distinct(layers: readonly LayerFacts[], option: string): string {
  const values = layers.flatMap(({ options }) => (options[option] === undefined ? [] : [written(options[option])]))
  return [...new Set(values)].join(' and ') || 'none'
}

/** Those that go by the size of a layer are known by name; of the others the numbers matter. */
function initializersIn(layers: readonly LayerFacts[]): string {
  const usual = new Map(
    [he(), xavier(), lecun()].map(({ description = '' }) => [description, description.split('(')[0]]),
  )
  const names = layers.flatMap(({ options: { initializer } }) => {
    return typeof initializer === 'string' ? [usual.get(initializer) ?? initializer] : []
  })
  return [...new Set(names)].join(' and ') || 'none'
}

const at =
  (path: string) =>
  (layer: LayerFacts): boolean =>
    layer.path === path
const of =
  (kind: string) =>
  (layer: LayerFacts): boolean =>
    layer.kind === kind
