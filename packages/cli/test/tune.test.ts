/** `thalweg tune` over a search file: the best one trains to the same score; what cannot be is said. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { emptyFolder, type JsonEvent, thalweg } from './command.ts'

const SEARCH = `
import { moons, split } from 'thalweg/data'
import { crossEntropy, dense, sequential, tanh } from 'thalweg/nn'
import { adam } from 'thalweg/optim'
import { choice, defineSearch, logUniform } from 'thalweg/tune'

const data = ({ seed }) => split(moons({ size: 120, seed }), { seed, valid: 0.3, test: 0.2 })

export default defineSearch({
  space: { learningRate: logUniform(1e-3, 0.3), units: choice([4, 8]) },
  epochs: 4,
  seed: 5,
  experiment: ({ learningRate, units }) => {
    if (learningRate < 0.03) learningRate = Number.NaN
    return { data, model: sequential(dense(units), tanh(), dense(2)), loss: crossEntropy(), optimizer: adam({ learningRate }) }
  },
})
`

const ofType = (events: readonly JsonEvent[], type: string) => events.filter((event) => event.type === type)
const lastEpoch = (events: readonly JsonEvent[]) => ofType(events, 'epoch').at(-1)

describe('thalweg tune', () => {
  it('searches a file of the user, records what fails, and goes on with more trials', async () => {
    const folder = emptyFolder()
    const [file, study] = [join(folder, 'search.ts'), join(folder, 'study')]
    writeFileSync(file, SEARCH)
    const shared = ['--workers', '1', '--json']
    const first = await thalweg('tune', file, '--trials', '4', '--sampler', 'random', ...shared, '--out', study)
    // With what it was that failed.
    expect(first.stderr).toMatch(/^ +\d+ +failed +0\/4 +[\d.]+ s {2}learningRate [\de.-]+, units [48]: /m)
    const failed = ofType(first.events, 'trial').filter(({ status }) => status === 'failed')
    expect(failed.length).toBeGreaterThan(0)
    expect(String(failed[0].reason)).toContain('learningRate')
    const more = await thalweg('tune', '--resume', study, '--trials', '6', ...shared)
    expect(ofType(more.events, 'trial').map(({ trial }) => trial)).toEqual([4, 5])
    const whole = await thalweg(
      'tune',
      file,
      '--trials',
      '6',
      '--sampler',
      'random',
      ...shared,
      '--out',
      join(folder, 'whole'),
    )
    const points = (events: readonly JsonEvent[]) => ofType(events, 'trial').map(({ point, value }) => [point, value])
    expect([...points(first.events), ...points(more.events)]).toEqual(points(whole.events))
    const best = more.events.at(-1)?.best as { value: number }
    const again = await thalweg('train', join(study, 'best.ts'), '--json', '--quiet', '--out', join(folder, 'run'))
    expect(lastEpoch(again.events)?.validLoss).toBe(best.value)
  })

  it('lets the best answer as one run, which can be tested and predicted from', async () => {
    const folder = emptyFolder()
    const [file, study] = [join(folder, 'search.ts'), join(folder, 'study')]
    writeFileSync(file, SEARCH)
    const args = ['--trials', '8', '--sampler', 'random', '--workers', '1', '--json']
    const { code, events, stderr } = await thalweg('tune', file, ...args, '--ensemble', '2', '--out', study)
    const end = events.at(-1)
    const run = join(study, 'ensemble')
    expect([code, end]).toEqual([
      0,
      expect.objectContaining({ run, ensemble: expect.objectContaining({ members: 2 }) }),
    ])
    expect(stderr).toContain('of the best 2 trials')
    const result = JSON.parse(readFileSync(join(run, 'result.json'), 'utf8'))
    const measured = await thalweg('test', run, '--json', '--quiet')
    expect(measured.events.at(-1)).toMatchObject({ accuracy: result.testAccuracy, finished: true })
    expect(measured.events.at(-1)?.loss).toBeCloseTo(result.testLoss, 12)
    const points = join(folder, 'points.csv')
    writeFileSync(points, '0.3,0.4\n-0.2,0.9\n')
    expect((await thalweg('predict', run, points)).stdout.split('\n')).toHaveLength(4)
    // The member that is best trains again to the trial's own score.
    const again = await thalweg('train', join(study, 'top', '1.ts'), '--json', '--quiet', '--out', join(folder, 'one'))
    expect(end?.best).toMatchObject({ value: lastEpoch(again.events)?.validLoss })
    const more = await thalweg('tune', '--resume', study, '--ensemble', '3', '--workers', '1', '--json', '--quiet')
    expect(more.events.at(-1)).toMatchObject({ run, ensemble: { members: 3 } })
    for (const command of [
      ['predict', study, points],
      ['test', study],
      ['train', '--resume', study],
    ]) {
      const { code, stderr } = await thalweg(...command)
      expect([code, stderr]).toEqual([2, expect.stringContaining(`the folder of a study)\ntry: ${run}, the run`)])
    }
  })

  it('says so where the ensemble is smaller than asked for, and begins none that cannot be', async () => {
    const folder = emptyFolder()
    const [file, study] = [join(folder, 'search.ts'), join(folder, 'study')]
    writeFileSync(file, SEARCH)
    const args = ['--sampler', 'random', '--workers', '1', '--json', '--trials', '9', '--ensemble', '9']
    const { code, events, stderr } = await thalweg('tune', file, ...args, '--out', study)
    const complete = ofType(events, 'trial').filter(({ status }) => status === 'complete').length
    expect(complete > 1 && complete < 9).toBe(true)
    expect([code, events.at(-1)]).toEqual([0, expect.objectContaining({ asked: 9, members: complete })])
    expect(ofType(events, 'note')).toMatchObject([{ code: 'small-ensemble' }])
    expect(stderr).toContain(`${complete} of the 9 networks that were asked for`)
    // Nothing is left to make it larger.
    const again = await thalweg('tune', '--resume', study, '--workers', '1', '--ensemble', '9')
    expect([again.code, again.stdout]).toEqual([2, ''])
    expect(again.stderr).toContain(`try: --ensemble ${complete}, or --trials ${18 - complete} or more`)
    const fewer = await thalweg('tune', '--resume', study, '--trials', '8')
    expect([fewer.code, fewer.stderr]).toEqual([2, expect.stringContaining('--trials may only grow')])
  })

  it('says in words what it does and what comes next', async () => {
    const folder = emptyFolder()
    const [file, study] = [join(folder, 'search.ts'), join(folder, 'study')]
    writeFileSync(file, SEARCH)
    const { code, stdout } = await thalweg('tune', file, '--pruner', 'hyperband', '--workers', '1', '--out', study)
    expect(code).toBe(0)
    // R = 4, eta = 3: brackets of 3 and 2 trials.
    expect(stdout).toContain('pruner hyperband, 5 trials of up to 4 epochs, seed 5')
    expect(stdout).toContain('validLoss of the validation part')
    expect(stdout).toContain(`thalweg train ${study}/best.ts`)
    expect(stdout).toMatch(/\n {2}trial +validLoss +epochs +time {2}parameters\n {6}1 +\S+ +0\/4 +\S+ s {2}\S/)
    const table = stdout.split('\n').filter((line) => !line.includes(study))
    expect(Math.max(...table.map((line) => line.length))).toBeLessThanOrEqual(80)
    const { code: finished, stdout: told } = await thalweg('tune', '--resume', study, '--workers', '1')
    expect([finished, told.includes('the best of 5')]).toEqual([0, true])
  })

  it.each([
    [[], 'usage/no-target'],
    [['SEARCH', '--sampler', 'best'], 'usage/bad-value'],
    [['SEARCH', '--target', 'y'], 'usage/idle-option'],
    [['SEARCH', '--trials', '0'], 'usage/bad-value'],
    [['moons', '--metric', 'validR2'], 'usage/unfit-metric'],
    [['SEARCH', '--metric', 'validR2'], 'usage/unfit-metric'],
    [['SEARCH', '--time-limit', '10'], 'usage/bad-value'],
    [['EMPTY'], 'tune/empty-space'],
    [['TRAIN'], 'usage/not-a-search'],
    [['NAMED', '--ensemble', '2'], 'usage/not-a-search'],
    [['SEARCH', '--ensemble', '9', '--trials', '8'], 'usage/too-few-trials'],
    [['--resume', 'nowhere'], 'usage/no-study'],
  ] as const)('refuses %j in three lines', async (args, expected) => {
    const folder = emptyFolder()
    const files = {
      SEARCH,
      EMPTY: SEARCH.replace(/space: .*/, 'space: {},'),
      NAMED: SEARCH.replace('export default', 'const search =').concat('\nexport { search as default }'),
      TRAIN: 'export default { data: {}, model: {}, loss: {}, optimizer: {}, epochs: 1 }',
    }
    const named = args.map((arg) => {
      if (!(arg in files)) return arg
      const file = join(folder, `${arg.toLowerCase()}.ts`)
      writeFileSync(file, files[arg as keyof typeof files])
      return file
    })
    const options = ['--workers', '1', '--json', '--out', join(folder, 'study')]
    const { code, stderr, events } = await thalweg('tune', ...named, ...(args[0] === '--resume' ? ['--json'] : options))
    expect(events.at(-1)).toMatchObject({ type: 'error', code: expected })
    expect([code, existsSync(join(folder, 'study'))]).toEqual([2, false])
    // Nothing was announced before it was refused.
    expect(stderr.trim().split('\n')).toEqual([
      expect.stringMatching(/ must /),
      expect.stringMatching(/^received: \S/),
      expect.stringMatching(/^try: \S/),
    ])
  })
})
