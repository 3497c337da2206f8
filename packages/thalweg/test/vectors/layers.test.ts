/** Every activation, layer and loss of layers.json: its output and the gradient of each of its inputs. */
import { type Engine, recordStep, type SlotType } from 'thalweg/compile'
import { batchMoments, createStore, forward, populationMoments } from 'thalweg/nn'
import { gradients, mul, sum, Tensor, tensor } from 'thalweg/tensor'
import { describe, it } from 'vitest'
import { expectClose, type Tolerance } from './compare.ts'
import { arenas } from './engines.ts'
import { loadVectors, type VectorTensor } from './load.ts'
import { type LayerCase, type Subject, subjectOf } from './subjects.ts'

const { cases } = loadVectors<{ cases: readonly LayerCase[] }>('layers.json')

const tolerances: Readonly<Record<'double' | 'single', Tolerance>> = {
  double: { relative: 1e-9, absolute: 1e-12 },
  single: { relative: 1e-4, absolute: 2e-6 },
}

for (const { name, engine, precision } of arenas) {
  describe(`layers.json on ${name}`, () => {
    cases.forEach((each, number) => {
      const title = `${number} ${each.kind} ${each.name} ${brief(each.options)}`
      const subject = subjectOf(each)
      if (subject === undefined) it.skip(title)
      else if (each.name === 'batchNormPopulation') {
        it(title, () => replayPopulation(engine, each, subject, tolerances[precision]))
      } else it(title, () => replay(engine, each, subject, tolerances[precision]))
    })
  })
}

/** One step: the layer forward in the mode of the case, and back from its upstream gradient. */
function replay(engine: Engine, each: LayerCase, subject: Subject, tolerance: Tolerance): void {
  const store = createStore({ engine })
  store.load(subject.values)
  const wrt: { path: string; value: Tensor }[] = []
  const x = subject.x
  const upstream = each.upstream && subject.output.toOurs(each.upstream)
  const slots: SlotType[] = x ? [{ name: 'x', shape: x.shape, dtype: 'float32' }] : []
  const plan = engine.compile(
    recordStep(slots, ([slot]) => {
      const input = slot ? new Tensor(slot) : subject.indices()
      if (x) wrt.push({ path: 'x', value: input })
      const output = forward(subject.model, input, {
        store,
        training: subject.training,
        substitute(variable, value) {
          wrt.push({ path: variable.name, value })
          return value
        },
      })
      if (upstream === undefined) return [output.node]
      const loss = sum(mul(output, tensor([...upstream.data], upstream.shape)))
      const found = gradients(
        loss,
        wrt.map(({ value }) => value),
      )
      return [output.node, ...found.map(({ node }) => node)]
    }),
  )
  plan.run(x ? [Float64Array.from(x.data)] : [])
  expectClose('output', plan.read(0), subject.output.toOurs(each.output).data, tolerance)
  const compared = upstream === undefined ? [] : wrt
  compared.forEach(({ path }, position) => {
    const expected = subject.gradients[path]
    if (expected === undefined) throw new Error(`the case has no gradient of ${path}`)
    expectClose(`gradient of ${path}`, plan.read(position + 1), expected.data, tolerance)
  })
  if (compared.length !== Object.keys(subject.gradients).length)
    throw new Error('a gradient of the case was not compared')
  const states = store.save()
  for (const [path, expected] of Object.entries(subject.statesAfter)) {
    expectClose(path, states[path].data, expected.data, tolerance)
  }
  plan.release()
  store.release()
}

/** The article's test-time batch norm: statistics of five batches, then one batch under them. */
function replayPopulation(engine: Engine, each: LayerCase, subject: Subject, tolerance: Tolerance): void {
  const batches = each.inputs.batches as unknown as readonly VectorTensor[]
  const { mean, variance } = populationMoments(batches.map(({ data, shape }) => batchMoments(data, shape)))
  const exact = { relative: 1e-12, absolute: 1e-14 }
  if (each.population) {
    expectClose('population mean', mean, each.population.mean.data, exact)
    expectClose('population variance', variance, each.population.variance.data, exact)
  }
  const shape = [mean.length]
  const values = {
    ...subject.values,
    runningMean: { shape, dtype: 'float32' as const, data: mean },
    runningVariance: { shape, dtype: 'float32' as const, data: variance },
  }
  replay(engine, each, { ...subject, values }, tolerance)
}

function brief(options: Readonly<Record<string, unknown>>): string {
  const text = JSON.stringify(options)
  return text.length > 90 ? `${text.slice(0, 90)}...` : text
}
