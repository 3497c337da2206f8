/** Experiment files that take the process with them: it has to say so all the same. */
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { latestCheckpoint } from 'thalweg/train'
import { expect, it } from 'vitest'
import { emptyFolder, type Outcome, start, thalweg } from './command.ts'

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

it.each([
  // Between two steps: what was learned until then is kept, to the last step.
  ["setTimeout(() => { throw new Error('late') })", 'failed', 11],
  ['setTimeout(() => process.exit(3))', 'unfinished', 11],
  ["import('node:process').then(({ exit }) => exit(3))", 'unfinished', 11],
  ['try { process.exit(3) } catch {}', 'unfinished', 11],
  // Within one: the last checkpoint is.
  ['process.exit(3)', 'unfinished', 5],
])('%s in the middle of a run leaves what it had, a page, and the way on', async (act, kind, least) => {
  const folder = emptyFolder()
  const { code, stdout } = await trained(act, { folder, words: true, more: ['--checkpoint-every', '5'] })
  const run = join(folder, 'run')
  expect(code).toBe(1)
  expect(stdout).toMatch(`to go on with the file as it is:\n    thalweg train --resume ${run}\n`)
  const { snapshot } = await latestCheckpoint(join(run, 'checkpoints'))
  expect(snapshot.position.step).toBeGreaterThanOrEqual(least)
  expect(existsSync(join(run, 'report.html'))).toBe(true)
  const explained = await thalweg('explain', run)
  expect(explained.stdout).toMatch(new RegExp(`error cli/${kind}-experiment ended the run in epoch \\d`))
  expect(explained.stdout).toMatch(/health +it failed/)
})

it.each([
  ['process.exit(7)', 'cli/unfinished-experiment', 'process.exit(7)'],
  ["setTimeout(() => { throw new Error('late') })", 'cli/failed-experiment', 'Error: late'],
  // Past everything that could hear of it.
  ['process.reallyExit(7)', 'cli/worker-died', 'exit code 7'],
])('%s in a worker of an ensemble is no want of memory', async (act, code, received) => {
  const outcome = await trained(`process.send && ${act}`, { more: ['--ensemble', '2', '--workers', '2'] })
  const error = outcome.events.at(-1)
  expect([outcome.code, error]).toEqual([
    1,
    expect.objectContaining({ type: 'error', code, received: expect.stringContaining(received) }),
  ])
  expect(error?.try).not.toMatch(/memory|fewer/)
})

it('what the library refuses in the middle of a run is a failure, too', async () => {
  const { code, events } = await trained('dense(-1)')
  expect([code, events.at(-1)]).toEqual([1, expect.objectContaining({ type: 'error', code: 'nn/bad-option' })])
})

interface TrainedOptions {
  readonly folder?: string
  /** For people; otherwise events alone. */
  readonly words?: boolean
  readonly more?: readonly string[]
}

/** The outcome of an experiment with ten batches an epoch, whose data does `act` at the fifteenth. */
function trained(
  act: string,
  { folder = emptyFolder(), words = false, more = [] }: TrainedOptions = {},
): Promise<Outcome> {
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
  const voice = words ? [] : ['--json', '--quiet']
  return start(['train', file, ...voice, '--out', join(folder, 'run'), ...more]).ended
}
