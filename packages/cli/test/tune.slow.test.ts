/** `thalweg tune` in processes of their own, several trials at a time, and killed on the way. Needs a build. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileStorage } from 'thalweg/tune'
import { describe, expect, it } from 'vitest'
import { bundledStart } from './bundle.ts'
import { emptyFolder, type JsonEvent, thalweg } from './command.ts'

const start = await bundledStart()

function table(folder: string): string {
  const rows = Array.from({ length: 80 }, (_, i) => {
    const a = Math.sin(i * 1.7) * 2
    const colour = i % 2 ? 'green' : 'grey'
    return `${a},${colour},${3 * a - 2 + (i % 2 ? 4 : 0)}`
  })
  const file = join(folder, 'table.csv')
  writeFileSync(file, `${['a,colour,y', ...rows].join('\n')}\n`)
  return file
}

const ofType = (events: readonly JsonEvent[], type: string) => events.filter((event) => event.type === type)
const lastEpoch = (events: readonly JsonEvent[]) => ofType(events, 'epoch').at(-1)
/** What each trial was and came to, in the order of the trials. */
const outcomes = (events: readonly JsonEvent[]) =>
  ofType(events, 'trial')
    .map(({ trial, point, value, budget, status }) => ({ trial, point, value, budget, status }))
    .sort((a, b) => Number(a.trial) - Number(b.trial) || Number(a.budget) - Number(b.budget))

describe('thalweg tune', () => {
  it('searches a table, and its best file trains to the same score', async () => {
    const folder = emptyFolder()
    const study = join(folder, 'study')
    const options = ['--trials', '3', '--epochs', '3', '--sampler', 'random', '--workers', '1', '--json', '--quiet']
    const { code, events, stderr } = await thalweg('tune', table(folder), '--target', 'y', ...options, '--out', study)
    expect([code, stderr]).toEqual([0, ''])
    expect(ofType(events, 'trial')).toHaveLength(3)
    const best = events.at(-1)?.best as { value: number; trial: number; budget: number }
    const values = ofType(events, 'trial').map(({ value }) => Number(value))
    expect(best).toMatchObject({ value: Math.min(...values), trial: values.indexOf(best.value), budget: 3 })
    const again = await thalweg('train', join(study, 'best.ts'), '--json', '--quiet', '--out', join(folder, 'run'))
    expect(lastEpoch(again.events)).toMatchObject({ epoch: 3, validLoss: best.value })
    const lines = readFileSync(join(study, 'table.csv'), 'utf8').trim().split('\n')
    expect(lines[0]).toBe(
      'trial,status,value,epochs,seconds,learningRate,batchSize,layers,units,activation,dropout,weightDecay,reason',
    )
    expect(lines).toHaveLength(4)
  })

  it('gives the same with several processes, for the same number of them', async () => {
    const folder = emptyFolder()
    const args = ['tune', 'spiral', '--trials', '6', '--epochs', '3', '--json', '--quiet', '--out']
    const alone = await start([...args, join(folder, 'alone'), '--sampler', 'random', '--workers', '1']).ended
    const both = await start([...args, join(folder, 'both'), '--sampler', 'random', '--workers', '2']).ended
    expect([alone.code, both.code, both.stderr]).toEqual([0, 0, ''])
    expect(outcomes(both.events)).toEqual(outcomes(alone.events))
  })

  it.each(['1', '2'])(
    'killed with %s workers, loses no finished trial and goes on as if nothing had been',
    async (workers) => {
      const folder = emptyFolder()
      const args = [
        'tune',
        'moons',
        '--trials',
        '9',
        '--epochs',
        '9',
        '--pruner',
        'hyperband',
        '--workers',
        workers,
        '--json',
        '--quiet',
      ]
      const whole = await start([...args, '--out', join(folder, 'whole')]).ended
      expect(whole.code).toBe(0)
      const study = join(folder, 'study')
      const told: JsonEvent[] = []
      for (const pause of [700, 300, 1100]) {
        const command =
          told.length === 0
            ? [...args, '--out', study]
            : ['tune', '--resume', study, '--workers', workers, '--json', '--quiet']
        const { child, event, ended } = start(command)
        await event('trial').catch(() => undefined)
        await new Promise((resolve) => setTimeout(resolve, pause))
        child.kill('SIGKILL')
        told.push(...ofType((await ended).events, 'trial'))
        // Whatever was told was safe before it was told.
        const facts = await fileStorage(join(study, 'trials.jsonl')).read()
        expect(facts.filter(({ type }) => type === 'result').length).toBeGreaterThanOrEqual(told.length)
      }
      const last = await start(['tune', '--resume', study, '--workers', workers, '--json', '--quiet']).ended
      expect([last.code, last.stderr]).toEqual([0, ''])
      const table = (of: string) =>
        readFileSync(join(folder, of, 'table.csv'), 'utf8').replaceAll(/^((?:[^,]*,){4})[^,]*/gm, '$1')
      expect(table('study')).toBe(table('whole'))
    },
  )

  it('goes on where the process of a trial is killed, and says so in its row', async () => {
    const folder = emptyFolder()
    const [file, study, isKilled] = ['search.ts', 'study', 'is-killed'].map((name) => join(folder, name))
    // Whoever comes first to a trial dies of it: in a worker, which can send, and at no other place.
    writeFileSync(
      file,
      `import { existsSync, writeFileSync } from 'node:fs'
import { moons, split } from 'thalweg/data'
import { crossEntropy, dense, sequential } from 'thalweg/nn'
import { sgd } from 'thalweg/optim'
import { defineSearch, logUniform } from 'thalweg/tune'
const data = ({ seed }) => split(moons({ size: 60, seed }), { seed, valid: 0.3 })
export default defineSearch({
  space: { learningRate: logUniform(1e-3, 0.3) },
  epochs: 2,
  experiment: ({ learningRate }) => {
    if (process.send && !existsSync(${JSON.stringify(isKilled)})) {
      writeFileSync(${JSON.stringify(isKilled)}, '')
      process.kill(process.pid, 'SIGKILL')
    }
    return { data, model: sequential(dense(2)), loss: crossEntropy(), optimizer: sgd({ learningRate }) }
  },
})
`,
    )
    const args = ['tune', file, '--trials', '4', '--workers', '2', '--json', '--quiet', '--out', study]
    const { code, events } = await start(args).ended
    expect([code, events.at(-1)]).toMatchObject([0, { type: 'end', trials: 4, complete: true }])
    const reasons = ofType(events, 'trial').filter(({ status }) => status === 'failed')
    expect(reasons.map(({ reason }) => reason)).toContain('its process ended: killed by SIGKILL')
    expect(readFileSync(join(study, 'table.csv'), 'utf8')).toContain('its process ended: killed by SIGKILL')
  })

  it('on Ctrl-C keeps what is finished, says how to go on, and leaves no process behind', async () => {
    const study = join(emptyFolder(), 'study')
    const { child, event, ended } = start([
      'tune',
      'spiral',
      '--trials',
      '500',
      '--workers',
      '2',
      '--json',
      '--out',
      study,
    ])
    await event('trial')
    child.kill('SIGINT')
    const { code, events, stderr } = await ended
    expect(code).toBe(130)
    expect(events.at(-1)).toMatchObject({ type: 'interrupted', study })
    expect(stderr).toContain(`thalweg tune --resume ${study}`)
    expect(readFileSync(join(study, 'best.ts'), 'utf8')).toContain('defineExperiment')
  })
})
