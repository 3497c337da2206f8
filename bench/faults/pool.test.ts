import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { expect, it, onTestFinished, vi } from 'vitest'
import { createPool, type PoolOptions } from './pool.ts'
import { healthyProgram } from './sampler.ts'

const [first, second] = [1, 2].map((number) => healthyProgram('tuning', number))

/** A thread that does this with a job, once per thread, and answers every other one with 7. */
function thread(act: string): () => Worker {
  const code = `
    const { parentPort } = require('node:worker_threads')
    let isFirst = true
    parentPort.on('message', (job) => {
      if (isFirst && job.program.seed === ${first.seed}) { isFirst = false; ${act} }
      else parentPort.postMessage({ answer: 7 })
    })`
  return () => new Worker(code, { eval: true })
}

function poolOf(options: Partial<PoolOptions>) {
  const cache = join(mkdtempSync(join(tmpdir(), 'faults-')), 'cache.jsonl')
  const pool = createPool({ workers: 1, cache, version: () => '', ...options })
  onTestFinished(() => pool.close())
  return { pool, cache }
}

it('goes on with those who wait when a thread ends without a word, and says over which job', async () => {
  const { pool } = poolOf({ start: thread('process.exit(3)') })
  const [lost, next] = await Promise.allSettled([pool.linear(first), pool.linear(second)])
  expect(next).toEqual({ status: 'fulfilled', value: 7 })
  expect(lost).toMatchObject({
    status: 'rejected',
    reason: { message: expect.stringContaining(`"seed":${first.seed}`) },
  })
})

it('names a job that is not answered, again and again', async () => {
  const named: unknown[] = []
  const { pool } = poolOf({ start: thread(''), patienceMs: 1, onSlow: ({ program }) => named.push(program) })
  const answer = pool.linear(first)
  await vi.waitFor(() => expect(named.slice(0, 3)).toEqual([first, first, first]))
  await Promise.all([expect(answer).rejects.toThrow('a thread died'), pool.close()])
})

it('asks once, now and after a run that was ended while it wrote', async () => {
  const { pool, cache } = poolOf({ start: thread('parentPort.postMessage({ answer: 1 })') })
  expect([await pool.linear(first), await pool.linear(first)]).toEqual([1, 1])
  const whole = readFileSync(cache, 'utf8')
  writeFileSync(cache, `${whole}${whole.slice(0, 30)}`)
  const after = poolOf({ cache, start: thread('parentPort.postMessage({ answer: 2 })') }).pool
  expect(await after.linear(second)).toBe(7)
  const last = poolOf({ cache, start: thread('parentPort.postMessage({ answer: 3 })') }).pool
  expect([await last.linear(first), await last.linear(second)]).toEqual([1, 7])
  expect(
    readFileSync(cache, 'utf8')
      .split('\n')
      .filter((line) => line.endsWith('}')),
  ).toHaveLength(2)
})
