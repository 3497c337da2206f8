/** A run whose numbers are no numbers any more, in words. */
import type { DataSource } from '../data/index.ts'
import { type Condition, type Finding, findingOf, type Origin, type Settings } from '../train/index.ts'
import { clipped, drawnByHe, lessMomentum, muchSlower, scaledInputs, slower } from './patches.ts'
import { placeWords } from './place.ts'
import { short } from './words.ts'

export const nonFinite: Condition = {
  code: 'non-finite',
  severity: 'error',
  about:
    'A number became NaN or infinite. With the next update every weight that depends on it is NaN, and nothing brings ' +
    'them back: the run ends. The step is made again from the last snapshot, to say in which operation it began.',
  rule: 'step in which the first value was not finite',
  threshold: 0,
  cause: 'updates that are too large for float32, an operation outside of its domain, or a value in the data',
  try: 'lower the learning rate or clip the gradients; keep logarithms, roots and divisions away from 0',
  source: 'IEEE 754; the article, section 6',
}

export function nonFiniteFinding(
  origin: Origin | undefined,
  step: number,
  settings: Pick<Settings, 'optimizer' | 'train'>,
): Finding {
  if (!origin) {
    const message = `a value is not finite after step ${step}, and no layer or example can be named: the steps since the last snapshot, made once more, give finite values throughout`
    const cause =
      'data that had other values when it was read the first time, or weights that were changed from outside'
    const advice = 'have the data depend on example and epoch alone, each time it is read; leave the weights to the run'
    return findingOf(nonFinite, { measured: step, message, cause, try: advice }, step)
  }
  // An optimizer's sums are named after the optimizer, the sum and the parameter: optimizer/adam.squares.dense1.weight.
  const layer = origin.layer.replace(/^optimizer\/[^.]*\.[^.]*\.|^[a-z]+\//, '')
  const sign = {
    measured: origin.step,
    message: sentence(origin, settings.train.source),
    ...causeOf(origin, settings),
    ...(layer !== '' && { layer }),
  }
  return { ...findingOf(nonFinite, sign, step), origin }
}

const INPUTS: Readonly<Record<string, string | undefined>> = { learningRate: 'learning rate', targets: 'target' }

function sentence(origin: Origin, source: DataSource | undefined): string {
  const { op, part, layer, epoch, step, example, isOfAll, place, value, from } = origin
  const name = example !== undefined && source ? placeWords(source.place(example)) : `example ${example}`
  const when = `in step ${step}, epoch ${epoch}`
  // A scalar has no place.
  const where = [
    ...(example === undefined ? [] : [isOfAll ? `most of it from ${name}` : name]),
    ...(example === undefined && isOfAll ? ['made of all examples of the batch'] : []),
    ...(place.length === 0 ? [] : [`place [${place.join(',')}]`]),
  ]
  const at = (...parts: readonly string[]): string => (parts.length === 0 ? '' : ` (${parts.join(', ')})`)
  if (op === 'input') return `${when}, the ${INPUTS[layer] ?? (layer || 'input')} itself is ${value}${at(...where)}`
  if (op === 'variable') return `${when}, ${layer} is ${value} before anything is computed${at(...where)}`
  if (op === 'state') return `after step ${step}, epoch ${epoch}, ${layer} is ${value}${at(...where)}`
  const made = from.length > 0 ? ` from ${from.map(short).join(' and ')}` : ''
  if (part === 'update') return `${when}, the update of ${layer} gives ${value}${made}${at(op, ...where)}`
  const way = part === 'backward' ? ' on the way back' : ''
  const inside = layer === '' ? '' : layer === 'loss' ? ' in the loss' : ` in ${layer}`
  return `${when}, ${op}${inside}${way} gives ${value}${made}${at(...where)}`
}

/** Whether it came of numbers that no update had touched: no learning rate, momentum or clipping makes them others. */
export function isBornDead({ origin }: Pick<Finding, 'origin'>): boolean {
  return origin !== undefined && origin.step === 1 && origin.part !== 'update'
}

function causeOf(origin: Origin, settings: Pick<Settings, 'optimizer'>): Pick<Finding, 'cause' | 'try' | 'patches'> {
  const { op, part, layer, from } = origin
  const isHuge = from.some((value) => Math.abs(value) > 1e15)
  const patches = [...lessMomentum(settings), slower, clipped, muchSlower]
  if (op === 'input' && layer === 'learningRate') {
    const cause = 'the schedule or the optimizer gives a learning rate that float32 does not hold'
    return { cause, try: 'a learning rate below 1, and a look at its schedule to the last step', patches: [] }
  }
  if (op === 'input') {
    const advice = 'fill in or leave out what is missing before it is trained on'
    return { cause: 'the data holds a value that is no finite number', try: advice, patches: [] }
  }
  if (op === 'variable') {
    const advice = 'look at where the weights come from: a file, an initializer, a run that had diverged'
    return { cause: 'a weight was not finite to begin with', try: advice, patches: [] }
  }
  if (isBornDead({ origin })) {
    const never = 'before any update was made: no learning rate helps'
    return isHuge
      ? {
          cause: `inputs, targets or first weights lead beyond what float32 holds, ${never}`,
          try: 'scale inputs and targets, and draw smaller first weights',
          patches: [scaledInputs, drawnByHe],
        }
      : {
          cause: `${op} was given a value outside of its domain, ${never}`,
          try: `keep the operand of ${op} in its domain: add a small epsilon, or clip it`,
          patches: [],
        }
  }
  if (part === 'update' || isHuge) {
    const cause = 'updates have grown beyond what float32 holds: the learning rate is too high'
    return { cause, try: 'lower the learning rate ten times, or clip the gradients', patches }
  }
  const cause = `${op} was given a value outside of its domain`
  return { cause, try: `keep the operand of ${op} in its domain: add a small epsilon, or clip it`, patches }
}
