/** What happens when a run is stopped: politely, rudely, by a full disk. Real processes; needs a build. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { latestCheckpoint } from 'thalweg/train'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bundledStart } from './bundle.ts'
import { digestOf, emptyFolder, signallingItself, thalweg } from './command.ts'

const start = await bundledStart()

/** Short, but with many places to be met at: 70 steps, a checkpoint every other one and after each of ten epochs. */
const ARGS = [
  'train',
  'spiral',
  '--epochs',
  '10',
  '--batch-size',
  '100',
  '--checkpoint-every',
  '2',
  '--json',
  '--quiet',
]
/** As long as it takes, and then some: for those that are stopped on purpose. */
const ENDLESS = ['train', 'xor', '--epochs', '100000', '--json']

let home = ''
let whole = ''
let wholeMs = 0

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'thalweg-interrupt-'))
  const run = start([...ARGS, '--out', join(home, 'whole')])
  await run.event('start')
  const began = performance.now()
  expect((await run.ended).code).toBe(0)
  wholeMs = performance.now() - began
  whole = await digestOf(join(home, 'whole'))
})
afterAll(() => rmSync(home, { recursive: true, force: true }))

describe('kill -9', () => {
  const moments = 50

  it(`leaves a valid checkpoint at ${moments} random moments, from which the run goes on to the same bits`, async () => {
    let kills = 0
    let runs = 0
    /** Kills a run again and again, until it gets through, and then the next. */
    async function killer(): Promise<void> {
      while (kills < moments) {
        const run = join(home, `killed-${runs++}`)
        const isDone = () => existsSync(join(run, 'result.json'))
        let command = [...ARGS, '--out', run]
        while (kills < moments && !isDone()) {
          const { child, event, ended } = start(command)
          await event('start')
          await new Promise((resolve) => setTimeout(resolve, Math.random() * wholeMs * 0.4))
          child.kill('SIGKILL')
          await ended
          // Where it was done first, that moment does not count.
          if (!isDone()) kills++
          const names = readdirSync(run, { recursive: true, encoding: 'utf8' })
          if (names.some((name) => name.endsWith('.safetensors') && !name.includes('.tmp'))) {
            const { skipped } = await latestCheckpoint(join(run, 'checkpoints'))
            expect(skipped).toEqual([])
          }
          command = ['train', '--resume', run, '--json', '--quiet']
        }
        if (!isDone()) {
          const { code, stderr } = await thalweg('train', '--resume', run, '--quiet')
          expect([code, stderr]).toEqual([0, ''])
        }
        expect(await digestOf(run)).toBe(whole)
        expect(readdirSync(join(run, 'checkpoints')).filter((name) => name.endsWith('.tmp'))).toEqual([])
        rmSync(run, { recursive: true })
      }
    }
    await Promise.all([killer(), killer()])
    expect(runs).toBeLessThan(moments)
  })
})

describe('Ctrl-C', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)(
    'on %s finishes the step, saves, says how to go on, exits 130',
    async (signal) => {
      const run = join(emptyFolder(), 'run')
      const { child, event, ended } = start([...ENDLESS, '--out', run])
      await event('epoch')
      child.kill(signal)
      const { code, events, stderr } = await ended
      expect(code).toBe(130)
      expect(events.at(-1)).toMatchObject({ type: 'interrupted', run })
      expect(stderr).toContain(`thalweg train --resume ${run}`)
      const { snapshot } = await latestCheckpoint(join(run, 'checkpoints'))
      expect(snapshot.position.step).toBe(events.at(-1)?.step)
    },
  )

  it('leads, resumed, to the same bits', async () => {
    const folder = emptyFolder()
    const run = join(folder, 'run')
    const { code } = await start([...ARGS, '--out', run], signallingItself(folder, 'SIGINT', 'epoch')).ended
    expect(code).toBe(130)
    expect((await thalweg('train', '--resume', run, '--quiet')).code).toBe(0)
    expect(await digestOf(run)).toBe(whole)
  })

  it.each([
    '--lookahead syncSteps=5',
    '--average ema --lookahead syncSteps=9,slowShare=0.8 --batch-norm exact',
    '--average swa:startStep=10,everySteps=3 --clip-value 0.1 --accumulate 2',
    '--optimizer momentum --momentum 0.5 --final-momentum 0.9 --max-norm 2',
    '--preprocess pca-whitening --norm layer --schedule cosine --warmup 2',
    '--patience 4 --penalty l1=0.001,l2=0.001 --lookahead',
  ])('leads to the same bits, weights and verdict, with %s', async (words) => {
    const options = words.split(' ')
    const folder = emptyFolder()
    const [straight, broken] = [join(folder, 'straight'), join(folder, 'broken')]
    expect((await thalweg(...ARGS, ...options, '--out', straight)).code).toBe(0)
    const signalling = signallingItself(folder, 'SIGINT', 'checkpoint')
    expect((await start([...ARGS, ...options, '--out', broken], signalling).ended).code).toBe(130)
    expect((await thalweg('train', '--resume', broken, '--quiet')).code).toBe(0)
    expect(await digestOf(broken)).toBe(await digestOf(straight))
    expect(readFileSync(join(broken, 'model.safetensors'))).toEqual(readFileSync(join(straight, 'model.safetensors')))
    const { seconds: _, ...verdict } = resultIn(straight)
    expect(resultIn(broken)).toMatchObject(verdict)
  })

  it('twice quits at once', async () => {
    const run = join(emptyFolder(), 'run')
    const { child, event, ended } = start([...ENDLESS, '--out', run])
    await event('start')
    child.kill('SIGINT')
    child.kill('SIGINT')
    expect((await ended).code).toBe(130)
  })
})

describe('a reader that goes (| head -1)', () => {
  it('ends the run as Ctrl-C does: saved, with no trace of an error', async () => {
    const run = join(emptyFolder(), 'run')
    const { child, event, ended } = start([...ENDLESS, '--out', run])
    await event('start')
    child.stdout?.destroy()
    const { code, stderr } = await ended
    expect([code, stderr.includes('EPIPE')]).toEqual([130, false])
    expect(stderr).toContain(`thalweg train --resume ${run}`)
    expect((await latestCheckpoint(join(run, 'checkpoints'))).skipped).toEqual([])
  })
})

describe('a full disk', () => {
  /** Lets so many files be written, then says what a full disk says. */
  function fullAfter(folder: string, files: number): string {
    const hook = join(folder, 'full.mjs')
    writeFileSync(
      hook,
      `import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
const open = fs.promises.open
let left = ${files}
fs.promises.open = async (...args) => {
  const handle = await open(...args)
  if (args[1] !== 'wx' || left-- > 0) return handle
  handle.writeFile = async (content) => {
    await handle.write(content.slice(0, 10))
    throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
  }
  return handle
}
syncBuiltinESMExports()
`,
    )
    return hook
  }

  it('ends the run with 1 and three lines; the last checkpoint stays whole, and resuming goes on', async () => {
    const folder = emptyFolder()
    const run = join(folder, 'run')
    const { ended } = start(
      [...ARGS.filter((arg) => arg !== '--quiet'), '--out', run],
      ['--import', fullAfter(folder, 12)],
    )
    const { code, events, stderr } = await ended
    expect(code).toBe(1)
    expect(events.at(-1)).toMatchObject({ type: 'error', code: 'train/write-failed' })
    expect(stderr).toMatch(/must be written completely\nreceived: ENOSPC.*\ntry: free some space/)
    expect(stderr).toContain('the last checkpoint is whole')
    expect(readdirSync(join(run, 'checkpoints')).filter((name) => name.endsWith('.tmp'))).toEqual([])
    expect((await thalweg('train', '--resume', run, '--quiet')).code).toBe(0)
    expect(await digestOf(run)).toBe(whole)
  })

  it('at the very start leaves nothing', async () => {
    const folder = emptyFolder()
    const hook = fullAfter(folder, 1)
    const before = readdirSync(folder)
    const { code } = await start([...ARGS, '--out', join(folder, 'run')], ['--import', hook]).ended
    expect(code).toBe(1)
    expect(readdirSync(folder)).toEqual(before)
  })
})

function resultIn(run: string): Readonly<Record<string, unknown>> {
  return JSON.parse(readFileSync(join(run, 'result.json'), 'utf8'))
}
