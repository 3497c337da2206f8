/**
 * Draws the charts of the documentation, with the library's own activations and initializers and the drawing code of the
 * command line: `tsx --conditions=source scripts/charts.ts`.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { digits, fitInputs, preprocessed } from 'thalweg/data'
import { inspect } from 'thalweg/diagnose'
import {
  createStore,
  elu,
  forward,
  gelu,
  hardSigmoid,
  hardSwish,
  hardTanh,
  type Initializer,
  type Layer,
  leakyRelu,
  mish,
  relu,
  selu,
  sigmoid,
  silu,
  smallRandom,
  softplus,
  softsign,
  summary,
  tanh,
  unitRandom,
  xavier,
} from 'thalweg/nn'
import { compiled, gradients, sum } from 'thalweg/tensor'
import { inspectionSvg } from '../packages/cli/src/inspect/picture.ts'
import { shownPaths } from '../packages/cli/src/inspect/rows.ts'
import { type LineChart, lineChartSvg, type Series } from '../packages/cli/src/plot/line-chart.ts'
import { deepModel, describeDeep } from '../packages/cli/src/recipes/deep.ts'

const IMAGES = join(import.meta.dirname, '../docs/images')
const REACH = 3
/** Fine enough for kinks to look like kinks. */
const POINTS = 181

/** Values and slopes of each activation in a family, one chart below the other. */
function family(title: string, layers: Readonly<Record<string, Layer>>): string {
  const xs = Float64Array.from({ length: POINTS }, (_, i) => -REACH + (2 * REACH * i) / (POINTS - 1))
  const curves = Object.entries(layers).map(([name, layer]) => {
    const store = createStore()
    const run = compiled((x) => {
      const y = forward(layer, x, { store, training: false })
      return [y, gradients(sum(y), [x])[0]]
    })
    return { name, curves: run({ data: xs, shape: [POINTS, 1] }) }
  })
  const chart = (what: 0 | 1, label: string, domain: readonly [number, number]): LineChart => ({
    title: what === 0 ? title : 'Slopes',
    x: { label: 'x', domain: [-REACH, REACH] },
    y: { label, domain },
    series: curves.map(({ name, curves }): Series => {
      return { name, points: Array.from(xs, (x, i) => [x, curves[what][i]] as const) }
    }),
  })
  const lows = curves.map(({ curves }) => Math.min(...curves[0]))
  const highs = curves.map(({ curves }) => Math.max(...curves[0]))
  const values = [Math.floor(Math.min(...lows)), Math.ceil(Math.max(...highs))] as const
  const slopes = curves.flatMap(({ curves }) => [...curves[1]])
  const steepest = [
    Math.min(0, Math.floor(Math.min(...slopes) * 5) / 5),
    Math.ceil(Math.max(...slopes) * 5) / 5,
  ] as const
  return lineChartSvg([chart(0, 'value', values), chart(1, 'slope', steepest)], { height: 300 })
}

async function firstWeights(initializer: Initializer): Promise<string> {
  const images = digits({ size: 2000, seed: 1 })
  const train = preprocessed(images, fitInputs(images))
  const deep = { depth: 10, width: 256, activation: 'tanh' }
  const model = deepModel(deep, train)
  const { layers } = await inspect(model, train, {
    seed: 1,
    store: createStore({ seed: 1, initializer }),
    layers: shownPaths(summary(model, train.inputShape)),
    bins: 48,
    range: 'shared',
  })
  return inspectionSvg(layers, {
    weights: initializer.description ?? 'custom',
    network: describeDeep(deep),
    seen: '128 examples of digits, seed 1',
  })
}

const write = (name: string, svg: string): void => writeFileSync(join(IMAGES, `${name}.svg`), svg)

write(
  'activations-bounded',
  family('Bounded', {
    sigmoid: sigmoid(),
    tanh: tanh(),
    softsign: softsign(),
    hardSigmoid: hardSigmoid(),
    hardTanh: hardTanh(),
  }),
)
write(
  'activations-rectifiers',
  family('Rectifiers', { relu: relu(), 'leakyRelu, 0.1': leakyRelu({ slope: 0.1 }), elu: elu(), selu: selu() }),
)
write(
  'activations-smooth',
  family('Smooth rectifiers', {
    gelu: gelu(),
    silu: silu(),
    mish: mish(),
    softplus: softplus(),
    hardSwish: hardSwish(),
  }),
)
write('initialization-small-random', await firstWeights(smallRandom()))
write('initialization-unit-random', await firstWeights(unitRandom()))
write('initialization-xavier', await firstWeights(xavier()))
