/**
 * What a repair has to beat: random search (Bergstra and Bengio, JMLR 2012) over everything that a program's author chose,
 * with as many examples to train on as the repair took. A quarter of them goes into short trials, the rest into the trial
 * that validation liked best: for budgets as small as these that is stronger than a few whole trials.
 */
import { type Random, random } from 'thalweg/base'
import { type LayerSpec, type Program, weighted } from './program.ts'
import { choice, isImage, isRegression } from './sampler.ts'
import { type Outcome, runTrial } from './trial.ts'

const TRIALS = 8
const TRIAL_SHARE = 0.25

export async function randomSearch(program: Program, examples: number, seed: number): Promise<Outcome> {
  const draw = random(seed, 'faults/random-search')
  const rows = trainRows(program)
  const trials = Math.max(2, Math.min(TRIALS, Math.floor((TRIAL_SHARE * examples) / rows)))
  const trialEpochs = Math.max(1, Math.floor((TRIAL_SHARE * examples) / rows / trials))
  let best: { readonly candidate: Program; readonly score: number } | undefined
  let spent = 0
  for (let trial = 0; trial < trials; trial++) {
    const candidate = drawn(program, draw)
    const outcome = await runTrial({ ...candidate, epochs: trialEpochs }, 'off')
    spent += trialEpochs * rows
    const score = outcome.error === undefined ? outcome.validGain : -1
    if (best === undefined || score > best.score) best = { candidate, score }
  }
  const epochs = Math.max(1, Math.round((examples - spent) / rows))
  return runTrial({ ...(best?.candidate ?? program), epochs }, 'off')
}

export function trainRows({ data }: Program): number {
  const few = data.faults?.find((one) => one.fault === 'few-rows')
  return few ? few.rows : data.trainRows
}

/** Another program for the same data; where its author's choice is one among many, it is kept half of the time. */
function drawn(program: Program, draw: Random): Program {
  const keeps = () => draw.uniform() < 0.5
  const { name, low, high, options } = choice(draw, optimizers)
  const learningRate = Number((low * (high / low) ** draw.uniform()).toPrecision(3))
  const activation = keeps() ? undefined : choice(draw, ['relu', 'tanh', 'leakyRelu', 'gelu'])
  const initializer = keeps() ? undefined : choice(draw, ['he', 'xavier', 'lecun'])
  const drops = keeps() ? undefined : choice(draw, [0, 0.1, 0.3])
  const width = keeps() ? undefined : choice(draw, [16, 32, 64])
  const normalizes = keeps() ? undefined : choice(draw, [true, false])
  const end = weighted(program.layers).at(-1) ?? program.layers.length - 1
  const keepsEnding = keeps()
  const layers = program.layers.flatMap((layer, at): readonly LayerSpec[] => {
    if (at > end) return keepsEnding ? [layer] : []
    switch (layer.kind) {
      case 'dense':
      case 'conv': {
        const first =
          initializer === undefined ? layer : { ...layer, initializer: { name: initializer }, bias: undefined }
        const sized = first.kind === 'dense' && width !== undefined && at < end ? { ...first, units: width } : first
        const isBare = program.layers[at + 1]?.kind === 'dense'
        return [
          sized,
          ...(normalizes && at < end ? [{ kind: 'batchNorm' as const }] : []),
          ...(isBare && activation !== undefined ? [{ kind: 'activation' as const, name: activation }] : []),
        ]
      }
      case 'batchNorm':
        return normalizes === undefined ? [layer] : []
      case 'activation':
        return [activation === undefined ? layer : { ...layer, name: activation }]
      case 'dropout':
        return drops === undefined ? [layer] : drops === 0 ? [] : [{ ...layer, rate: drops }]
      default:
        return [layer]
    }
  })
  const { clipNorm, frozen, ...rest } = program
  return {
    ...rest,
    layers,
    optimizer: { name, options: { learningRate, ...options } },
    batchSize: choice(draw, [16, 32, 64, 128]),
    loss: keeps()
      ? program.loss
      : { name: isRegression(program.data) ? choice(draw, ['meanSquaredError', 'huber']) : 'crossEntropy' },
    shuffled: keeps() ? program.shuffled : true,
    data: { ...program.data, faults: [...(program.data.faults ?? []), ...(keeps() ? [] : rescaling(program, draw))] },
    ...(clipNorm !== undefined && keeps() && { clipNorm }),
    ...(frozen !== undefined && keeps() && { frozen }),
  }
}

function rescaling({ data }: Program, draw: Random): NonNullable<Program['data']['faults']> {
  const targets = isRegression(data) && draw.uniform() < 0.5
  return [{ fault: 'rescaled', targets, columns: !isImage(data) }]
}

/** Those of the sampler and more, over three decades each. */
const optimizers: readonly {
  readonly name: string
  readonly low: number
  readonly high: number
  readonly options?: { readonly momentum: number }
}[] = [
  { name: 'adam', low: 1e-4, high: 0.1 },
  { name: 'rmsprop', low: 1e-4, high: 0.1 },
  { name: 'sgd', low: 1e-3, high: 1 },
  { name: 'sgd', low: 1e-3, high: 1, options: { momentum: 0.9 } },
]
