/** What a trained model says about new examples, in inference mode. */
import { formatShape, type Shape, sizeOf, ThalwegError } from '../base/index.ts'
import { createStep, defaultEngine, type Engine } from '../compile/index.ts'
import type { Target } from '../data/index.ts'
import { forward, type Model, type Store } from '../nn/index.ts'
import { softmax, Tensor } from '../tensor/index.ts'
import { EVALUATION_BATCH } from './evaluate.ts'
import { largest } from './metrics.ts'

export type Prediction = ClassPrediction | NumberPrediction

export interface ClassPrediction {
  readonly kind: 'class'
  readonly classes: readonly string[]
  /** The likeliest class of each example, `[examples]`: positions in `classes`. */
  readonly labels: Int32Array
  /** Its name for each example: `classes[labels[i]]`. */
  readonly labelNames: readonly string[]
  /** Softmax of the logits, `[examples, classes.length]`, row-major. */
  readonly probabilities: Float32Array
  /** What the model said before the softmax, `[examples, classes.length]`, row-major. */
  readonly logits: Float32Array
}

export interface NumberPrediction {
  readonly kind: 'number'
  readonly names: readonly string[]
  /** `[examples, names.length]`, row-major, in the units that the model was trained on. */
  readonly numbers: Float32Array
}

export interface PredictOptions {
  readonly store: Store
  readonly inputShape: Shape
  readonly target: Target
  readonly engine?: Engine
}

/** Numbers in a row, or an array of examples, each of them nested as deep as one likes. */
export type PredictInputs = ArrayLike<number> | readonly NestedNumbers[]
export type NestedNumbers = ArrayLike<number> | readonly NestedNumbers[]

/**
 * Predicts for `inputs`, `[examples, ...inputShape]`.
 *
 * @throws ThalwegError `train/bad-inputs` when the values do not make whole examples, or are not finite numbers
 */
export function predict(model: Model, inputs: PredictInputs, options: PredictOptions): Prediction {
  const { store, inputShape, target, engine = defaultEngine() } = options
  const width = sizeOf(inputShape)
  const source = valuesOf(inputs, inputShape)
  const examples = source.length / width
  const step = createStep(engine, ([batch]) => {
    const outputs = forward(model, new Tensor(batch), { store, training: false })
    return target.kind === 'class' ? [outputs.node, softmax(outputs).node] : [outputs.node]
  })
  const outputWidth = target.kind === 'class' ? target.classes.length : target.names.length
  const values = new Float32Array(examples * outputWidth)
  const probabilities = new Float32Array(target.kind === 'class' ? values.length : 0)
  try {
    for (let start = 0; start < examples; start += EVALUATION_BATCH) {
      const end = Math.min(start + EVALUATION_BATCH, examples)
      const plan = step.plan([{ name: 'inputs', shape: [end - start, ...inputShape], dtype: 'float32' }])
      plan.run([source.subarray(start * width, end * width)])
      values.set(plan.read(0), start * outputWidth)
      if (target.kind === 'class') probabilities.set(plan.read(1), start * outputWidth)
    }
  } finally {
    step.release()
  }
  if (target.kind === 'number') return { kind: 'number', names: target.names, numbers: values }
  const labels = Int32Array.from({ length: examples }, (_, i) => largest(probabilities, i * outputWidth, outputWidth))
  const labelNames = Array.from(labels, (label) => target.classes[label])
  return { kind: 'class', classes: target.classes, labels, labelNames, probabilities, logits: values }
}

function valuesOf(inputs: PredictInputs, inputShape: Shape): Float32Array {
  const width = sizeOf(inputShape)
  const values = areExamples(inputs) ? fromExamples(inputs, inputShape) : floats(inputs)
  if (values.length % width !== 0) {
    throw badInputs(inputShape, `${values.length} values`, `give ${width} values for each example`)
  }
  const at = values.findIndex((value) => !Number.isFinite(value))
  if (at < 0) return values
  const place = `${values[at]} in example ${Math.floor(at / width)} (from 0)`
  throw badInputs(inputShape, place, 'give finite numbers, filled in and scaled as those that the model was trained on')
}

function fromExamples(examples: readonly NestedNumbers[], inputShape: Shape): Float32Array {
  const width = sizeOf(inputShape)
  const values = new Float32Array(examples.length * width)
  for (const [index, example] of examples.entries()) {
    const numbers = flat(example)
    if (numbers.length !== width) {
      const received = `${numbers.length} values in example ${index} (from 0)`
      throw badInputs(inputShape, received, `give ${width} values for each example`)
    }
    values.set(numbers, index * width)
  }
  return values
}

function flat(values: NestedNumbers): ArrayLike<number> {
  if (!areExamples(values)) return values
  return values.flatMap((part) => Array.from(flat(part)))
}

function areExamples(values: PredictInputs): values is readonly NestedNumbers[] {
  return Array.isArray(values) && typeof values[0] === 'object'
}

function floats(values: ArrayLike<number>): Float32Array {
  return values instanceof Float32Array ? values : Float32Array.from(values)
}

function badInputs(inputShape: Shape, received: string, advice: string): ThalwegError {
  return new ThalwegError('train/bad-inputs', {
    rule: `predict: the values must make whole examples of shape ${formatShape(inputShape)}`,
    received,
    try: advice,
  })
}
