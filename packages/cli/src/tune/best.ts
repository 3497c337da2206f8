/** The best configuration as an experiment file that stands by itself: `thalweg train best.ts` repeats the trial. */
import path from 'node:path'
import { batchCount, type Dataset } from 'thalweg/data'
import type { Trial } from 'thalweg/tune'
import { functionOf, unitsBefore } from '../recipes/activations.ts'
import type { ModelDescription } from '../recipes/model.ts'
import { LEAST_STEPS_OF_A_CYCLE } from '../recipes/schedule.ts'
import type { BuiltIn } from './built-in.ts'
import type { StudyManifest } from './folder.ts'
import type { Tunable } from './tunable.ts'

/** Nothing where the search file cannot be made into an experiment: it has no `export default` at the beginning of a line. */
export function bestFile(
  trial: Trial,
  { kind, epochs }: Tunable,
  manifest: StudyManifest,
  folder: string,
): string | undefined {
  const value = `${manifest.metric} ${trial.value}`
  const budget = trial.budget < epochs ? ` (of the ${epochs} that the best are given)` : ''
  const header = `/** Trial ${trial.trial + 1} of the search over ${path.basename(manifest.target)}: ${value} after ${trial.budget} epochs${budget}. */\n`
  if (kind.kind === 'recipe') return header + recipeFile(kind, trial, manifest, folder)
  const { text, file } = kind
  if (!isRewritable(text)) return undefined
  const params = JSON.stringify(trial.params, undefined, 2)
  const tail = `
export default {
  name: ${quoted(`${manifest.name}-best`)},
  ...searched.experiment(${params.replaceAll('\n', '\n  ')}, { epochs: ${epochs} }),
  epochs: ${trial.budget},
  seed: ${manifest.seed},
}
`
  return (
    header +
    rebased(text.replace(/^export default /m, 'const searched = '), path.dirname(file), folder).trimEnd() +
    '\n' +
    tail
  )
}

/** Whether a search file can be made into the experiment file of a trial. */
export function isRewritable(text: string): boolean {
  return text.match(/^export default /gm)?.length === 1
}

/** Imports of neighbours, as seen from the study's folder. */
function rebased(text: string, from: string, to: string): string {
  return text.replaceAll(/(\bfrom\s+|\bimport\s*[(]?\s*)(['"])([.]{1,2}\/[^'"]+)\2/g, (_, before, quote, name) => {
    const relative = path.relative(path.resolve(to), path.resolve(from, name)).replaceAll(path.sep, '/')
    return `${before}${quote}${relative.startsWith('.') ? relative : `./${relative}`}${quote}`
  })
}

function recipeFile(
  { recipeOf, train }: { readonly recipeOf: BuiltIn['recipeOf']; readonly train: Dataset },
  { budget, params }: Trial,
  { name, target, targetColumn, columns, seed }: StudyManifest,
  folder: string,
): string {
  const recipe = recipeOf(params)
  const { model, optimizer, epochs, batchSize } = recipe
  const layers = layersOf(model)
  const loss = train.target.kind === 'class' ? 'crossEntropy' : 'meanSquaredError'
  const used = [...new Set([...layers.map((layer) => layer.slice(0, layer.indexOf('('))), loss, 'sequential'])].sort()
  const source = path.isAbsolute(target)
    ? path.relative(path.resolve(folder), target).replaceAll(path.sep, '/')
    : target
  const types = columns ? `, types: ${JSON.stringify(columns)}` : ''
  const column = targetColumn === undefined ? '' : `, { target: ${quoted(targetColumn)}${types} }`
  const totalSteps = epochs * (batchSize === 'all' ? 1 : batchCount(train.size, batchSize))
  const schedule = recipe.schedule.name === 'one-cycle' && totalSteps >= LEAST_STEPS_OF_A_CYCLE
  const rate = Number(optimizer.options.learningRate)
  return `import { ${used.join(', ')} } from 'thalweg/nn'
import { ${[optimizer.name, ...(schedule ? ['oneCycle'] : [])].join(', ')} } from 'thalweg/optim'
import { defineExperiment } from 'thalweg/train'

export default defineExperiment({
  name: ${quoted(`${name}-best`)},
  data: ({ load }) => load(${quoted(source)}${column}),
  model: sequential(
    ${layers.join(',\n    ')},
  ),
  loss: ${loss}(),
  optimizer: ${optimizer.name}(${literal(optimizer.options)}),
${schedule ? `  schedule: oneCycle({ maxLearningRate: ${rate}, totalSteps: ${totalSteps} }),\n` : ''}  epochs: ${budget},
  batchSize: ${batchSize === 'all' ? quoted(batchSize) : batchSize},
  seed: ${seed},
})
`
}

/** As buildModel puts them together. */
function layersOf(model: ModelDescription): string[] {
  switch (model.kind) {
    case 'cnn':
      return [
        ...model.filters.flatMap((filters) => [
          `conv2d(${filters}, 3, { padding: 'same', bias: false })`,
          'batchNorm()',
          'relu()',
          'maxPool2d(2)',
        ]),
        'flatten()',
        `dense(${model.hidden})`,
        'relu()',
        `dropout({ rate: ${model.dropout} })`,
        `dense(${model.outputs})`,
      ]
    case 'mlp':
      return [
        ...model.hidden.flatMap((units) => [
          `dense(${unitsBefore(model.activation, units)})`,
          `${functionOf(model.activation)}()`,
          ...(model.dropout > 0 ? [`dropout({ rate: ${model.dropout} })`] : []),
        ]),
        `dense(${model.outputs})`,
      ]
    case 'experiment':
      return []
  }
}

/** An object as one would write it. */
function literal(options: Readonly<Record<string, unknown>>): string {
  const fields = Object.entries(options).map(([name, value]) => `${name}: ${JSON.stringify(value)}`)
  return `{ ${fields.join(', ')} }`
}

function quoted(text: string): string {
  return /['\\\n]/.test(text) ? JSON.stringify(text) : `'${text}'`
}
