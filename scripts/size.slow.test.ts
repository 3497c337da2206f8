import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { bundle, PROGRAMS, sizeOf } from './size.ts'

/**
 * Kilobytes, gzipped, that nothing may pass unnoticed. They are not the goals, which were 60 in full and 45 for `fit` with
 * dense layers: what writes the kernels of a dense net is 27 by itself, what plans them 17. `npm run size -- fit` says what weighs.
 */
const CEILINGS = { full: 228, fit: 80, tensor: 56 }

test.each(Object.entries(CEILINGS))('%s stays below %d KB', async (name, ceiling) => {
  const program = Object.entries(PROGRAMS).find(([each]) => each === name)?.[1] ?? ''
  const { gzipped, minified } = await sizeOf(program)
  expect(gzipped / 1024).toBeLessThan(ceiling)
  // A bundle that has lost its content would be small too.
  expect(minified / 1024).toBeGreaterThan(ceiling)
})

test('a program that trains dense layers carries nothing of what it does not name', async () => {
  const { files } = await sizeOf(PROGRAMS.fit)
  const strangers =
    /^(backend\/wasm\/(contraction\/(conv|kernel|wino)|kernels\/(pool|window|gather)|math\/(trig|error)|wide)|train\/(statistics|checkpoint|safetensors|files)|data\/(augment|generate|idx|named|preprocess|table)|tune|optim\/(schedules|surfaces)|nn\/(dropout|fold|conv|batch-norm|embedding)|backend\/contract)/
  expect([...files.keys()].filter((path) => strangers.test(path))).toEqual([])
  expect(files.has('nn/dense.ts')).toBe(true)
})

/** What a program prints that has a process and its bundle to itself. */
async function printed(program: string): Promise<unknown> {
  const { outputFiles } = await bundle(program)
  const text = execFileSync(process.execPath, ['--input-type=module'], {
    input: outputFiles[0].text,
    env: { ...process.env, THALWEG_THREADS: '1' },
    encoding: 'utf8',
  })
  return JSON.parse(text)
}

/** Kernels are provided by the functions that make nodes of them; beside others, each would find theirs. */
test.each([
  ['conv2d', 'conv2d(tensor([[[[1], [2]]]]), tensor([[[[3]]]]))', [3, 6]],
  ['maxPool', 'maxPool(tensor([[[[1], [2]]]]), { window: [1, 2] })', [2]],
  ['averagePool', 'averagePool(tensor([[[[1], [2]]]]), { window: [1, 2] })', [1.5]],
  ['gather', 'gather(tensor([4, 5, 6]), tensor(Int32Array.of(2, 0)))', [6, 4]],
  ['scatterAdd', 'scatterAdd(tensor([4, 5]), tensor(Int32Array.of(1, 1)), { size: 2 })', [0, 9]],
  ['argmax', 'argmax(tensor([4, 6, 5]))', [1]],
  ['sin', 'sin(tensor([0]))', [0]],
  ['cos', 'cos(tensor([0]))', [1]],
  ['erf', 'erf(tensor([0]))', [0]],
  [
    'uniform',
    'uniform([3], { seed: tensor(Int32Array.of(1, 2)), step: scalar(1, "int32"), stream: 1 }).mul(0)',
    [0, 0, 0],
  ],
])('a bundle of %s has its kernels and those of its gradient', async (name, expression, expected) => {
  const values = await printed(`import { gradients, scalar, ${name}, tensor } from 'thalweg/tensor'
const result = ${expression}
const sources = result.node.inputs.filter(({ dtype }) => dtype === 'float32').map((node) => new result.constructor(node))
if (result.dtype === 'float32') for (const slope of gradients(result.sum(), sources)) slope.read()
console.log(JSON.stringify([...result.read()]))`)
  expect(values).toEqual(expected)
})

test('a bundle of a transposed convolution has its kernels', async () => {
  const size = await printed(`import { convTranspose2d, createStore, forward } from 'thalweg/nn'
import { tensor } from 'thalweg/tensor'
const outputs = forward(convTranspose2d(1, 2), tensor([[[[1]]]]), { store: createStore(), training: false })
console.log(outputs.read().length)`)
  expect(size).toBe(4)
})

test('a bundle of fit with dense layers trains without loading anything later', async () => {
  const accuracy = await printed(`${PROGRAMS.fit.replaceAll('export', 'import')}
const inputs = Float32Array.from({ length: 64 }, (_, i) => (i % 2 === 0 ? -1 : 1) + i / 1000)
const train = arrays({ inputs, inputShape: [1], labels: Int32Array.from(inputs, (x) => Number(x > 0)) })
const model = sequential(dense(4), relu(), dense(2))
const run = await fit(model, { train, valid: train, loss: crossEntropy(), optimizer: adam(), epochs: 60, batchSize: 20 })
console.log(run.history.at(-1).validAccuracy)`)
  expect(accuracy).toBe(1)
})
