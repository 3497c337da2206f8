/** What commands compute with: the switches of every command, and what `--json` says of them. */
import os from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { emptyFolder, thalweg } from './command.ts'

const startEvent = z.object({ type: z.literal('start'), features: z.array(z.string()) })

async function featuresWith(...options: readonly string[]): Promise<string[]> {
  const out = join(emptyFolder(), 'run')
  const { events } = await thalweg(
    'train',
    'xor',
    '--epochs',
    '1',
    '--json',
    '--threads',
    '1',
    '--out',
    out,
    ...options,
  )
  return startEvent.parse(events.find(({ type }) => type === 'start')).features
}

it('--json says which path runs; --strict and --no-wide leave the plain one', async () => {
  expect(await featuresWith('--strict', '--no-wide')).toEqual(['simd128', '1 thread'])
  const narrow = await featuresWith('--no-wide')
  expect(narrow).toContain('winograd')
  expect(narrow).not.toContain('256-bit')
})

it('more threads than cores are had, with a word; more than can be are refused by the option they were asked with', async () => {
  const cores = os.availableParallelism()
  const asked = (threads: number) => {
    return thalweg('train', 'xor', '--epochs', '1', '--threads', String(threads), '--out', join(emptyFolder(), 'run'))
  }
  const many = await asked(cores + 1)
  expect([many.code, many.stderr]).toEqual([0, expect.stringContaining(`--threads ${cores} is faster`)])
  expect((await asked(1)).stderr).toBe('')
  const refused = await asked(1000)
  expect([refused.code, refused.stderr]).toEqual([
    2,
    expect.stringMatching(/^--threads must be .* 256\nreceived: 1000\n/),
  ])
})
