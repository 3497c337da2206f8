/** Whether the batches of a training have a variance at all, which the article's population formula is a mean of. */
import { type Shape, sizeOf, ThalwegError } from '../../base/index.ts'
import { createNode } from '../../graph/index.ts'
import { createStore, forward, type Model } from '../../nn/index.ts'
import { Tensor } from '../../tensor/index.ts'
import { isBatchNorm } from './layers.ts'

/**
 * Read off the recorded model, without computing anything: a batch norm needs two values per channel, and gets
 * batch x height x width of them. Smaller batches beside the largest are left out of the mean of the variances.
 *
 * @param examples in the largest batch
 * @throws ThalwegError `train/bad-option`
 */
export function checkBatchVariance(model: Model, inputShape: Shape, examples: number): void {
  const x = new Tensor(createNode('input', [], { name: 'x', shape: [examples, ...inputShape], dtype: 'float32' }))
  const values = new Map<string, number>()
  forward(model, x, {
    store: createStore({ engine: 'none' }),
    training: false,
    observe({ path, layer, input }) {
      if (!isBatchNorm(layer)) return
      values.set(path, Math.max(values.get(path) ?? 0, sizeOf(input.shape.slice(0, -1))))
    },
  })
  const [path] = [...values].find(([, count]) => count < 2) ?? []
  if (path === undefined) return
  throw new ThalwegError('train/bad-option', {
    rule: "fit: statistics 'article' needs batches of at least two values per channel",
    received: `batches of ${examples === 1 ? '1 example' : `${examples} examples`}, 1 value per channel in ${path}`,
    try: "give batchSize 2 or more, or statistics: 'exact'",
  })
}
