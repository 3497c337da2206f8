/** Experiment files that take the process with them: it has to say so all the same. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { emptyFolder, type Outcome, start } from './command.ts'

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

const throws = 'must not throw when it is called'
it.each([
  ["throw new RangeError('disk gone')", 'failed', throws, 'RangeError: disk gone'],
  ["setTimeout(() => { throw new Error('late') })", 'failed', throws, 'Error: late'],
  ["Promise.reject(new Error('unheard'))", 'failed', throws, 'Error: unheard'],
  ['process.exit(0)', 'unfinished', 'must come to an end', 'process.exit(0)'],
])('%s in the middle of a run is told, and the run has failed', async (act, kind, rule, received) => {
  const { code, events, stderr } = await trained(act)
  expect([code, events.some(({ type }) => type === 'start')]).toEqual([1, true])
  expect(events.filter(({ type }) => type === 'error' || type === 'end')).toEqual([
    expect.objectContaining({
      code: `cli/${kind}-experiment`,
      rule: expect.stringContaining(`later.ts: what the file defines ${rule}`),
      received: expect.stringContaining(received),
    }),
  ])
  expect(stderr).toMatch(/^.+\nreceived: .+\ntry: .+\n$/)
})

it('what the library refuses in the middle of a run is a failure, too', async () => {
  const { code, events } = await trained('dense(-1)')
  expect([code, events.at(-1)]).toEqual([1, expect.objectContaining({ type: 'error', code: 'nn/bad-option' })])
})

/** The outcome of an experiment with ten batches an epoch, whose data does `act` at the fifteenth. */
function trained(act: string): Promise<Outcome> {
  const folder = emptyFolder()
  const file = join(folder, 'later.ts')
  writeFileSync(
    file,
    `import { moons } from 'thalweg/data'
import { crossEntropy, dense } from 'thalweg/nn'
import { sgd } from 'thalweg/optim'
import { defineExperiment } from 'thalweg/train'
const all = moons({ size: 160, seed: 1 })
let fills = 0
function fill(...args) {
  if (++fills === 15) ${act}
  all.fill(...args)
}
const optimizer = sgd({ learningRate: 0.1 })
const data = { train: { ...all, fill } }
export default defineExperiment({ data, model: dense(2), loss: crossEntropy(), optimizer, batchSize: 16, epochs: 50 })
`,
  )
  return start(['train', file, '--json', '--quiet', '--out', join(folder, 'run')]).ended
}
