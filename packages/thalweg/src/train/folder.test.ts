import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { encodeCheckpoint, type Snapshot } from './checkpoint.ts'
import { writeFileAtomic } from './files.ts'
import { checkpointFolder, checkpointsIn, clearTemporaries, latestCheckpoint } from './folder.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'thalweg-folder-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function snapshot(step: number): Snapshot {
  const optimizer = { name: 'sgd', options: {} }
  const loss = { name: 'crossEntropy', options: {} }
  const order = { name: 'shuffled', fingerprint: 'abc' }
  const signature = { seed: 1, batchSize: 2, order, metric: 'validLoss', optimizer, loss, examples: 4, data: 'abc' }
  const history = [
    { type: 'epoch', epoch: 1, step: 2, trainLoss: 0.1 + 0.2, validLoss: Number.NaN, learningRate: 0.1, seconds: 1 },
  ] as const
  const arrays = new Map([['model/weight', { shape: [2], data: Float32Array.of(step, -0) }]])
  const best = [{ epoch: 1, step: 2, value: 0.25 }]
  return { signature, position: { epoch: 1, batch: 0, step }, history, best, seconds: 1.5, epochSeconds: 0, arrays }
}

async function save(step: number, bestSteps: readonly number[] = [], stale?: number): Promise<string> {
  const { position } = snapshot(step)
  const bytes = await encodeCheckpoint(snapshot(step))
  const went = stale === undefined ? {} : { stale }
  return checkpointFolder(folder, { keep: 2 })({ bytes, position, best: bestSteps[0] === step, bestSteps, ...went })
}

describe('a folder of checkpoints', () => {
  it('gives back the newest, numbers that JSON cannot say included', async () => {
    await save(2)
    const path = await save(10)
    const found = await latestCheckpoint(folder)
    expect(found).toEqual({ path, snapshot: snapshot(10), skipped: [] })
  })

  it('keeps the newest few and the best few', async () => {
    await save(1, [1])
    await save(2, [2, 1])
    await save(3, [2, 3])
    await save(4, [2, 3])
    await save(5, [2, 3])
    expect(readdirSync(folder)).toEqual([
      'step-00000002.best.safetensors',
      'step-00000003.safetensors',
      'step-00000004.safetensors',
      'step-00000005.safetensors',
    ])
  })

  it('holds nothing of what a run that went back has given up, and gives back the rest, the newest first', async () => {
    for (const step of [2, 4, 6, 8]) await save(step, [4])
    const path = await save(5, [4], 4)
    expect(await latestCheckpoint(folder)).toMatchObject({ path })
    const steps: number[] = []
    for await (const { position } of checkpointsIn(folder)) steps.push(position.step)
    expect(steps).toEqual([5, 4])
  })

  it('passes over whatever is damaged: cut anywhere, empty', async () => {
    await save(1)
    const newest = await save(2)
    const bytes = readFileSync(newest)
    for (let length = 0; length < bytes.length; length += 31) {
      writeFileSync(newest, bytes.subarray(0, length))
      const { snapshot: found, skipped } = await latestCheckpoint(folder)
      expect(found.position.step).toBe(1)
      expect(skipped).toMatchObject([{ path: newest, error: { code: 'train/bad-checkpoint' } }])
      expect(skipped[0].error.message.split('\n')).toHaveLength(3)
    }
  })

  it('says so when nothing is whole, or nothing is there', async () => {
    await expect(latestCheckpoint(join(folder, 'nowhere'))).rejects.toThrow(/received: no checkpoint\n/)
    truncateSync(await save(1), 100)
    await expect(latestCheckpoint(folder)).rejects.toMatchObject({
      code: 'train/no-checkpoint',
      received: expect.stringMatching(/^1 that is not; the newest: read .*step-0*1/),
      try: expect.stringContaining('copy the folder again'),
    })
  })

  it('clears what a killed process left', async () => {
    await save(1)
    writeFileSync(join(folder, '.step-00000002.safetensors.1234abcd.tmp'), 'half')
    await clearTemporaries(folder)
    expect(readdirSync(folder)).toEqual(['step-00000001.safetensors'])
  })
})

describe('writing a file', () => {
  it('makes the folder, replaces the file, leaves nothing beside it', async () => {
    const file = join(folder, 'deep', 'er', 'file.json')
    await writeFileAtomic(file, 'one')
    await writeFileAtomic(file, 'two')
    expect(readFileSync(file, 'utf8')).toBe('two')
    expect(readdirSync(join(folder, 'deep', 'er'))).toEqual(['file.json'])
  })

  it.skipIf(!existsSync('/dev/full'))(
    'follows links, and writes to what is no file instead of taking its place',
    async () => {
      const [file, link, device] = ['file', 'link', 'device'].map((name) => join(folder, name))
      writeFileSync(file, 'old')
      symlinkSync(file, link)
      symlinkSync('/dev/full', device)
      await writeFileAtomic(link, 'new')
      expect([readFileSync(file, 'utf8'), readlinkSync(link)]).toEqual(['new', file])
      await expect(writeFileAtomic(device, 'lost')).rejects.toMatchObject({ code: 'train/write-failed' })
      expect(readlinkSync(device)).toBe('/dev/full')
      await expect(writeFileAtomic(folder, 'lost')).rejects.toMatchObject({ code: 'train/write-failed' })
    },
  )

  it('fails in three lines, and leaves the old file and no other', async () => {
    const file = join(folder, 'file')
    writeFileSync(file, 'old')
    await expect(writeFileAtomic(join(file, 'inside'), 'new')).rejects.toMatchObject({ code: 'train/write-failed' })
    expect(readFileSync(file, 'utf8')).toBe('old')
    expect(readdirSync(folder)).toEqual(['file'])
    expect(existsSync(join(file, 'inside'))).toBe(false)
  })
})
