/** A run that was saved (save-run.ts), ready to predict with. Node only. */
import { formatShape, type Shape, sameShape, ThalwegError } from '../base/index.ts'
import { defaultEngine, type Engine } from '../compile/index.ts'
import { type Dataset, type Preprocessing, readPreprocessing, type Target } from '../data/index.ts'
import { createNode } from '../graph/index.ts'
import {
  build,
  createStore,
  crossEntropy,
  type Loss,
  type Model,
  meanSquaredError,
  type NamedArray,
  type Store,
} from '../nn/index.ts'
import { Tensor } from '../tensor/index.ts'
import { mendedModel } from './apply-patch.ts'
import { namedArrays } from './array-names.ts'
import { parseState, printState } from './checkpoint.ts'
import { evaluate } from './evaluate.ts'
import { listFiles, readBytes } from './files.ts'
import type { Metrics } from './metrics.ts'
import { type PredictInputs, type Prediction, predict } from './predict.ts'
import { decodeSafetensors } from './safetensors.ts'
import { PREPROCESSING, RECORD, type RunRecord, WEIGHTS } from './save-run.ts'

/** A trained model as it was saved. */
export interface LoadedRun
  extends Pick<RunRecord, 'inputShape' | 'target' | 'epochs' | 'bestEpoch' | 'steps' | 'history'> {
  readonly model: Model
  readonly store: Store
  /** What its inputs went through: predictions need it done to theirs, by `encodeTable` or `applyTransforms`. */
  readonly preprocessing: Preprocessing | undefined
  /** On the test part, as it was measured then. */
  readonly test: Metrics | undefined
  /** As the run's own: examples of `inputShape`, preprocessed. */
  predict(inputs: PredictInputs): Prediction
  evaluate(dataset: Dataset): Promise<Metrics>
}

export interface LoadRunOptions {
  /** What to evaluate by, where it was not the plain `crossEntropy()` or `meanSquaredError()`. */
  readonly loss?: Loss | undefined
  readonly engine?: Engine | undefined
}

/**
 * The run that `run.save` wrote into `folder`, for a model that is built as it was then. Where a babysitter changed the
 * model on the way, so does this.
 *
 * @throws ThalwegError `train/read-failed`, `train/bad-run`, `train/bad-checkpoint` for files that are missing or damaged;
 * `train/other-model` for weights of another model; `data/bad-preprocessing`
 */
export async function loadRun(folder: string, asBuilt: Model, options: LoadRunOptions = {}): Promise<LoadedRun> {
  const { engine = defaultEngine() } = options
  const record = readRecord(await readText(`${folder}/${RECORD}`), `${folder}/${RECORD}`)
  const preprocessing = await readPreprocessingOf(folder)
  const weights = await loadWeights(folder)
  const { inputShape, target, epochs, bestEpoch, steps, history, test } = record
  const model = mendedModel(asBuilt, record.mends)
  refuseOtherModel(folder, model, inputShape, weights)
  const store = createStore({ engine })
  store.load(weights)
  buildOn(model, inputShape, store)
  const kept = { inputShape, target, epochs, bestEpoch, steps, history, test }
  return {
    ...kept,
    model,
    store,
    preprocessing,
    predict: (inputs) => predict(model, inputs, { store, inputShape, target, engine }),
    async evaluate(dataset) {
      return evaluate(model, dataset, { store, loss: options.loss ?? lossOf(record, folder), engine })
    },
  }
}

/**
 * The parameters and running statistics alone, for `store.load`.
 *
 * @throws ThalwegError `train/read-failed`, `train/bad-checkpoint`
 */
export async function loadWeights(folder: string): Promise<Record<string, NamedArray>> {
  const file = `${folder}/${WEIGHTS}`
  const { arrays } = await decodeSafetensors(await readBytes(file), file)
  return namedArrays(arrays)
}

async function readText(file: string): Promise<string> {
  return new TextDecoder().decode(await readBytes(file))
}

async function readPreprocessingOf(folder: string): Promise<Preprocessing | undefined> {
  if (!(await listFiles(folder)).includes(PREPROCESSING)) return undefined
  const file = `${folder}/${PREPROCESSING}`
  return readPreprocessing(parsed(await readText(file), file), file)
}

function readRecord(text: string, file: string): RunRecord {
  const value = parsed(text, file)
  if (isRecord(value)) return value
  throw badRun(file, 'another kind of JSON')
}

function parsed(text: string, file: string): unknown {
  try {
    return parseState(text)
  } catch (cause) {
    throw badRun(file, cause instanceof Error ? cause.message : String(cause))
  }
}

/** What is relied upon; the rest is for people to read. */
function isRecord(value: unknown): value is RunRecord {
  if (typeof value !== 'object' || value === null) return false
  if (!('version' in value && 'inputShape' in value && 'target' in value && 'history' in value)) return false
  const { version, inputShape, target, history } = value
  return version === 1 && isShape(inputShape) && isTarget(target) && Array.isArray(history)
}

function isShape(value: unknown): value is Shape {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size > 0)
}

function isTarget(value: unknown): value is Target {
  if (typeof value !== 'object' || value === null || !('kind' in value)) return false
  const names = value.kind === 'class' && 'classes' in value ? value.classes : 'names' in value && value.names
  return Array.isArray(names) && names.every((name) => typeof name === 'string')
}

function lossOf({ loss, target }: RunRecord, folder: string): Loss {
  const usual = target.kind === 'class' ? crossEntropy() : meanSquaredError()
  const { name, options } = usual
  if (printState({ name, options }) === printState(loss)) return usual
  throw new ThalwegError('train/bad-option', {
    rule: `loadRun ${folder}: to evaluate, the loss must be given where it was not ${name}() alone`,
    received: `a run trained by ${loss.name} ${printState(loss.options)}, and no loss`,
    try: `loadRun(folder, model, { loss: ${loss.name}(...) })`,
  })
}

/** Makes what the model needs for one example. */
function buildOn(model: Model, inputShape: Shape, store: Store): void {
  const input = createNode('input', [], { name: 'inputs', shape: [1, ...inputShape], dtype: 'float32' })
  build(model, new Tensor(input), store)
}

/** Before anything is loaded: by what the model needs, and not by what goes wrong where the weights do not fit. */
function refuseOtherModel(
  folder: string,
  model: Model,
  inputShape: Shape,
  weights: Readonly<Record<string, NamedArray>>,
): void {
  const needed = createStore({ engine: 'none' })
  try {
    buildOn(model, inputShape, needed)
  } catch (cause) {
    if (!(cause instanceof ThalwegError)) throw cause
    throw otherModel(folder, `for inputs ${formatShape(inputShape)}: ${cause.rule} (${cause.received})`, cause)
  }
  for (const { path, variable } of needed.entries.values()) {
    if (!Object.hasOwn(weights, path)) throw otherModel(folder, `a model with ${path}, which is not in the file`)
    const { shape } = weights[path]
    if (sameShape(shape, variable.shape)) continue
    throw otherModel(folder, `${path} ${formatShape(shape)} in the file, ${formatShape(variable.shape)} in the model`)
  }
  const extra = Object.keys(weights).find((path) => !needed.entries.has(path))
  if (extra === undefined) return
  throw otherModel(folder, `${extra} ${formatShape(weights[extra].shape)} in the file, which the model does not have`)
}

function otherModel(folder: string, received: string, cause?: ThalwegError): ThalwegError {
  return new ThalwegError('train/other-model', {
    rule: `loadRun ${folder}: the model must be the one that was trained`,
    received,
    try: 'build the model with the same layers and names as it was trained with',
    cause,
  })
}

function badRun(file: string, received: string): ThalwegError {
  return new ThalwegError('train/bad-run', {
    rule: `read ${file}: it must be what run.save wrote`,
    received,
    try: 'save the run again, or take the file from a copy',
  })
}
