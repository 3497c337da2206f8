/**
 * Every training run of golden.json: the model is built from PyTorch's printed architecture, starts at the same weights
 * and sees the same batches; the loss of every step, the weights and statistics at the end and the logits must agree.
 */
import { type Engine, recordStep, type SlotType } from 'thalweg/compile'
import { createVariable, type Variable } from 'thalweg/graph'
import { createStore, crossEntropy, forward, type NamedArray, type Store } from 'thalweg/nn'
import type { Optimizer } from 'thalweg/optim'
import { assign, gradients, Tensor, variableTensor } from 'thalweg/tensor'
import { describe, it } from 'vitest'
import { expectClose, type Tolerance } from './compare.ts'
import { arenas } from './engines.ts'
import { channelsLast } from './layouts.ts'
import { loadVectors, type VectorTensor } from './load.ts'
import { type BuiltModel, buildModel, numbersOf, parseArchitecture, parseArguments } from './torch-architecture.ts'
import { fromTorch } from './torch-optimizers.ts'

interface Case {
  readonly name: string
  readonly architecture: string
  readonly optimizer: string
  readonly batch: number
  readonly x: VectorTensor
  readonly labels: readonly number[]
  readonly initial: Readonly<Record<string, VectorTensor>>
  readonly losses: readonly number[]
  readonly final: Readonly<Record<string, VectorTensor>>
  readonly evalLogits: VectorTensor
}

const { cases } = loadVectors<{ cases: readonly Case[] }>('golden.json')

const tolerances: Readonly<Record<'double' | 'single', Tolerance>> = {
  double: { relative: 1e-9, absolute: 1e-13 },
  single: { relative: 1e-4, absolute: 1e-5 },
}

for (const { name, engine, precision } of arenas) {
  describe(`golden.json on ${name}`, () => {
    cases.forEach((each, number) => {
      const title = `${number} ${each.name} with ${each.optimizer}`
      const built = buildModel(parseArchitecture(each.architecture), channelsLast(each.x).shape.slice(1))
      const optimizer = optimizerOf(each.optimizer)
      if (built === undefined || optimizer === undefined) it.skip(title)
      else it(title, () => replay(engine, each, built, optimizer, tolerances[precision]))
    })
  })
}

function replay(engine: Engine, each: Case, built: BuiltModel, optimizer: Optimizer, tolerance: Tolerance): void {
  const store = createStore({ engine })
  store.load(inOurNames(each.initial, built))
  const x = channelsLast(each.x)
  const examples = x.shape[0]
  const width = x.data.length / examples
  const batches = Math.floor(examples / each.batch)
  const rowsOf = (batch: number) => [batch * each.batch, (batch + 1) * each.batch] as const
  const inputsOf = (batch: number) =>
    Float64Array.from(x.data.slice(rowsOf(batch)[0] * width, rowsOf(batch)[1] * width))
  const labelsOf = (batch: number) => Int32Array.from(each.labels.slice(...rowsOf(batch)))

  const inputs: SlotType = { name: 'x', shape: [each.batch, ...x.shape.slice(1)], dtype: 'float32' }
  const states: Variable[] = []
  const step = engine.compile(
    recordStep(
      [
        inputs,
        { name: 'labels', shape: [each.batch], dtype: 'int32' },
        { name: 'learningRate', shape: [], dtype: 'float32' },
        { name: 'step', shape: [], dtype: 'float32' },
      ],
      (nodes) => {
        const [batch, labels, learningRate, step] = nodes.map((node) => new Tensor(node))
        return [recordUpdate(built, optimizer, store, engine, states, batch, labels, { learningRate, step }).node]
      },
    ),
  )
  each.losses.forEach((expected, i) => {
    step.run([
      inputsOf(i % batches),
      labelsOf(i % batches),
      Float64Array.of(optimizer.learningRate),
      Float64Array.of(i + 1),
    ])
    expectClose(`loss of step ${i}`, step.read(0), [expected], tolerance)
  })

  const saved = store.save()
  for (const [path, expected] of Object.entries(inOurNames(each.final, built))) {
    expectClose(`${path} at the end`, saved[path].data, expected.data, tolerance)
  }
  const evaluation = engine.compile(
    recordStep([inputs], ([batch]) => [forward(built.model, new Tensor(batch), { store, training: false }).node]),
  )
  evaluation.run([inputsOf(0)])
  expectClose('logits', evaluation.read(0), each.evalLogits.data, tolerance)
  if (store.unclaimed().length > 0) throw new Error(`arrays that no layer took: ${store.unclaimed()}`)
  step.release()
  evaluation.release()
  store.release()
  for (const variable of states) engine.free(variable)
}

/** Loss of the batch; the new parameters and optimizer states are assigned. */
function recordUpdate(
  built: BuiltModel,
  optimizer: Optimizer,
  store: Store,
  engine: Engine,
  states: Variable[],
  x: Tensor,
  labels: Tensor,
  context: { readonly learningRate: Tensor; readonly step: Tensor },
): Tensor {
  const used: { variable: Variable; value: Tensor; at: Tensor; slots: Map<string, Variable> }[] = []
  const logits = forward(built.model, x, {
    store,
    training: true,
    substitute(variable, value) {
      const slots = new Map<string, Variable>()
      for (const [slot, { shape, value: first }] of Object.entries(optimizer.init(variable.shape))) {
        const state = createVariable({ name: `${optimizer.name}.${slot}.${variable.name}`, shape })
        engine.write(state, new Float64Array(shape.reduce((a, b) => a * b, 1)).fill(first))
        slots.set(slot, state)
        states.push(state)
      }
      const at = optimizer.lookahead?.(value, tensorsOf(slots), context) ?? value
      used.push({ variable, value, at, slots })
      return at
    },
  })
  const loss = crossEntropy().forward(logits, labels)
  const slopes = gradients(
    loss,
    used.map(({ at }) => at),
  )
  used.forEach(({ variable, value, slots }, i) => {
    const updated = optimizer.update(slopes[i], value, tensorsOf(slots), context)
    assign(variable, updated.parameter)
    for (const [slot, state] of slots) assign(state, updated.state[slot])
  })
  return loss
}

function tensorsOf(slots: ReadonlyMap<string, Variable>): Record<string, Tensor> {
  return Object.fromEntries([...slots].map(([name, variable]) => [name, variableTensor(variable)]))
}

/** PyTorch's arrays by our paths, in our layouts. `num_batches_tracked` counts steps and has no place here. */
function inOurNames(arrays: Readonly<Record<string, VectorTensor>>, built: BuiltModel): Record<string, NamedArray> {
  const known = new Map(built.arrays.map((mapping) => [mapping.theirs, mapping]))
  const named: Record<string, NamedArray> = {}
  for (const [theirs, value] of Object.entries(arrays)) {
    if (theirs.endsWith('num_batches_tracked')) continue
    const mapping = known.get(theirs)
    if (mapping === undefined) throw new Error(`no layer of the architecture has an array ${theirs}`)
    const { shape, data } = mapping.convert(value)
    named[mapping.ours] = { shape, dtype: 'float32', data: Float64Array.from(data) }
  }
  return named
}

/** `SGD lr=.1 momentum=.9 nesterov`, `Adam lr=.01 betas=(.8, .99)`; words in brackets are remarks. */
function optimizerOf(text: string): Optimizer | undefined {
  const [name, ...rest] = text.replace(/(^|\s)\([^)]*\)/g, '').split(/\s+(?=[a-z_]+(?:=|\s|$))/)
  const options: Record<string, unknown> = {}
  for (const part of rest) {
    const { positional, named } = parseArguments(part)
    for (const flag of positional) options[flag] = true
    for (const [option, value] of Object.entries(named)) {
      const values = numbersOf(value)
      options[option] = /true|false/i.test(value) ? /true/i.test(value) : values.length === 1 ? values[0] : values
    }
  }
  return fromTorch(name.trim(), options)
}
