/**
 * Whether the first number that is none is found where it was put: healthy programs of the tuning split with one injected
 * cause each, by turns in the data, in the weights, in the rate, in an operation. What is right is known from the
 * injection; for rates, from training step by step with a look at every value in between.
 *
 *     node --conditions=source bench/faults/first-nan.ts [--cases N]
 */
import { type Random, random, ThalwegError } from 'thalweg/base'
import { batchCount, batchRows, type Dataset, shuffled } from 'thalweg/data'
import { advise } from 'thalweg/diagnose'
import { build, createStore, type Layer, sequential } from 'thalweg/nn'
import { add, div, log, neg, sqrt, square, type Tensor, zeros } from 'thalweg/tensor'
import { completeOptions, type FindingEvent, type FitOptions, fit, type Origin, openSession } from 'thalweg/train'
import { whole } from '../../scripts/option-kinds.ts'
import { type CommandDescription, runCommand } from '../../scripts/options.ts'
import { type Built, buildProgram } from './build.ts'
import { isWeighted, layerPaths, type Program, withOptimizer } from './program.ts'
import { choice, healthyProgram } from './sampler.ts'
import { widthOf } from './tables/table.ts'

interface Case {
  readonly cause: 'data' | 'weights' | 'rate' | 'operation'
  readonly about: string
  readonly model: Built['model']
  readonly options: FitOptions
  readonly isRight: (origin: Origin) => boolean
}

type Injection = (built: Built, program: Program, draw: Random) => Case | undefined

const injections: readonly Injection[] = [intoData, intoWeights, intoRate, intoOperation]

/** One value of one example is spoilt from some epoch on. */
function intoData(built: Built, _: Program, draw: Random): Case {
  const { options, table } = built
  const row = draw.integer(options.train.size)
  const column = draw.integer(widthOf(table))
  const epoch = draw.integer(3)
  const value = choice(draw, [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])
  const train: Dataset = {
    ...options.train,
    fill(rows, inputs, targets, now) {
      options.train.fill(rows, inputs, targets, now)
      const at = rows.indexOf(row)
      if (at >= 0 && now !== undefined && now >= epoch) inputs[at * widthOf(table) + column] = value
    },
  }
  const order = shuffled()
    .over(train, options.seed ?? 0)
    .epochOrder(epoch)
  const batchSize = Number(options.batchSize)
  const step = epoch * batchCount(order.length, batchSize) + Math.floor(order.indexOf(row) / batchSize) + 1
  return {
    ...built,
    cause: 'data',
    about: `${value} in example ${row}, column ${column}, epoch ${epoch + 1}`,
    options: { ...options, train },
    isRight: (origin) =>
      origin.op === 'input' &&
      origin.example === row &&
      flat(origin.place.slice(1), table.shape) === column &&
      origin.epoch === epoch + 1 &&
      origin.step === step,
  }
}

/** One weight of one layer is spoilt before the first step. */
function intoWeights(built: Built, program: Program, draw: Random): Case {
  const { model, options, table } = built
  const store = createStore({ seed: program.seed })
  build(model, zeros([1, ...table.shape]), store)
  const weights = store.save()
  const path = choice(
    draw,
    store
      .parameters()
      .filter(({ decay }) => decay)
      .map((parameter) => parameter.path),
  )
  const { data, shape } = weights[path]
  const index = draw.integer(data.length)
  data[index] = choice(draw, [Number.NaN, Number.POSITIVE_INFINITY])
  store.load(weights)
  return {
    ...built,
    cause: 'weights',
    about: `${data[index]} in ${path}, value ${index}`,
    options: { ...options, store },
    isRight: ({ op, layer, place, step }) =>
      op === 'variable' && layer === path && flat(place, shape) === index && step === 1,
  }
}

/** A rate that outgrows float32 in a few steps. */
function intoRate(built: Built, program: Program, draw: Random): Case | undefined {
  const learningRate = 10 ** (8 + Math.floor(12 * draw.uniform()))
  const { model, options } = buildProgram(
    withOptimizer({ ...program, optimizer: { name: 'sgd', options: { learningRate: 1 } } }, { learningRate }),
  )
  const truth = firstSpoilt(model, options)
  if (truth === undefined) return undefined
  return {
    ...built,
    cause: 'rate',
    about: `rate ${learningRate}, spoilt in step ${truth.step}: ${truth.parameters.join(', ') || 'the loss'}`,
    options,
    // The operation that made it of sound numbers; an update is one of a parameter that is spoilt afterwards.
    isRight: ({ step, part, layer, value, from }) =>
      step === truth.step &&
      !Number.isFinite(value) &&
      from.length > 0 &&
      from.every((operand) => Number.isFinite(operand)) &&
      (part !== 'update' || isAmong(layer, truth.parameters)),
  }
}

function isAmong(layer: string, parameters: readonly string[]): boolean {
  return parameters.some((path) => path === layer || path.startsWith(`${layer}.`))
}

/** The first step after which the loss or a trained value is not finite, and which parameters are not. */
function firstSpoilt(
  model: Built['model'],
  options: FitOptions,
): { readonly step: number; readonly parameters: readonly string[] } | undefined {
  const settings = completeOptions(options)
  const session = openSession(model, settings)
  const { learningRate } = settings.optimizer
  try {
    const order = settings.orders.epochOrder(0)
    for (let batch = 0; batch < batchCount(order.length, settings.batchSize); batch++) {
      session.step(batchRows(order, settings.batchSize, batch), { learningRate, epoch: 0 })
      const loss = !Number.isFinite(session.lastLoss())
      const values = session.store.save()
      const parameters = session.store
        .parameters()
        .map(({ path }) => path)
        .filter((path) => !values[path].data.every((value) => Number.isFinite(value)))
      if (loss || parameters.length > 0) return { step: batch + 1, parameters }
    }
    return undefined
  } finally {
    session.release()
  }
}

const traps: readonly { readonly op: string; readonly value: number; readonly of: (x: Tensor) => Tensor }[] = [
  { op: 'log', value: -2, of: log },
  { op: 'sqrt', value: -2, of: sqrt },
  { op: 'div', value: 0, of: (x) => div(1, x) },
]

/** A layer between others whose operation has no answer: for one example, right behind the input, or for all, further on. */
function intoOperation(built: Built, program: Program, draw: Random): Case | undefined {
  return draw.uniform() < 0.5 ? forOne(built, draw) : forAll(built, program, draw)
}

function forOne({ model, options, table }: Built, draw: Random): Case | undefined {
  const trap = choice(draw, traps)
  const row = draw.integer(options.train.size)
  const column = draw.integer(widthOf(table))
  // Everything else lies far above 0.
  const lifted = (dataset: Dataset, isTrapped: boolean): Dataset => ({
    ...dataset,
    fill(rows, inputs, targets, epoch) {
      dataset.fill(rows, inputs, targets, epoch)
      for (let i = 0; i < inputs.length; i++) inputs[i] = 20 + inputs[i]
      const at = rows.indexOf(row)
      if (isTrapped && at >= 0) inputs[at * widthOf(table) + column] = trap.value
    },
  })
  const layer: Layer = { kind: 'trap', options: {}, forward: (x) => trap.of(x) }
  const { test: _, valid, ...rest } = options
  // Inputs that far from 0 may be too much for a network by themselves.
  if (firstSpoilt(model, { ...rest, train: lifted(options.train, false) })) return undefined
  return {
    cause: 'operation',
    about: `${trap.op} of ${trap.value} for example ${row}, column ${column}`,
    model: sequential(layer, ...model.layers),
    options: { ...rest, train: lifted(options.train, true), ...(valid && { valid: lifted(valid, false) }) },
    isRight: ({ op, layer, example, place }) =>
      op === trap.op && layer === 'trap1' && example === row && flat(place.slice(1), table.shape) === column,
  }
}

const hopeless: readonly { readonly op: string; readonly of: (x: Tensor) => Tensor }[] = [
  { op: 'log', of: (x) => log(neg(add(square(x), 1))) },
  { op: 'sqrt', of: (x) => sqrt(neg(add(square(x), 1))) },
]

function forAll({ model, options }: Built, program: Program, draw: Random): Case {
  const trap = choice(draw, hopeless)
  const places = program.layers.flatMap((layer, at) => (isWeighted(layer) ? [at] : []))
  const at = choice(draw, places)
  const layer: Layer = { kind: 'trap', options: {}, forward: (x) => trap.of(x) }
  return {
    cause: 'operation',
    about: `${trap.op} behind ${layerPaths(program.layers)[at]}`,
    model: sequential(...model.layers.slice(0, at + 1), layer, ...model.layers.slice(at + 1)),
    options,
    isRight: ({ op, layer, step }) => op === trap.op && layer === 'trap1' && step === 1,
  }
}

function flat(place: readonly number[], shape: readonly number[]): number {
  return place.reduce((index, at, axis) => index * shape[axis] + at, 0)
}

async function found({ model, options }: Case): Promise<FindingEvent | undefined> {
  let finding: FindingEvent | undefined
  const onEvent: FitOptions['onEvent'] = (event) => {
    if (event.type === 'finding' && event.code === 'non-finite') finding = event
  }
  try {
    await fit(model, { ...options, babysit: advise(), onEvent })
  } catch (error) {
    if (!(error instanceof ThalwegError)) throw error
  }
  return finding
}

const command: CommandDescription<{ readonly cases: number }> = {
  name: 'node --conditions=source bench/faults/first-nan.ts',
  about: 'Whether the first number that is none is found where it was put.',
  options: { cases: whole('N', 'injected numbers', 100, { least: 1, most: 100_000 }) },
}

await runCommand(command, async ({ cases }) => {
  const right = new Map<Case['cause'], number>()
  const all = new Map<Case['cause'], number>()
  for (let number = 0, made = 0; made < cases; number++) {
    const program = healthyProgram('tuning', number)
    const draw = random(1, `faults/first-nan/${number}`)
    const injected = injections[made % injections.length](buildProgram(program), program, draw)
    if (!injected) continue
    made++
    const finding = await found(injected)
    const isRight = finding?.origin !== undefined && injected.isRight(finding.origin)
    all.set(injected.cause, (all.get(injected.cause) ?? 0) + 1)
    right.set(injected.cause, (right.get(injected.cause) ?? 0) + Number(isRight))
    if (!isRight)
      console.log(`program ${number}, ${injected.cause}: ${injected.about}\n  said: ${finding?.message ?? 'nothing'}`)
  }
  for (const [cause, count] of all) console.log(`${cause}: ${right.get(cause)} of ${count} located`)
})
