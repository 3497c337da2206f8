/** What can be said about a model before it is trained: read off the recorded step, without computing anything. */
import { type Shape, sizeOf } from '../base/index.ts'
import { createNode, type Node, type Variable } from '../graph/index.ts'
import { createStore, forward, type Model } from '../nn/index.ts'
import { Tensor } from '../tensor/index.ts'
import { type Condition, type Finding, findingOf } from './finding.ts'

/**
 * Notes about `model` for examples of `inputShape`. One so far: `bias-before-batch-norm`, a bias whose sum batch norm (or
 * instance norm) takes off again. Its gradient is 0 but for rounding; an optimizer that divides by the size of gradients
 * makes it wander nevertheless, and the running means with it.
 *
 * @param batchSize for models that take no other
 * @throws ThalwegError with the layer's path where shapes do not fit
 */
export function modelFindings(model: Model, inputShape: Shape, batchSize = 2): Finding[] {
  const input = (name: string, shape: Shape, dtype: 'float32' | 'int32') =>
    new Tensor(createNode('input', [], { name, shape, dtype }))
  const findings: Finding[] = []
  forward(model, input('x', [batchSize, ...inputShape], 'float32'), {
    store: createStore({ engine: 'none' }),
    training: true,
    random: { seed: input('seed', [2], 'int32'), step: input('step', [], 'int32') },
    assign: () => undefined,
    observe({ path, layer, input }) {
      const bias = layer.centersChannels ? biasIn(input.node) : undefined
      if (bias) findings.push(lostBias(bias, path))
    },
  })
  return findings
}

/** The trained variable of one value per channel that is added last, whoever adds it. */
function biasIn(node: Node): Variable | undefined {
  if (node.op !== 'add') return undefined
  const channels = node.shape.at(-1)
  for (let operand of node.inputs) {
    while (operand.op === 'broadcast' || operand.op === 'reshape') [operand] = operand.inputs
    if (operand.op !== 'variable') continue
    const { variable } = operand.attributes
    if (variable.trainable && variable.shape.at(-1) === channels && sizeOf(variable.shape) === channels) return variable
  }
  return undefined
}

export const biasBeforeBatchNorm: Condition = {
  code: 'bias-before-batch-norm',
  severity: 'info',
  about:
    'A bias is added right before a batch norm (or an instance norm), which takes the mean of every channel off again, ' +
    'and the bias with it. Its gradient is 0 but for rounding; an optimizer that divides by the size of gradients makes ' +
    'it wander nevertheless, and the running means with it.',
  rule: 'values that are trained and change nothing',
  threshold: 0,
  cause: 'the layer was made with a bias, and a batch norm follows it',
  try: 'leave it out, with bias: false; sequential(...) drops a bias right before batchNorm() by itself',
  source: 'the article, section 5; Ioffe and Szegedy, ICML 2015, section 3.2',
}

function lostBias({ name, shape }: Variable, norm: string): Finding {
  const dot = name.lastIndexOf('.')
  const sign = {
    measured: sizeOf(shape),
    layer: name.slice(0, Math.max(0, dot)),
    message: `${name} is taken off again by ${norm}, together with the mean; the beta of ${norm} takes its place`,
    try: `leave it out, with ${name.slice(dot + 1)}: false; sequential(...) drops a bias right before batchNorm() by itself`,
  }
  return findingOf(biasBeforeBatchNorm, sign, 0)
}
