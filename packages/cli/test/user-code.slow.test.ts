/** Experiment files that take the process with them: it has to say so all the same. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { emptyFolder, start } from './command.ts'

it.each([
  ['process.exit(0)', 'process.exit(0)'],
  ['await new Promise(() => {})', 'it awaits a promise that nothing settles'],
])('%s is told, as wrong usage', async (text, received) => {
  const file = join(emptyFolder(), 'gone.ts')
  writeFileSync(file, `${text}\nexport default 1\n`)
  const { code, events, stderr } = await start(['profile', file, '--json']).ended
  const rule = `${file}: the file must run to its end`
  expect([code, events]).toEqual([2, [expect.objectContaining({ code: 'cli/broken-experiment', rule, received })]])
  expect(stderr).toMatch(/^.+\nreceived: .+\ntry: .+\n$/)
})

it.each([
  ["throw new RangeError('disk gone')", 'must not throw when it is called', 'RangeError: disk gone'],
  ["setTimeout(() => { throw new Error('late') })", 'must not throw when it is called', 'Error: late'],
  ["Promise.reject(new Error('unheard'))", 'must not throw when it is called', 'Error: unheard'],
  ['process.exit(0)', 'must come to an end', 'process.exit(0)'],
])('%s in the middle of a run is told, and the run has failed', async (act, rule, received) => {
  const folder = emptyFolder()
  const file = join(folder, 'later.ts')
  writeFileSync(file, laterExperiment(act))
  const { code, events, stderr } = await start(['train', file, '--json', '--quiet', '--out', join(folder, 'run')]).ended
  expect([code, events.some(({ type }) => type === 'start')]).toEqual([1, true])
  expect(events.filter(({ type }) => type === 'error' || type === 'end')).toEqual([
    expect.objectContaining({
      code: 'cli/failed-experiment',
      rule: `${file}: what the file defines ${rule}`,
      received: expect.stringContaining(received),
    }),
  ])
  expect(stderr).toMatch(/^.+\nreceived: .+\ntry: .+\n$/)
})

/** Ten batches an epoch; `act` comes with the fifteenth. */
function laterExperiment(act: string): string {
  return `import { moons } from 'thalweg/data'
import { crossEntropy, dense } from 'thalweg/nn'
import { sgd } from 'thalweg/optim'
import { defineExperiment } from 'thalweg/train'
const all = moons({ size: 160, seed: 1 })
let fills = 0
function fill(...args) {
  if (++fills === 15) ${act}
  all.fill(...args)
}
export default defineExperiment({
  data: { train: { ...all, fill } },
  model: dense(2),
  loss: crossEntropy(),
  optimizer: sgd({ learningRate: 0.1 }),
  batchSize: 16,
  epochs: 50,
})
`
}
