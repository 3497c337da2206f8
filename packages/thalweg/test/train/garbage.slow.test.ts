import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

interface Steps {
  readonly plansOfSteps: number
  readonly bytesPerStep: number
}

/** Steps of a child of its own, whose heap nobody else writes to and whose collector stays out of it. */
function stepsOf(options: { readonly batch: number; readonly width: number; readonly threads: number }): Steps {
  const flags = ['--expose-gc', '--max-semi-space-size=64', '--conditions=source', '--import', 'tsx']
  const program = join(import.meta.dirname, 'steps.ts')
  const output = execFileSync(process.execPath, [...flags, program, JSON.stringify(options)], { encoding: 'utf8' })
  return JSON.parse(output) as Steps
}

// The promise is a constant few hundred bytes: the clock that watches for slow readers makes most of them. Views made for each
// copy were 100 bytes for every example.
describe('a step that was made before compiles nothing and leaves next to nothing on the JavaScript heap', () => {
  test.each([
    { batch: 8, width: 16, threads: 1 },
    { batch: 256, width: 16, threads: 1 },
    { batch: 256, width: 200, threads: 1 },
    { batch: 256, width: 16, threads: 2 },
  ])('$batch examples of $width numbers, $threads thread(s)', (options) => {
    const { plansOfSteps, bytesPerStep } = stepsOf(options)
    expect(plansOfSteps).toBe(0)
    expect(bytesPerStep).toBeLessThan(options.threads === 1 ? 500 : 700)
  })
})
