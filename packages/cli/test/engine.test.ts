/** What commands compute with: the switches of every command, and what `--json` says of them. */
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
