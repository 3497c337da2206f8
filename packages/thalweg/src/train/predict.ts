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
  /** Softmax of the logits, `[examples, classes.length]`, row-major. */
  readonly probabilities: Float32Array
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

/**
 * Predicts for `inputs`, `[examples, ...inputShape]` row-major.
 *
 * @throws ThalwegError `train/bad-inputs` when the values do not make whole examples
 */
export function predict(model: Model, inputs: ArrayLike<number>, options: PredictOptions): Prediction {
  const { store, inputShape, target, engine = defaultEngine() } = options
  const width = sizeOf(inputShape)
  const examples = inputs.length / width
  if (!Number.isInteger(examples)) throw badInputs(inputs.length, inputShape)
  const step = createStep(engine, ([batch]) => {
    const outputs = forward(model, new Tensor(batch), { store, training: false })
    return [target.kind === 'class' ? softmax(outputs).node : outputs.node]
  })
  const outputWidth = target.kind === 'class' ? target.classes.length : target.names.length
  const values = new Float32Array(examples * outputWidth)
  const source = inputs instanceof Float32Array ? inputs : Float32Array.from(inputs)
  try {
    for (let start = 0; start < examples; start += EVALUATION_BATCH) {
      const end = Math.min(start + EVALUATION_BATCH, examples)
      const plan = step.plan([{ name: 'inputs', shape: [end - start, ...inputShape], dtype: 'float32' }])
      plan.run([source.subarray(start * width, end * width)])
      values.set(plan.read(0), start * outputWidth)
    }
  } finally {
    step.release()
  }
  if (target.kind === 'number') return { kind: 'number', names: target.names, numbers: values }
  const labels = Int32Array.from({ length: examples }, (_, i) => largest(values, i * outputWidth, outputWidth))
  return { kind: 'class', classes: target.classes, labels, probabilities: values }
}

function badInputs(count: number, inputShape: Shape): ThalwegError {
  return new ThalwegError('train/bad-inputs', {
    rule: `predict: the values must make whole examples of shape ${formatShape(inputShape)}`,
    received: `${count} values`,
    try: `give ${sizeOf(inputShape)} values for each example`,
  })
}
